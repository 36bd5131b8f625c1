"""Reads of serial numbers."""

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Select, func, select, text
from sqlalchemy.orm import joinedload, selectinload

from catalog.products.models import Product
from core.accounts import Actor
from core.db import db, read_value, utc_now
from core.errors import NotFound
from traceability.items import rules
from traceability.items.models import SerialBlock, SerialSequence
from traceability.lots.models import Lot, LotPlot
from traceability.lots.policies import may_work_with

STALLED_AFTER: Final = timedelta(minutes=2)
"""A block without progress for so long has no worker any more: its message, or the worker, was lost."""

_ISSUED: Final = text(
    """
    SELECT json_build_array(encode(s.key, 'hex'), json_agg(json_build_array(b.first, b.count, b.prefix, b.issued_at)))
    FROM products p JOIN lots l ON l.product_id = p.id AND l.lot_number = :lot_number
    JOIN serial_blocks b ON b.lot_id = l.id JOIN serial_sequences s ON s.product_id = p.id
    WHERE p.gtin = :gtin GROUP BY s.product_id
    """
)


def issued_at(gtin: str, lot_number: str, serial: str) -> datetime | None:
    """When the serial number of this lot (GTIN-14 and lot number) was issued; None when it never was.

    Exact, in one round trip, for everybody who scans: blocks are few, and a number tells its own place.
    """
    found = read_value(_ISSUED, {"gtin": gtin, "lot_number": lot_number})
    if found is None:
        return None
    key, rows = found
    moments = {rules.Block(first, count, prefix): moment for first, count, prefix, moment in rows}
    block = rules.find_block(bytes.fromhex(key), moments, serial)
    return None if block is None else datetime.fromisoformat(moments[block])


def blocks_of(lot: Lot) -> Select[SerialBlock]:
    """The blocks of a lot, newest first: a statement to page."""
    return select(SerialBlock).where(SerialBlock.lot_id == lot.id).order_by(SerialBlock.first.desc())


def count_serials(lot: Lot) -> int:
    """How many serial numbers of the lot were issued."""
    statement = select(func.coalesce(func.sum(SerialBlock.count), 0)).where(SerialBlock.lot_id == lot.id)
    return int(db.session.scalar(statement) or 0)


def get_block(actor: Actor, block_id: uuid.UUID) -> SerialBlock:
    """The block with its lot and product; raises NotFound when there is none or it is not the actor's."""
    statement = (
        select(SerialBlock)
        .options(joinedload(SerialBlock.lot).joinedload(Lot.product).joinedload(Product.producer))
        .where(SerialBlock.id == block_id)
    )
    block = db.session.scalar(statement)
    if block is None or not may_work_with(actor, block.lot):
        raise NotFound
    return block


def serials_of(block: SerialBlock, *, first: int = 0, count: int | None = None) -> Iterator[str]:
    """The serial numbers of `block` from the position `first` (from 0) on, in order; `count` of them, or all.

    The database is asked at once, and no more while the numbers are taken.
    """
    key = key_of(block.product_id)
    numbers = block.numbers
    ends = numbers.count if count is None else min(numbers.count, first + count)
    return (rules.serial_number(key, numbers, position) for position in range(first, ends))


def key_of(product_id: uuid.UUID) -> bytes:
    """The secret that makes the serial numbers of a product."""
    return db.session.scalars(select(SerialSequence.key).where(SerialSequence.product_id == product_id)).one()


def lot_of_block(block: SerialBlock) -> tuple[Lot, bytes]:
    """The lot of `block` with product, producer and plots, and the key of its numbers."""
    statement = (
        select(Lot)
        .options(joinedload(Lot.product).joinedload(Product.producer), selectinload(Lot.plots).joinedload(LotPlot.plot))
        .where(Lot.id == block.lot_id)
    )
    return db.session.scalars(statement).one(), key_of(block.product_id)


def stalled_blocks() -> list[uuid.UUID]:
    """The blocks whose items are not all in the journal although nobody is working on them."""
    statement = (
        select(SerialBlock.id)
        .where(SerialBlock.commissioned < SerialBlock.count, SerialBlock.progress_at < utc_now() - STALLED_AFTER)
        .order_by(SerialBlock.progress_at, SerialBlock.id)
        .limit(100)
    )
    return list(db.session.scalars(statement))
