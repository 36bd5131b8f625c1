"""Writes to the journal. There is one kind only: another event. Nothing is ever changed."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import insert
from sqlalchemy.dialects.postgresql import insert as insert_or_skip

from core.accounts import Actor
from core.db import db, new_id
from core.errors import Refused
from core.i18n import gettext as _
from traceability.epcis.contexts import namespaces
from traceability.epcis.event_builders import EventRuleError, with_event_id
from traceability.gs1 import identifiers as gs1
from traceability.journal.checks import check_event
from traceability.journal.errors import DuplicateEvent, InvalidEvent
from traceability.journal.indexing import EventIndex, index_event
from traceability.journal.issuer import company_prefix
from traceability.journal.models import EpcisEvent, EpcisEventIdentifier, sscc_serial_reference
from traceability.journal.policies import may_capture


def capture_event(*, actor: Actor, event: Mapping[str, Any]) -> EpcisEvent:
    """Write one EPCIS 2.0 event, given in its JSON form, with everything it is about.

    The event gets its CBV 2.0 hash as `eventID`. Raises InvalidEvent with the JSON pointer of what is wrong,
    DuplicateEvent when the same event was captured before, Refused when the actor may not write at all.
    """
    if not may_capture(actor):
        raise Refused
    try:
        event_time = check_event(event)
        payload = with_event_id({name: value for name, value in event.items() if name != "eventID"})
    except EventRuleError as error:
        message = _(error.message_id)
        raise InvalidEvent(message % error.params if error.params else message, field=error.pointer) from error
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidEvent from error
    index = index_event(payload, namespaces())
    values = {
        "id": new_id(),
        "event_id": payload["eventID"],
        "event_hash": payload["eventID"],
        "event_type": payload["type"],
        "action": payload.get("action"),
        "event_time": event_time,
        "event_time_zone_offset": payload["eventTimeZoneOffset"],
        "biz_step": index.biz_step,
        "disposition": index.disposition,
        "read_point": index.read_point,
        "biz_location": index.biz_location,
        "terms": index.terms,
        "payload": payload,
        "captured_by": actor.user_id,
    }
    statement = insert_or_skip(EpcisEvent).values(values).on_conflict_do_nothing().returning(EpcisEvent)
    captured = db.session.scalars(statement).one_or_none()
    if captured is None:
        raise DuplicateEvent
    _write_identifiers(captured, index)
    return captured


def _write_identifiers(captured: EpcisEvent, index: EventIndex) -> None:
    rows = [
        {
            "event_id": captured.id,
            "position": position,
            "role": item.role,
            "identifier": item.identifier,
            "quantity": item.quantity,
            "unit_of_measure": item.unit_of_measure,
        }
        for position, item in enumerate(index.identifiers)
    ]
    if rows:
        db.session.execute(insert(EpcisEventIdentifier), rows)


def issue_sscc() -> str:
    """The next number for a logistic unit: 18 digits (AI 00) below the site's company prefix, never given twice."""
    reference = db.session.scalar(sscc_serial_reference.next_value().select())
    assert reference is not None
    return gs1.sscc(company_prefix(), int(reference))
