"""Events into the journal, many at a time: by COPY, each once and for ever.

Nearly all events are new, so they are written first: where one is there already, whoever wrote it and however lately,
the unique indexes notice, the savepoint is undone, and only then is looked up which ones are known.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

from psycopg.errors import UniqueViolation
from sqlalchemy import text

from core.db import db, new_id, utc_now
from core.db.copying import copy_rows
from core.outbox import publish
from traceability.journal.events import EventsCaptured
from traceability.journal.parties import Party
from traceability.journal.preparing import PreparedEvent

_ATTEMPTS: Final = 10

_EVENT_COLUMNS: Final = (
    "id", "event_id", "event_hash", "event_type", "action", "event_time", "event_time_zone_offset", "record_time",
    "biz_step", "disposition", "read_point", "biz_location", "error_declared_at", "error_reason", "terms", "context",
    "payload", "captured_by", "producer_id",
)  # fmt: skip
_IDENTIFIER_COLUMNS: Final = ("event_id", "position", "role", "identifier", "quantity", "unit_of_measure", "lot")
_MEASURE_COLUMNS: Final = ("event_id", "position", "name", "number", "moment")

_LOOKED_UP: Final = """
    SELECT event_hash, event_id, error_declared_at FROM unnest(CAST(:{keys} AS text[])) AS wanted, LATERAL
      (SELECT * FROM epcis_events WHERE error_declared_at IS {null} AND {column} = wanted LIMIT 1) AS found
