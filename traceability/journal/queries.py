"""Reads of the journal."""

import uuid
from typing import Final

from sqlalchemy import Select, select, union

from core.db import db
from traceability.journal.models import EpcisEvent, EpcisEventIdentifier


def related_event_ids(identifier: str) -> Select[tuple[uuid.UUID]]:
    """The ids of the events about `identifier` (canonical URI), and about every parcel it was packed into.

    What happens to a parcel happens to what is in it: the dispatch of an SSCC belongs to the lots inside.
    """
    own = (
        select(EpcisEventIdentifier.event_id).where(EpcisEventIdentifier.identifier == identifier).distinct().cte("own")
    )
    parcel, same_parcel = EpcisEventIdentifier.__table__.alias("parcel"), EpcisEventIdentifier.__table__.alias("same")
    of_parcels = (
        select(same_parcel.c.event_id)
        .join(parcel, parcel.c.identifier == same_parcel.c.identifier)
        .join(own, own.c.event_id == parcel.c.event_id)
        .where(parcel.c.role == "parent")
    )
    both = union(select(own.c.event_id), of_parcels).subquery("related")
    return select(both.c.event_id)


SENSOR_REPORTING: Final = "sensor_reporting"
"""The step of readings (CBV 2.0 §7.1), of which a lot in a cold box gets thousands: they belong on a chart."""


def events_of(identifier: str, *, limit: int = 200, without_step: str | None = None) -> list[EpcisEvent]:
    """The newest `limit` events of `identifier` and of the parcels it was packed into, oldest first.

    Events of the business step `without_step` are left out.
    """
    newest = (
        select(EpcisEvent)
        .where(EpcisEvent.id.in_(related_event_ids(identifier)), EpcisEvent.biz_step.is_distinct_from(without_step))
        .order_by(EpcisEvent.event_time.desc(), EpcisEvent.id.desc())
        .limit(limit)
    )
    return list(reversed(db.session.scalars(newest).all()))
