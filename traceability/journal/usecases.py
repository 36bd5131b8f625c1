"""Writes to the journal. There is one kind only: another event. Nothing is ever changed."""

import json
from collections.abc import Mapping
from typing import Any

from core.accounts import Actor
from core.db import db, utc_now
from core.errors import Refused
from core.i18n import gettext as _
from traceability.gs1 import identifiers as gs1
from traceability.journal.errors import DuplicateEvent, EventIdTaken, InvalidEvent
from traceability.journal.issuer import company_prefix
from traceability.journal.models import EpcisEvent, sscc_serial_reference
from traceability.journal.parties import Party
from traceability.journal.policies import may_capture
from traceability.journal.preparing import EventRefused, prepare_event
from traceability.journal.storing import Conflict, store_events


def capture_event(*, actor: Actor, event: Mapping[str, Any]) -> EpcisEvent:
    """Write one EPCIS 2.0 event of our own, given in its JSON form, with everything it is about.

    An event without `eventID` gets its CBV 2.0 hash as one. Raises InvalidEvent with the JSON pointer of what is
    wrong, DuplicateEvent when the same event was captured before, Refused when the actor may not write at all.
    """
    return capture_event_for(party=Party(actor), event=event)


def capture_event_for(*, party: Party, event: Mapping[str, Any]) -> EpcisEvent:
    """As `capture_event`, on behalf of the producer that `party` stands for."""
    if not may_capture(party.actor):
        raise Refused
    return _store(party, event)


def capture_decision(*, actor: Actor, event: Mapping[str, Any]) -> EpcisEvent:
    """Write the event of a decision about others' goods, such as a recall that an officer approved.

    The use case that calls this has checked who may decide; officers capture nothing else. Raises as `capture_event`
    does.
    """
    return _store(Party(actor), event)


def _store(party: Party, event: Mapping[str, Any]) -> EpcisEvent:
    try:
        prepared = prepare_event(event, raw=json.dumps(event, ensure_ascii=False), now=utc_now())
    except EventRefused as refusal:
        problem = refusal.problems[0]
        raise InvalidEvent(_(problem.message_id) % problem.params, field=problem.pointer) from refusal
    stored = store_events(party=party, events=[prepared])
    for unstored in stored.unstored:
        raise conflict_error(unstored.conflict)
    return db.session.get_one(EpcisEvent, stored.ids[0])


def conflict_error(conflict: Conflict) -> DuplicateEvent | EventIdTaken:
    """The error to raise about a valid event that was not stored."""
    return DuplicateEvent() if conflict is Conflict.DUPLICATE else EventIdTaken()


def issue_sscc() -> str:
    """The next number for a logistic unit: 18 digits (AI 00) below the site's company prefix, never given twice."""
    reference = db.session.scalar(sscc_serial_reference.next_value().select())
    assert reference is not None
    return gs1.sscc(company_prefix(), int(reference))
