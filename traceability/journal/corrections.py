"""Corrections: an event is never changed, it is declared wrong, and another one says how it was.

EPCIS 2.0 §7.4.1.2: a declaration repeats the event with an `errorDeclaration` in it, which names the events that say
it right, if there are any.
"""

import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import aliased

from core.accounts import Actor
from core.db import db, utc_now
from core.errors import Conflict, Invalid, NotFound, Refused
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.i18n import normalize
from traceability.epcis.event_builders import iso_time
from traceability.epcis.vocabulary import ERROR_REASONS
from traceability.journal.issuer import site_url
from traceability.journal.models import EpcisEvent
from traceability.journal.parties import Party, party_of
from traceability.journal.policies import check_may_capture
from traceability.journal.preparing import Surroundings, prepare_event
from traceability.journal.storing import store_events

LONGEST_NOTE: Final = 500
NOTE: Final = "chonguon:note"
"""The field of a declaration in which its author says more, in the site's own vocabulary."""


class AlreadyDeclaredWrong(Conflict):
    """Somebody declared the event wrong before."""

    default_message = _l("This entry is marked as wrong already.")


def declare_error(
    *,
    actor: Actor,
    event_id: str,
    reason: str,
    note: str | None = None,
    corrective_event_ids: Sequence[str] = (),
) -> EpcisEvent:
    """Declare the event `event_id` wrong, for a `reason` of CBV 2.0 §7.5; returns the row of the declaration.

    `corrective_event_ids` are events of the journal that say it right; `note` is public like the event itself. Raises
    NotFound for an event that is not the actor's to write about, AlreadyDeclaredWrong, Invalid (with `field`).
    """
    if reason not in ERROR_REASONS.words:
        raise Invalid(_("Choose what is wrong."), field="reason")
    note = normalize(note or "")
    if len(note) > LONGEST_NOTE:
        raise Invalid(_("At most %(count)s characters, please.", count=LONGEST_NOTE), field="note")
    # Rows of the journal cannot be locked by those who may not change them; two declarations at once take turns here.
    db.session.execute(select(db.func.pg_advisory_xact_lock(db.func.hashtextextended(event_id, 0))))
    original = db.session.scalar(
        select(EpcisEvent).where(EpcisEvent.event_id == event_id, EpcisEvent.error_declared_at.is_(None))
    )
    if original is None:
        raise NotFound
    _check_correctives(event_id, corrective_event_ids)
    now = utc_now()
    declaration: dict[str, Any] = {
        "declarationTime": iso_time(now),
        "reason": reason,
    }
    if corrective_event_ids:
        declaration["correctiveEventIDs"] = list(corrective_event_ids)
    event = dict(original.payload) | {"errorDeclaration": declaration}
    if note:
        declaration[NOTE] = note
        event["@context"] = [*_members(event.get("@context")), {NOTE.partition(":")[0]: f"{site_url()}/vocabulary/"}]
    surroundings = Surroundings.of(original.context)
    prepared = prepare_event(event, raw=json.dumps(event, ensure_ascii=False), now=now, surroundings=surroundings)
    party = party_of(actor)
    try:
        check_may_capture(party, prepared.index, event)
    except Refused as error:
        raise NotFound from error
    if db.session.scalar(select(is_declared_wrong(EpcisEvent)).where(EpcisEvent.id == original.id)):
        raise AlreadyDeclaredWrong
    on_behalf = frozenset({original.producer_id}) if original.producer_id in party.producer_ids else frozenset()
    stored = store_events(party=Party(actor, producer_ids=on_behalf), events=[prepared])
    if stored.unstored:
        raise AlreadyDeclaredWrong
    return db.session.get_one(EpcisEvent, stored.ids[0])


def _check_correctives(event_id: str, corrective_event_ids: Sequence[str]) -> None:
    known = set(
        db.session.scalars(
            select(EpcisEvent.event_id).where(
                EpcisEvent.event_id.in_(corrective_event_ids), EpcisEvent.error_declared_at.is_(None)
            )
        )
    )
    if event_id in corrective_event_ids or known != set(corrective_event_ids):
        raise Invalid(_("A correction must be another event of the journal."), field="corrective_event_ids")


def _members(context: Any) -> list[Any]:
    return context if isinstance(context, list) else [] if context is None else [context]


def is_declared_wrong(event: type[EpcisEvent]) -> ColumnElement[bool]:
    """Whether a declaration says that the row of `event` around this condition is wrong."""
    declaration = aliased(EpcisEvent)
    return (
        select(declaration.id)
        .where(declaration.event_id == event.event_id, declaration.error_declared_at.is_not(None))
        .correlate(event)
        .exists()
    )


def correctives_of(declaration: Mapping[str, Any]) -> list[str]:
    """The ids of the events that say it right, out of the payload of an event that declares an error."""
    return list((declaration.get("errorDeclaration") or {}).get("correctiveEventIDs") or ())


def brought_together(events: Iterable[EpcisEvent]) -> list[EpcisEvent]:
    """`events` in their order, but each declaration right behind its original, and its corrections behind that."""
    ordered = list(events)
    declarations: dict[str, list[EpcisEvent]] = {}
    for event in ordered:
        if event.error_declared_at is not None:
            declarations.setdefault(event.event_id, []).append(event)
    if not declarations:
        return ordered
    originals = {event.event_id: event for event in ordered if event.error_declared_at is None}
    wanted = {name for found in declarations.values() for event in found for name in correctives_of(event.payload)}
    together: dict[uuid.UUID, EpcisEvent] = {}

    def add(event: EpcisEvent) -> None:
        if event.id in together:
            return
        together[event.id] = event
        for declaration in declarations.get(event.event_id, ()):
            together[declaration.id] = declaration
            for name in correctives_of(declaration.payload):
                if name in originals:
                    add(originals[name])

    for event in ordered:
        if event.event_id not in wanted and (event.error_declared_at is None or event.event_id not in originals):
            add(event)
    for event in ordered:
        add(event)
    return list(together.values())
