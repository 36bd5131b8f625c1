"""Giving events their place in the order in which they became visible."""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, func, insert, select

from core.db import db
from traceability.journal.models import EpcisEvent
from traceability.subscriptions.models import EpcisArrival, arrival_number

_LOCK = 0x6570_6369
_NEWS_IS_LATE = timedelta(minutes=1)


def number_events(*, first_id: uuid.UUID, last_id: uuid.UUID) -> None:
    """Number the committed events with ids from `first_id` to `last_id` that have no number yet.

    Numbers are given by one transaction at a time: the lock is held until this one has committed. Other captures' ids
    may lie between the two; those that have committed get their number here, the others when their own news comes.
    """
    _number(EpcisEvent.id.between(first_id, last_id))


def number_recent_events(now: datetime) -> int:
    """Number what has been committed and is still waiting for its news; return the last number given so far.

    From here on, only what becomes visible later gets a larger number.
    """
    _number(EpcisEvent.record_time >= now - _NEWS_IS_LATE)
    return last_number()


def last_number() -> int:
    """The largest number given, 0 when there is none."""
    return db.session.scalar(select(func.max(EpcisArrival.number))) or 0


def number_before(moment: datetime) -> int:
    """The number after which all events recorded at `moment` or later come."""
    first = db.session.scalar(
        select(func.min(EpcisArrival.number))
        .join(EpcisEvent, EpcisEvent.id == EpcisArrival.event_id)
        .where(EpcisEvent.record_time >= moment)
    )
    return last_number() if first is None else first - 1


def _number(condition: ColumnElement[bool]) -> None:
    session = db.session
    session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    new = (
        select(EpcisEvent.id)
        .where(condition, ~exists().where(EpcisArrival.event_id == EpcisEvent.id))
        .order_by(EpcisEvent.id)
        .subquery()
    )
    session.execute(
        insert(EpcisArrival).from_select(["number", "event_id"], select(arrival_number.next_value(), new.c.id))
    )
