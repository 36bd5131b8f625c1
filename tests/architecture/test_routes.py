"""Every route says who may call it, and every API route is in the OpenAPI document."""

import re

from flask import Flask

from core.web.access import declared_access
from core.web.api_reference import openapi_document


def test_every_route_declares_who_may_call_it(app: Flask) -> None:
    silent = sorted({rule.endpoint for rule in app.url_map.iter_rules() if declared_access(app, rule.endpoint) is None})
    assert silent == []


def test_every_api_route_is_in_the_openapi_document(app: Flask) -> None:
    with app.app_context():
        documented = set(openapi_document()["paths"])
    served = {
        re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule.rule)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith(("/api/v1/", "/epcis/v2/")) and rule.endpoint != "api-docs.openapi_json"
    }
    assert served
    assert served == documented
