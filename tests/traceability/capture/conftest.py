"""A farm whose program captures events, and what it sends."""

import json
from dataclasses import dataclass
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from core.db import db
from tests.traceability.farm import Farm, make_farm
from traceability.capture.models import CaptureJob
from traceability.capture.running import run_job
from traceability.epcis.contexts import EPCIS_CONTEXT
from traceability.journal.models import EpcisEvent
from traceability.journal.parties import Party, party_of
from traceability.tokens.usecases import issue_token


@dataclass
class Program:
    """A program of a farm, with its token."""

    farm: Farm
    client: FlaskClient
    secret: str

    def event(self, number: int, **fields: Any) -> dict[str, Any]:
        """The `number`th event of many that all differ."""
        return {
            "type": "ObjectEvent",
            "eventTime": f"2026-05-{1 + number % 28:02d}T{number // 28 % 24:02d}:{number // 672 % 60:02d}:00.000Z",
            "eventTimeZoneOffset": "+07:00",
            "epcList": [f"https://id.gs1.org/01/{self.farm.product.gtin}/21/{number}"],
            "action": "OBSERVE",
            "bizStep": "inspecting",
            "readPoint": {"id": f"https://id.gs1.org/414/{self.farm.plot.gln}"},
            **fields,
        }

    def document(self, *events: dict[str, Any], **fields: Any) -> dict[str, Any]:
        """An EPCIS document of these events."""
        return {
            "@context": [EPCIS_CONTEXT],
            "type": "EPCISDocument",
            "schemaVersion": "2.0",
            "creationDate": "2026-06-01T00:00:00Z",
            "epcisBody": {"eventList": list(events)},
            **fields,
        }

    def post(self, path: str, body: Any, *, secret: str | None = None, **headers: str) -> TestResponse:
        """Send `body` (JSON values, or bytes as they are) with the token; header names have underscores."""
        return self.client.post(
            f"/epcis/v2{path}",
            data=body if isinstance(body, bytes) else json.dumps(body).encode(),
            headers={
                "Content-Type": "application/ld+json",
                "Authorization": f"Bearer {secret or self.secret}",
                **{name.replace("_", "-"): value for name, value in headers.items()},
            },
        )

    def get(self, path: str, *, secret: str | None = None) -> TestResponse:
        """Ask with the token."""
        return self.client.get(
            path if path.startswith("/epcis") else f"/epcis/v2{path}",
            headers={"Authorization": f"Bearer {secret or self.secret}"},
        )

    def captured(self, body: Any, **headers: str) -> dict[str, Any]:
        """Send a document, let its job run, and give the state of the job."""
        answer = self.post("/capture", body, **headers)
        assert answer.status_code == 202, answer.text
        run_waiting_jobs()
        state: dict[str, Any] = self.get(answer.headers["Location"]).get_json()
        assert not state["running"]
        return state

    @property
    def party(self) -> Party:
        """The farm's member as a party."""
        return party_of(self.farm.actor)


def run_waiting_jobs() -> None:
    """Do what the worker would do."""
    for job_id in db.session.scalars(select(CaptureJob.id).where(CaptureJob.finished_at.is_(None))).all():
        run_job(job_id)


def count_events() -> int:
    """How many events the journal holds."""
    return db.session.scalar(select(func.count()).select_from(EpcisEvent)) or 0


@pytest.fixture
def program(client: FlaskClient) -> Program:
    """A farm's program that may capture and read."""
    farm = make_farm()
    issued = issue_token(
        actor=farm.actor, producer_id=farm.producer.id, name="Cân", scopes=["capture", "read"], valid_days=30
    )
    db.session.commit()
    return Program(farm, client, issued.secret)
