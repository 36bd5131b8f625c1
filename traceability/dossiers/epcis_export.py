"""The EPCIS document of a shipment: what anybody may know of its lots, of what they were made of, and of its units."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from core.db import db
from traceability.dossiers.facts import ShipmentFacts
from traceability.epcis.event_builders import epcis_document
from traceability.epcis.validation import validate_event
from traceability.epcis.validation.heads import validate_head
from traceability.journal.corrections import brought_together
from traceability.journal.identifiers import parcel_identifier
from traceability.journal.models import EpcisEvent, EpcisEventIdentifier
from traceability.journal.parties import PUBLIC
from traceability.journal.redaction import Redactor
from traceability.lots.genealogy import Genealogy, trace

MOST_EVENTS = 2000


class DocumentInvalid(Exception):
    """The document does not hold against the standard; the message names the places. It is never handed out."""


def genealogy_of(shipment: ShipmentFacts) -> Genealogy:
    """What the lots of the shipment were made of, any depth back."""
    return trace([lot.identifier for lot in shipment.lots], "back")


def shipment_document(shipment: ShipmentFacts, genealogy: Genealogy) -> bytes:
    """The document as JSON text. Raises DocumentInvalid when our own validator refuses it."""
    identifiers = {node.identifier for node in genealogy.nodes}
    identifiers |= {lot.identifier for lot in shipment.lots}
    identifiers |= {parcel_identifier(line.sscc) for line in shipment.lines if line.sscc}
    about = select(EpcisEventIdentifier.event_id).where(EpcisEventIdentifier.identifier.in_(identifiers))
    newest = (
        select(EpcisEvent)
        .where(EpcisEvent.id.in_(about))
        .order_by(EpcisEvent.event_time.desc(), EpcisEvent.id.desc())
        .limit(MOST_EVENTS)
    )
    rows = brought_together(list(reversed(db.session.scalars(newest).all())))
    redactor = Redactor(PUBLIC)
    events = [redactor.redact(row.payload, context=row.context) for row in rows]
    # The moment of the newest event, so that the same history gives the same bytes whenever it is written.
    created_at = max(row.record_time for row in rows)
    document = epcis_document(events, created_at=created_at)
    check_document(document)
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def check_document(document: Mapping[str, Any]) -> None:
    """Raise DocumentInvalid unless head and events hold against EPCIS 2.0."""
    problems = list(validate_head(document))
    for position, event in enumerate(document["epcisBody"]["eventList"]):
        problems += validate_event(event, pointer=f"/epcisBody/eventList/{position}")
    if problems:
        raise DocumentInvalid("; ".join(f"{problem.pointer}: {problem.message_id}" for problem in problems[:5]))
