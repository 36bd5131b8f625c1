"""Reads for entries in bulk: plots to tick, and what can be used on them."""

import uuid
from collections.abc import Collection
from datetime import date

from sqlalchemy import or_, select

from core.db import db
from core.i18n import fold
from traceability.diary.models import Equipment, FarmWorker, Plot
from traceability.diary.store_models import InputReceipt

LIMIT = 500


def plots_to_tick(producer_id: uuid.UUID, *, crop: str | None, words: str, ticked: Collection[uuid.UUID]) -> list[Plot]:
    """The producer's plots of a crop (None: of any) whose names hold the words, by name, and always those ticked."""
    statement = select(Plot).where(Plot.producer_id == producer_id).order_by(Plot.name, Plot.id).limit(LIMIT)
    wanted = fold(words).split()
    return [
        plot
        for plot in db.session.scalars(statement)
        if plot.id in ticked or (crop in (None, plot.crop) and all(word in fold(plot.name) for word in wanted))
    ]


def receipts_in_store(producer_id: uuid.UUID) -> list[InputReceipt]:
    """What the producer has left of, those that expire first at the top of their name."""
    statement = (
        select(InputReceipt)
        .where(
            InputReceipt.producer_id == producer_id,
            InputReceipt.withdrawn_at.is_(None),
            InputReceipt.used_amount < InputReceipt.received_amount,
        )
        .order_by(InputReceipt.trade_name, InputReceipt.expires_on, InputReceipt.id)
        .limit(LIMIT)
    )
    return list(db.session.scalars(statement))


def workers_of(producer_id: uuid.UUID, *, on: date) -> list[FarmWorker]:
    """Who works for the producer on that day, by name."""
    statement = (
        select(FarmWorker)
        .where(FarmWorker.producer_id == producer_id, or_(FarmWorker.left_on.is_(None), FarmWorker.left_on >= on))
        .order_by(FarmWorker.name, FarmWorker.id)
        .limit(LIMIT)
    )
    return list(db.session.scalars(statement))


def equipment_of(producer_id: uuid.UUID, *, on: date) -> list[Equipment]:
    """What the producer works with on that day, by name."""
    statement = (
        select(Equipment)
        .where(Equipment.producer_id == producer_id, or_(Equipment.retired_on.is_(None), Equipment.retired_on >= on))
        .order_by(Equipment.name, Equipment.id)
        .limit(LIMIT)
    )
    return list(db.session.scalars(statement))