"""
"""One look into an index for every event (LATERAL and LIMIT leave no other way): a plan over the whole table, which
PostgreSQL may prefer as long as it has counted nothing, grows with the journal."""
_DECLARED_WRONG: Final = _LOOKED_UP.format(keys="event_ids", null="NOT NULL", column="event_id")
_NO_INDEX_NOTICES: Final = text(_DECLARED_WRONG)
_ALL_IN_THE_WAY: Final = text(
    " UNION ALL ".join(
        [
            _DECLARED_WRONG,
            _LOOKED_UP.format(keys="hashes", null="NULL", column="event_hash"),
            _LOOKED_UP.format(keys="event_ids", null="NULL", column="event_id"),
            """
            SELECT event_hash, event_id, error_declared_at FROM epcis_events
             WHERE error_declared_at IS NOT NULL AND event_hash = ANY(:declared_hashes)
            """,
        ]
    )
)


class Conflict(Enum):
    """Why a valid event is not stored."""

    DUPLICATE = "the same event is there already"
    ID_TAKEN = "another event has this eventID"


@dataclass(frozen=True, slots=True)
class Unstored:
    """A valid event that the journal has no room for."""

    event: PreparedEvent
    conflict: Conflict


@dataclass(frozen=True, slots=True)
class StoredEvents:
    """What became of a batch: the ids of the new rows in the order of the events, and what was not stored."""

    ids: Sequence[uuid.UUID]
    unstored: Sequence[Unstored]


def store_events(*, party: Party, events: Iterable[PreparedEvent]) -> StoredEvents:
    """Store a batch of a few hundred `events` in the current transaction, on behalf of `party`.

    An event that is in the journal already, or twice in the batch, is told as a duplicate and never becomes a second
    row; so is another event under an `eventID` that is taken. The rest is stored, and news of it published.
    """
    batch = list(events)
    # No index notices a declaration that repeats its original under the same id, but not exactly.
    thoroughly = any(event.error_declared_at is not None for event in batch)
    for _ in range(_ATTEMPTS):
        fresh, unstored = _sorted_out(batch, thoroughly=thoroughly)
        if not fresh:
            return StoredEvents([], unstored)
        ids = [new_id() for _ in fresh]
        try:
            with db.session.begin_nested():
                _copy(ids, fresh, party)
        except UniqueViolation:
            thoroughly = True
            continue
        publish(EventsCaptured(min(ids), max(ids)))
        return StoredEvents(ids, unstored)
    raise RuntimeError("the same events kept coming from elsewhere while they were stored")


@dataclass(slots=True)
class _Known:
    """The events that are in the journal, or come earlier in the batch, as far as they may stand in the way."""

    ids: dict[str, str] = field(default_factory=dict)
    """Event hashes by event id."""
    hashes: set[str] = field(default_factory=set)
    declarations: set[tuple[str, dt.datetime]] = field(default_factory=set)

    def add(self, event_hash: str, event_id: str, declared_at: dt.datetime | None) -> None:
        self.ids[event_id] = event_hash
        if declared_at is None:
            self.hashes.add(event_hash)
        else:
            self.declarations.add((event_hash, declared_at))

    def conflict_with(self, event: PreparedEvent) -> Conflict | None:
        if event.error_declared_at is None:
            is_known = event.event_hash in self.hashes
        else:
            is_known = (event.event_hash, event.error_declared_at) in self.declarations
        if is_known:
            return Conflict.DUPLICATE
        if self.ids.get(event.event_id, event.event_hash) != event.event_hash:
            return Conflict.ID_TAKEN
        return None


def _sorted_out(batch: Sequence[PreparedEvent], *, thoroughly: bool) -> tuple[list[PreparedEvent], list[Unstored]]:
    """The events of `batch` that are new, and the others; unless `thoroughly`, what the indexes notice is left out."""
    known = _Known()
    parameters = {"event_ids": [event.event_id for event in batch]}
    if thoroughly:
        parameters["hashes"] = [event.event_hash for event in batch]
        parameters["declared_hashes"] = [event.event_hash for event in batch if event.error_declared_at is not None]
    for row in db.session.execute(_ALL_IN_THE_WAY if thoroughly else _NO_INDEX_NOTICES, parameters):
        known.add(*row)
    fresh, unstored = [], []
    for event in batch:
        conflict = known.conflict_with(event)
        if conflict is None:
            known.add(event.event_hash, event.event_id, event.error_declared_at)
            fresh.append(event)
        else:
            unstored.append(Unstored(event, conflict))
    return fresh, unstored


def _copy(ids: Sequence[uuid.UUID], events: Sequence[PreparedEvent], party: Party) -> None:
    keys = [str(row_id) for row_id in ids]
    copy_rows("epcis_events", _EVENT_COLUMNS, _event_rows(keys, events, party))
    copy_rows("epcis_event_identifiers", _IDENTIFIER_COLUMNS, _identifier_rows(keys, events))
    copy_rows("epcis_event_measures", _MEASURE_COLUMNS, _measure_rows(keys, events))


def _event_rows(keys: Sequence[str], events: Sequence[PreparedEvent], party: Party) -> Iterator[tuple[Any, ...]]:
    record_time = utc_now()
    captured_by, producer_id = party.actor.user_id, _producer_of(party)
    for key, event in zip(keys, events, strict=True):
        index = event.index
        yield (
            key, event.event_id, event.event_hash, event.event_type, event.action, event.event_time,
            event.event_time_zone_offset, record_time, index.biz_step, index.disposition, index.read_point,
            index.biz_location, event.error_declared_at, event.error_reason, index.terms, event.context,
            event.payload, captured_by, producer_id,
        )  # fmt: skip


def _identifier_rows(keys: Sequence[str], events: Sequence[PreparedEvent]) -> Iterator[tuple[Any, ...]]:
    for key, event in zip(keys, events, strict=True):
        for position, item in enumerate(event.index.identifiers):
            yield key, position, item.role, item.identifier, item.quantity, item.unit_of_measure, item.lot


def _measure_rows(keys: Sequence[str], events: Sequence[PreparedEvent]) -> Iterator[tuple[Any, ...]]:
    for key, event in zip(keys, events, strict=True):
        for position, measure in enumerate(event.index.measures):
            yield key, position, measure.name, measure.number, measure.moment


def _producer_of(party: Party) -> uuid.UUID | None:
    """The producer on whose behalf `party` captures; None when it acts for several, or for none."""
    return next(iter(party.producer_ids)) if len(party.producer_ids) == 1 else None
