"""The examples published with the standard: captured over HTTP, exported, captured elsewhere with the same hashes."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app import create_app
from core.accounts import Actor, RoleName
from core.config import Settings
from core.db import db
from tests.support.databases import TestDatabases
from tests.traceability.capture.conftest import Program, count_events
from traceability.capture.export import exported_document
from traceability.capture.files import capture_file
from traceability.epcis.hashing import document_hashes
from traceability.journal.models import EpcisEvent, EpcisEventIdentifier, EpcisEventMeasure
from traceability.journal.parties import Party
from traceability.tokens.usecases import issue_partner_token

EVERYBODY = Party(Actor(None, frozenset({RoleName.ADMINISTRATOR}), ""))


@pytest.fixture
def examples(vector: Callable[[str], Path]) -> list[Path]:
    """The files of the examples."""
    return sorted(vector("epcis/examples").rglob("*.jsonld"))


@pytest.fixture
def partner(program: Program) -> Program:
    """A program that may capture whatever has a key of GS1."""
    operator = Actor(None, frozenset({RoleName.ADMINISTRATOR}), "")
    issued = issue_partner_token(
        actor=operator,
        partner_name="Ví dụ (mẫu)",
        name="Ví dụ",
        scopes=["capture", "read"],
        valid_days=9,
        capture_prefixes=["https://id.gs1.org/"],
    )
    db.session.commit()
    return Program(program.farm, program.client, issued.secret)


@pytest.fixture
def empty_app(databases: TestDatabases, make_settings: Callable[..., Settings]) -> Iterator[Flask]:
    """An application on a database of its own, with nothing in it."""
    app = create_app(make_settings(databases.clone()))
    app.extensions["celery"].conf.update(broker_url="memory://", broker_transport_options={})
    yield app
    with app.app_context():
        db.engine.dispose()


def rows() -> list[Any]:
    """What the journal knows of each event, but for when and by whom it was captured."""
    events = db.session.scalars(select(EpcisEvent).order_by(EpcisEvent.event_hash, EpcisEvent.error_declared_at))
    found = []
    for event in events:
        identifiers = db.session.execute(
            select(EpcisEventIdentifier.role, EpcisEventIdentifier.identifier, EpcisEventIdentifier.quantity)
            .where(EpcisEventIdentifier.event_id == event.id)
            .order_by(EpcisEventIdentifier.position)
        )
        measures = db.session.execute(
            select(EpcisEventMeasure.name, EpcisEventMeasure.number, EpcisEventMeasure.moment)
            .where(EpcisEventMeasure.event_id == event.id)
            .order_by(EpcisEventMeasure.position)
        )
        found.append(
            (
                *(event.event_hash, event.event_id, event.event_time, event.biz_step, event.disposition),
                *(event.read_point, event.biz_location, event.error_declared_at, event.error_reason),
                *(sorted(event.terms), [tuple(row) for row in identifiers], [tuple(row) for row in measures]),
            )
        )
    return found


def test_every_example_is_captured_and_has_its_hash(partner: Program, examples: list[Path]) -> None:
    for path in examples:
        document = json.loads(path.read_text())
        state = partner.captured(document, GS1_Capture_Error_Behaviour="proceed")
        # One example declares an event wrong without naming it; only administrators may.
        left = [error for error in state["errors"] if error["status"] != 409 and "eventID" not in error["detail"]]
        assert left == [], path.name
        known = set(db.session.scalars(select(EpcisEvent.event_hash)))
        assert set(document_hashes(document)) <= known | {
            digest
            for digest, error in zip(document_hashes(document), state["errors"], strict=False)
            if "eventID" in error["detail"]
        }, path.name
    assert count_events() >= 40


def test_what_is_exported_can_be_captured_elsewhere(
    partner: Program, examples: list[Path], empty_app: Flask, tmp_path: Path
) -> None:
    for path in examples:
        partner.captured(json.loads(path.read_text()), GS1_Capture_Error_Behaviour="proceed")
    exported = tmp_path / "journal.jsonld"
    exported.write_text("".join(exported_document()))
    before = rows()
    with empty_app.app_context():
        with exported.open("rb") as file:
            result = capture_file(party=EVERYBODY, file=file, progress=lambda done, total: None)
        assert result.errors == [] and result.captured == len(before)
        assert rows() == before
        again = "".join(exported_document())
        db.session.remove()
    assert len(json.loads(again)["epcisBody"]["eventList"]) == len(before)
