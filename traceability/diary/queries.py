"""Reads of plots."""

import uuid
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from core.db import db
from traceability.diary.models import Plot


def plots_of(producer_ids: Collection[uuid.UUID], *, limit: int = 200) -> list[Plot]:
    """The plots of these producers with their communes, by name; at most `limit`."""
    statement = (
        select(Plot)
        .options(joinedload(Plot.commune))
        .where(Plot.producer_id.in_(producer_ids))
        .order_by(Plot.name, Plot.id)
        .limit(limit)
    )
    return list(db.session.scalars(statement))
