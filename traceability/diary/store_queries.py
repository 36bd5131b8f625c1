"""Reads of the store."""

import uuid
from collections.abc import Collection

from sqlalchemy import Select, select
from sqlalchemy.orm import selectinload

from catalog.producers.policies import may_act_for
from core.accounts import Actor
from core.db import db
from core.errors import NotFound
from traceability.diary.store_models import InputReceipt


def receipts_of(producer_ids: Collection[uuid.UUID]) -> Select[InputReceipt]:
    """Everything that came into the stores, newest first, without what was entered by mistake."""
    return (
        select(InputReceipt)
        .options(selectinload(InputReceipt.ingredients), selectinload(InputReceipt.plant_protection_list))
        .where(InputReceipt.producer_id.in_(producer_ids), InputReceipt.withdrawn_at.is_(None))
        .order_by(InputReceipt.received_on.desc(), InputReceipt.id.desc())
    )


def receipts_with_something_left(producer_id: uuid.UUID, *, limit: int = 200) -> list[InputReceipt]:
    """The batches that can be used from, by name; what expires first comes first of those with one name."""
    statement = (
        select(InputReceipt)
        .options(selectinload(InputReceipt.ingredients))
        .where(
            InputReceipt.producer_id == producer_id,
            InputReceipt.withdrawn_at.is_(None),
            InputReceipt.used_amount < InputReceipt.received_amount,
        )
        .order_by(InputReceipt.trade_name, InputReceipt.expires_on.asc().nulls_last(), InputReceipt.id)
        .limit(limit)
    )
    return list(db.session.scalars(statement))


def get_receipt(actor: Actor, receipt_id: uuid.UUID) -> InputReceipt:
    """The receipt. Raises NotFound, also for another producer's."""
    receipt = db.session.scalar(
        select(InputReceipt).options(selectinload(InputReceipt.ingredients)).where(InputReceipt.id == receipt_id)
    )
    if receipt is None or not may_act_for(actor, receipt.producer_id):
        raise NotFound
    return receipt
