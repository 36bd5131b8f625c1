"""Reads of print runs."""

import uuid
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy import Select, func, select
from sqlalchemy.orm import contains_eager, defer, joinedload

from catalog.producers.queries import producers_of
from catalog.products.models import Product
from core.accounts import Actor
from core.db import db, utc_now
from core.errors import NotFound
from traceability.items.models import SerialBlock
from traceability.labels.models import LabelPiece, LabelRun, RunState
from traceability.labels.policies import may_see_run
from traceability.lots.models import Lot

STALLED_AFTER: Final = timedelta(minutes=2)
"""A run without progress for so long has no worker any more: its message, or the worker, was lost."""
_UNDER_WAY: Final = (RunState.WAITING, RunState.RUNNING)


def runs_of(actor: Actor) -> Select[LabelRun]:
    """The runs for the lots of every producer that `actor` acts for, newest first: a statement to page."""
    producer_ids = [producer.id for producer in producers_of(actor)]
    return _runs().where(Product.producer_id.in_(producer_ids))


def runs_of_lot(lot: Lot) -> list[LabelRun]:
    """The newest ten runs of a lot."""
    return list(db.session.scalars(_runs().where(LabelRun.lot_id == lot.id).limit(10)))


def get_run(actor: Actor, run_id: uuid.UUID) -> LabelRun:
    """The run with lot and product; raises NotFound when there is none or it is not the actor's."""
    run = db.session.scalar(_runs().where(LabelRun.id == run_id))
    if run is None or not may_see_run(actor, run):
        raise NotFound
    return run


def _runs() -> Select[LabelRun]:
    return (
        select(LabelRun)
        .join(LabelRun.lot)
        .join(Lot.product)
        .options(
            contains_eager(LabelRun.lot).contains_eager(Lot.product),
            joinedload(LabelRun.block),
            defer(LabelRun.content, raiseload=True),
        )
        .order_by(LabelRun.created_at.desc(), LabelRun.id.desc())
    )


def pieces_of(run_id: uuid.UUID) -> Iterator[bytes]:
    """The file of a run, piece by piece: one of them in memory at a time."""
    position = 0
    while (piece := find_piece(run_id, position)) is not None:
        yield piece
        position += 1


def find_piece(run_id: uuid.UUID, position: int) -> bytes | None:
    """One piece of the file; None when it is not there."""
    statement = select(LabelPiece.content).where(LabelPiece.run_id == run_id, LabelPiece.position == position)
    return db.session.scalar(statement)


def page_lengths(run_id: uuid.UUID) -> list[int]:
    """The bytes of each page of the file, in order."""
    statement = select(LabelPiece.page_lengths).where(LabelPiece.run_id == run_id).order_by(LabelPiece.position)
    return [length for lengths in db.session.scalars(statement) for length in lengths]


def reprint_number(block: SerialBlock, positions: range) -> int:
    """How often some of the numbers at these `positions` of the block were printed before.

    Runs that failed printed nothing; those whose file was removed did.
    """
    statement = select(func.max(LabelRun.reprint)).where(
        LabelRun.block_id == block.id,
        LabelRun.state != RunState.FAILED,
        LabelRun.first_item < positions.stop,
        LabelRun.first_item + LabelRun.item_count > positions.start,
    )
    most = db.session.scalar(statement)
    return 0 if most is None else most + 1


def printed_up_to(block_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, int]:
    """For each block of which something was printed, the position behind its last printed number."""
    statement = (
        select(LabelRun.block_id, func.max(LabelRun.first_item + LabelRun.item_count))
        .where(LabelRun.block_id.in_(block_ids), LabelRun.state != RunState.FAILED)
        .group_by(LabelRun.block_id)
    )
    return {block_id: ends for block_id, ends in db.session.execute(statement) if block_id is not None and ends}


def count_unfinished(user_id: uuid.UUID | None) -> int:
    """How many runs of this account are not finished."""
    statement = select(func.count()).where(LabelRun.created_by == user_id, LabelRun.state.in_(_UNDER_WAY))
    return db.session.scalar(statement) or 0


def stalled_runs() -> list[uuid.UUID]:
    """The runs that nobody is working on although they have not finished."""
    statement = select(LabelRun.id).where(
        LabelRun.state.in_(_UNDER_WAY), LabelRun.progress_at < utc_now() - STALLED_AFTER
    )
    return list(db.session.scalars(statement.order_by(LabelRun.progress_at, LabelRun.id).limit(100)))
