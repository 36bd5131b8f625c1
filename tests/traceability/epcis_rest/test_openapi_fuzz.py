"""Generated requests against the EPCIS interface: no answer that is not documented, and no failure of ours."""

from contextlib import suppress
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from sqlalchemy.orm import Session, scoped_session

from core.web.api_reference import openapi_document
from tests.traceability.epcis_rest.recorded import record, seen
from tests.traceability.farm import make_farm
from traceability.tokens.usecases import issue_token

EXAMPLES = 3
READING = (
    "/", "/events", "/events/{eventID}", "/nextPageToken/{token}", "/eventTypes", "/eventTypes/{eventType}/events",
    "/epcs", "/epcs/{epc}", "/epcs/{epc}/events", "/bizSteps", "/readPoints/{readPoint}/events",
)  # fmt: skip
"""One of each kind: the other top-level resources are made by the same code."""
AS_IT_IS = {"Accept-Encoding": "identity"}


def operations(app: Flask) -> list[Any]:
    """Every reading operation of the interface, as schemathesis sees it."""
    schema = schemathesis.openapi.from_dict(openapi_document())
    schema.app = app
    return [
        schema[f"/epcis/v2{path}"][method]
        for path in READING
        for method in schema[f"/epcis/v2{path}"]
        if method.upper() in ("GET", "OPTIONS", "DELETE")
    ]


def checks() -> list[Any]:
    """What must hold of every answer, whether or not the request made sense."""
    return [
        schemathesis.checks.not_a_server_error,
        schemathesis.specs.openapi.checks.status_code_conformance,
        schemathesis.specs.openapi.checks.content_type_conformance,
        schemathesis.specs.openapi.checks.response_schema_conformance,
    ]


@pytest.mark.parametrize("who", ["nobody", "a token"])
def test_no_answer_is_undocumented(app: Flask, session: scoped_session[Session], who: str) -> None:
    record(*(seen(number, bizStep="shipping") for number in range(3)))
    headers = AS_IT_IS if who == "nobody" else {**AS_IT_IS, "Authorization": f"Bearer {reading_token()}"}
    for operation in operations(app):
        probe(operation, headers)


def reading_token() -> str:
    """A token of a farm that may read."""
    farm = make_farm()
    token = issue_token(actor=farm.actor, producer_id=farm.producer.id, name="Máy đọc", scopes=["read"], valid_days=30)
    return token.secret


def probe(operation: Any, headers: dict[str, str]) -> None:
    """Send generated requests, half of them meant to be wrong, and check the answers."""
    modes = schemathesis.GenerationMode

    for mode in (modes.POSITIVE, modes.NEGATIVE):

        @given(case=operation.as_strategy(generation_mode=mode))
        @settings(
            max_examples=EXAMPLES,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        def send(case: Any) -> None:
            answer = case.call(headers=headers)
            case.validate_response(answer, checks=checks())

        with suppress(Unsatisfiable):  # an operation without anything that could be wrong
            send()
