"""Asking the resolver as programs and browsers do, and links to ask about."""

import json
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core.db import db
from tests.traceability.farm import Farm
from traceability.gs1.application_identifiers import Element
from traceability.gs1.digital_link import DigitalLink
from traceability.resolver.models import ResolverKey, ResolverLink

SITE = "http://localhost:8000"
VOCABULARY = "https://ref.gs1.org/voc/"
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
LINKSET = {"Accept": "application/linkset+json"}


def make_link(farm: Farm, ai: str = "01", value: str | None = None, **values: Any) -> ResolverLink:
    """A link of the farm's product, or of another key of the farm, as a bare row."""
    value = value or farm.product.gtin
    if db.session.get(ResolverKey, (ai, value)) is None:
        db.session.add(ResolverKey(primary_ai=ai, primary_value=value, producer_id=farm.producer.id))
        db.session.flush()
    link = ResolverLink(
        **{
            "primary_ai": ai,
            "primary_value": value,
            "qualifiers": {},
            "link_type": "recipeInfo",
            "href": "https://recipes.example.com/pomelo",
            "title": "Gỏi bưởi",
            **values,
        }
    )
    db.session.add(link)
    db.session.flush()
    return link


def address(ai: str, value: str, **qualifiers: str) -> str:
    """The path of a Digital Link; qualifiers are written ai_10="L1"."""
    named = tuple(Element(name.removeprefix("ai_"), given) for name, given in qualifiers.items())
    return DigitalLink.of((Element(ai, value), *named)).path


def linkset_of(client: FlaskClient, path: str, **headers: str) -> list[dict[str, Any]]:
    """The context objects of the linkset at `path`."""
    response = client.get(path, headers={**LINKSET, **headers})
    assert response.status_code == 200, response.text
    objects: list[dict[str, Any]] = json.loads(response.data)["linkset"]
    return objects


def led_to(response: TestResponse) -> str:
    """Where a redirection leads, without the query of the request."""
    assert response.status_code in (303, 307), (response.status_code, response.text)
    return response.headers["Location"].partition("?")[0]
