"""Reads of recalls."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Final

from sqlalchemy import ARRAY, ColumnElement, Select, Uuid, bindparam, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute, joinedload, selectinload

from catalog.producers.queries import producers_of
from catalog.products.models import Product
from core.accounts import Actor
from core.db import SettledStatement, db, rows_of_each, settled
from core.errors import AppError, NotFound
from traceability.lots.models import Lot
from traceability.recalls.errors import LotOnRecall
from traceability.recalls.models import (
    MockRecall,
    Recall,
    RecalledProduct,
    RecallLot,
    RecallReturn,
    RecallStatus,
    ReturnKind,
)
from traceability.recalls.policies import may_decide, may_read
from traceability.recalls.rules import PUBLIC_STATES

RECALL_OF_LOT: Final = """
    SELECT json_build_object('number', recalls.number, 'recall_class', recalls.recall_class,
           'notice_vi', recalls.notice_vi, 'notice_en', recalls.notice_en, 'decided_at', recalls.decided_at)
    FROM recall_lots JOIN recalls ON recalls.id = recall_lots.recall_id
    WHERE recall_lots.lot_id = {lot_id} AND recalls.status IN ('active', 'closed')
    ORDER BY recalls.decided_at DESC, recalls.id LIMIT 1
"""
"""The newest recall of the lot whose id the query around it calls `lot_id`, as everybody may read it."""


def recalls_of(actor: Actor) -> Select[Recall]:
    """The recalls that `actor` may read, those that wait for a decision first: a statement to page."""
    statement = (
        select(Recall)
        .options(joinedload(Recall.producer), selectinload(Recall.lots))
        .order_by((Recall.status == RecallStatus.PROPOSED).desc(), Recall.id.desc())
    )
    if may_decide(actor):
        return statement
    return statement.where(Recall.producer_id.in_([producer.id for producer in producers_of(actor)]))


def mock_recalls_of(actor: Actor, *, limit: int = 20) -> list[MockRecall]:
    """The newest mock recalls that `actor` may read."""
    statement = select(MockRecall).options(joinedload(MockRecall.producer)).order_by(MockRecall.id.desc()).limit(limit)
    if not may_decide(actor):
        statement = statement.where(MockRecall.producer_id.in_([producer.id for producer in producers_of(actor)]))
    return list(db.session.scalars(statement))


def get_mock_recall(actor: Actor, mock_id: uuid.UUID) -> MockRecall:
    """One mock recall; raises NotFound when there is none, or it is not the actor's to read."""
    mock = db.session.scalar(
        select(MockRecall).options(joinedload(MockRecall.producer)).where(MockRecall.id == mock_id)
    )
    own = {producer.id for producer in producers_of(actor)}
    if mock is None or not (may_decide(actor) or mock.producer_id in own):
        raise NotFound
    return mock


def get_recall(actor: Actor, recall_id: uuid.UUID) -> Recall:
    """The recall with producer, people, lots and products; raises NotFound when it is not the actor's to read."""
    recall = db.session.scalar(_whole().where(Recall.id == recall_id).execution_options(populate_existing=True))
    if recall is None or not may_read(actor, recall):
        raise NotFound
    return recall


def get_public_recall(number: str) -> Recall:
    """An approved recall by its number, as everybody may read it. Raises NotFound."""
    recall = db.session.scalar(_whole().where(Recall.number == number, Recall.status.in_(PUBLIC_STATES)))
    if recall is None:
        raise NotFound
    return recall


def public_recalls() -> Select[Recall]:
    """Approved recalls, the newest first: a statement to page."""
    return (
        select(Recall)
        .options(joinedload(Recall.producer), selectinload(Recall.lots).joinedload(RecallLot.lot))
        .where(Recall.status.in_(PUBLIC_STATES))
        .order_by(Recall.decided_at.desc(), Recall.id.desc())
    )


def _whole() -> Select[Recall]:
    return select(Recall).options(
        joinedload(Recall.producer),
        joinedload(Recall.proposer),
        joinedload(Recall.decider),
        selectinload(Recall.lots).joinedload(RecallLot.lot).joinedload(Lot.product).joinedload(Product.producer),
        selectinload(Recall.products).joinedload(RecalledProduct.product),
    )


def returns_of(recall_id: uuid.UUID, *, limit: int = 500) -> list[RecallReturn]:
    """What came back and was destroyed, newest first."""
    return list(
        db.session.scalars(
            select(RecallReturn)
            .options(joinedload(RecallReturn.recorder))
            .where(RecallReturn.recall_id == recall_id)
            .order_by(RecallReturn.id.desc())
            .limit(limit)
        )
    )


def returned_grams(recall_id: uuid.UUID) -> Mapping[tuple[uuid.UUID, ReturnKind], int]:
    """Grams that came back, and that were destroyed, by lot."""
    rows = db.session.execute(
        select(RecallReturn.lot_id, RecallReturn.kind, func.sum(RecallReturn.grams))
        .where(RecallReturn.recall_id == recall_id)
        .group_by(RecallReturn.lot_id, RecallReturn.kind)
    )
    return {(lot_id, ReturnKind(kind)): int(grams) for lot_id, kind, grams in rows}


def recalled_lots(lot_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Those of these lots that an approved recall is about, with their lot numbers."""
    rows = db.session.execute(
        select(Lot.id, Lot.lot_number)
        .join(RecallLot, RecallLot.lot_id == Lot.id)
        .join(Recall, Recall.id == RecallLot.recall_id)
        .where(Lot.id.in_(lot_ids), Recall.status.in_(PUBLIC_STATES))
        .distinct()
        .order_by(Lot.id)
    )
    return {row.id: row.lot_number for row in rows}


def obstacles_by_recall(lots: Sequence[Lot]) -> dict[uuid.UUID, AppError]:
    """Those of these lots that must not go on because they are recalled, with what says so."""
    return {lot_id: LotOnRecall(lot_number) for lot_id, lot_number in recalled_lots([lot.id for lot in lots]).items()}


def is_off_sale(product_id: InstrumentedAttribute[uuid.UUID]) -> ColumnElement[bool]:
    """Whether a recall keeps the product off sale, as a condition of the query around it."""
    return exists().where(RecalledProduct.product_id == product_id, RecalledProduct.released_at.is_(None))


def lock_against_recall(product_ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Those of the products that a recall keeps off sale; until the caller's transaction ends, no other comes.

    Whoever sells calls this before the sale is written: the approval of a recall locks the same rows, so one of the
    two waits, and whatever is sold was sold before the recall.
    """
    _locked, off_sale = rows_of_each(_products_against_recall(), {"product_ids": list(product_ids)})
    return {row.product_id for row in off_sale}


def locks_against_recall(products: Select[uuid.UUID]) -> tuple[SettledStatement, SettledStatement]:
    """What `lock_against_recall` asks, for the products that a query finds: to lock them, then which are off sale.

    Two statements: the second one has to see what was committed while the first one waited.
    """
    locked = select(Product.id).where(Product.id.in_(products)).order_by(Product.id)
    off_sale = select(RecalledProduct.product_id).where(
        RecalledProduct.product_id.in_(products), RecalledProduct.released_at.is_(None)
    )
    return settled(locked.with_for_update(read=True, of=Product)), settled(off_sale)


@cache
def _products_against_recall() -> tuple[SettledStatement, SettledStatement]:
    return locks_against_recall(select(func.unnest(bindparam("product_ids", type_=ARRAY(Uuid())))))
