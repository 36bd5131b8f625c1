"""Who may write into the journal, and who reads what of it."""

import uuid
from collections.abc import Callable, Mapping
from typing import Any, Final

from sqlalchemy import ARRAY, Boolean, ColumnElement, Text, Uuid, false, func, literal, text, true
from sqlalchemy.orm import InstrumentedAttribute

from core.accounts import Actor, RoleName
from core.db import read_value
from core.errors import Refused
from core.i18n import gettext as _
from traceability.gs1.digital_link import CANONICAL_STEM
from traceability.journal.capture_rule import OwnKeys, foreign_identifier
from traceability.journal.indexing import EventIndex
from traceability.journal.issuer import company_prefix
from traceability.journal.models import EpcisEvent
from traceability.journal.parties import (
    CAPTURE,
    PUBLIC,
    READ,
    Party,
    keys_of_company_prefix,
    keys_of_glns,
    keys_of_producers,
)
from traceability.journal.redaction import needs_redaction, redact

__all__ = [
    "CaptureCheck",
    "capture_check",
    "check_may_capture",
    "may_capture",
    "needs_redaction",
    "reader",
    "redact",
    "visible_in_full",
    "visible_to",
]

WRITERS = (RoleName.PRODUCER_MEMBER, RoleName.STALL_HOLDER, RoleName.ADMINISTRATOR)
CaptureCheck = Callable[[EventIndex, Mapping[str, Any]], None]
_PARCEL: Final = f"{CANONICAL_STEM}/00/"


_WHO_CAPTURED: Final = text(
    "SELECT json_build_array(producer_id, captured_by) FROM epcis_events "
    "WHERE event_id = :event_id AND error_declared_at IS NULL"
)
"""Read apart from the session: documents are checked in a thread of their own while their events are stored."""


def may_capture(actor: Actor) -> bool:
    """Whether `actor` may capture events at all; whose goods they are about, each use case decides itself."""
    return actor.has_role(*WRITERS)


def check_may_capture(party: Party, index: EventIndex, event: Mapping[str, Any]) -> None:
    """Refuse, naming the identifier, an `event` (with its `index` and `eventID`) about goods that are not the party's.

    The rule is `traceability.journal.capture_rule`; administrators capture anything.
    """
    capture_check(party)(index, event)


def capture_check(party: Party) -> CaptureCheck:
    """`check_may_capture` for many events of one `party`, whose keys are looked up once."""
    if party.captures_everything:
        return _anything
    if CAPTURE not in party.scopes:
        raise Refused
    own_keys = _own_keys(party)

    def check(index: EventIndex, event: Mapping[str, Any]) -> None:
        refused = foreign_identifier(own_keys, event, index)
        if refused is None:
            if "errorDeclaration" in event:
                _check_may_declare_wrong(party, own_keys, index, event)
            return
        if not refused:
            raise Refused(_("This event names nothing that is yours: no object, no place, no party."))
        raise Refused(_("You may not capture this event: %(identifier)s is not yours.", identifier=refused))

    return check


def _anything(index: EventIndex, event: Mapping[str, Any]) -> None:
    """The check of whoever may capture anything."""


def _check_may_declare_wrong(party: Party, own: OwnKeys, index: EventIndex, event: Mapping[str, Any]) -> None:
    """Refuse a declaration about an event of somebody else's, unless it is about the party's own goods.

    Without this, whoever is named as the receiver of goods could strike out what the sender wrote.
    """
    if not event.get("eventID"):
        raise Refused(_("Name the event that you declare wrong by its eventID."))
    original = read_value(_WHO_CAPTURED, {"event_id": event["eventID"]})
    if original is None or not any(original):
        return
    producer_id, captured_by = (value and uuid.UUID(value) for value in original)
    if producer_id in party.producer_ids or (captured_by is not None and captured_by == party.actor.user_id):
        return
    if not any(item.identifier.startswith(own.prefixes) for item in index.identifiers):
        raise Refused(_("Only who captured an event, or whose goods it is about, may declare it wrong."))


def _own_keys(party: Party) -> OwnKeys:
    prefixes = party.capture_prefixes or keys_of_producers(party.producer_ids)
    parcels = tuple(key for key in keys_of_company_prefix(company_prefix()) if key.startswith(_PARCEL))
    return OwnKeys(tuple(dict.fromkeys((*prefixes, *keys_of_glns(party.glns)))), parcels)


def visible_to(party: Party) -> ColumnElement[bool]:
    """Whether `party` may read the row of `EpcisEvent` around this condition.

    Everybody reads the events of lots and items of products that were published, and of the parcels they were packed
    into; a party also those captured on its behalf, those that name it, and those about its own keys. The condition
    looks up what belongs to one row by index, so it costs the same however large the journal is; the function
    `event_is_open_to` stands in the migrations.
    """
    if party.reads_everything:
        return true()
    party = reader(party)
    return func.event_is_open_to(*_row_and_reader(party), type_=Boolean)


def visible_in_full(party: Party) -> ColumnElement[bool]:
    """Whether `party` reads the row of `EpcisEvent` around this condition without anything held back.

    What is held back from a reader must not be found by asking for it either.
    """
    if party.reads_everything:
        return true()
    party = reader(party)
    if not (party.producer_ids or party.glns or party.capture_prefixes):
        return false()
    return func.event_names_reader(*_row_and_reader(party), type_=Boolean)


def _row_and_reader(party: Party) -> tuple[ColumnElement[Any] | InstrumentedAttribute[Any], ...]:
    """What both functions are asked about: the row, and what is the reader's."""
    return (
        EpcisEvent.id,
        EpcisEvent.producer_id,
        EpcisEvent.read_point,
        EpcisEvent.biz_location,
        EpcisEvent.terms,
        literal(sorted(party.producer_ids), ARRAY(Uuid)),
        literal(sorted(party.glns), ARRAY(Text)),
        literal(list(party.capture_prefixes), ARRAY(Text)),
    )


def reader(party: Party) -> Party:
    """`party` as a reader: a token that may not read sees what the public sees."""
    return PUBLIC if party.token_id is not None and READ not in party.scopes else party
