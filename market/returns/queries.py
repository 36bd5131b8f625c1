"""Reading returns: for the buyer, for the producer, for who decides."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from catalog.places.models import Commune
from catalog.producers.queries import producers_of
from catalog.products.models import Category, Product
from core.accounts import Actor
from core.db import db
from core.errors import NotFound
from market.cash.models import CashReturn
from market.offers.models import Offer
from market.orders.models import Order, OrderLine, Parcel, ParcelStatus
from market.orders.queries import find_order_id
from market.orders.record_models import OrderChange
from market.refunds.queries import GivenBack, RefundedSoFar, refunded_so_far
from market.returns.models import Return, ReturnLine, ReturnRefund, ReturnStatement, ReturnStatus
from market.returns.policies import may_answer, may_decide, may_read
from market.returns.rules import CLOSED, follows_silence, worth_of_units
from traceability.lots.models import Lot

PER_ORDER = 50
NOT_COUNTED = (ReturnStatus.WITHDRAWN,)


@dataclass(frozen=True)
class AskedUnits:
    """What returns ask for already: units by order line, without those that a refund counts itself."""

    by_line: dict[uuid.UUID, int]

    def left_of(self, line: OrderLine, so_far: RefundedSoFar) -> int:
        """How many units of the line a buyer may still ask about."""
        return max(so_far.left_of_line(line) - self.by_line.get(line.id, 0), 0)


def asked_units(parcel_id: uuid.UUID) -> AskedUnits:
    """What was asked for of a parcel so far, in one query. What was refused stays asked for: it is not asked twice."""
    rows = db.session.execute(
        select(ReturnLine.order_line_id, func.sum(ReturnLine.quantity - ReturnLine.refunded_quantity))
        .join(Return, Return.id == ReturnLine.return_id)
        .where(Return.parcel_id == parcel_id, Return.status.not_in(NOT_COUNTED))
        .group_by(ReturnLine.order_line_id)
    )
    return AskedUnits({line_id: int(units) for line_id, units in rows})


def given_so_far(order: Order, lines: Sequence[OrderLine]) -> RefundedSoFar:
    """What of these lines of one parcel went back, or goes back, in one query: to the card, or as cash.

    Of an order paid at the door, what was left out of it counts as given back.
    """
    if not order.pays_cash:
        return refunded_so_far(order.id)
    rows = db.session.execute(
        select(ReturnLine.order_line_id, func.sum(ReturnLine.refunded_quantity), func.sum(ReturnLine.amount_vnd))
        .join(Return, Return.id == ReturnLine.return_id)
        .where(ReturnLine.order_line_id.in_([line.id for line in lines]), Return.cash_return_id.is_not(None))
        .group_by(ReturnLine.order_line_id)
    )
    returned = {line_id: GivenBack(int(units), int(amount or 0)) for line_id, units, amount in rows}
    left_out = {line.id: GivenBack(line.cancelled_quantity, line.charged_vnd - line.paid_vnd) for line in lines}
    return RefundedSoFar({key: given + returned.get(key, GivenBack()) for key, given in left_out.items()}, {}, {})


def worth_of(line: OrderLine, units: int, so_far: RefundedSoFar) -> int:
    """What so many units of a line are worth in a refund, in dong."""
    given = so_far.of_line(line)
    return worth_of_units(
        charged_vnd=line.charged_vnd,
        quantity=line.quantity,
        units=units,
        refunded_units=given.quantity,
        refunded_vnd=given.amount_vnd,
    )


def get_shipped_parcel(token: str, parcel_id: uuid.UUID) -> Parcel:
    """A parcel that is on its way, of the order behind a secret link, with its lines. Raises NotFound."""
    order_id = find_order_id(token)
    parcel = db.session.scalars(
        select(Parcel)
        .where(Parcel.id == parcel_id, Parcel.order_id == order_id, Parcel.status == ParcelStatus.SHIPPED)
        .options(
            joinedload(Parcel.order).lazyload(Order.commune),
            joinedload(Parcel.producer),
            selectinload(Parcel.lines).joinedload(OrderLine.offer).joinedload(Offer.product),
        )
        .execution_options(populate_existing=True)
    ).one_or_none()
    if parcel is None:
        raise NotFound
    return parcel


def find_return_by_key(parcel_id: uuid.UUID, request_key: str) -> Return | None:
    """The return of a parcel that was asked for with this key of its form."""
    return db.session.scalar(select(Return).where(Return.request_key == request_key, Return.parcel_id == parcel_id))


def categories_of(parcel_id: uuid.UUID) -> dict[uuid.UUID, Category]:
    """The categories of a parcel's goods, by order line."""
    rows = db.session.execute(
        select(OrderLine.id, Product.category)
        .join(Offer, Offer.id == OrderLine.offer_id)
        .join(Product, Product.id == Offer.product_id)
        .where(OrderLine.parcel_id == parcel_id)
    )
    return {line_id: Category(category) for line_id, category in rows}


def get_return_by_token(token: str, return_id: uuid.UUID) -> Return:
    """A return of the order behind a secret link, with all that its page shows. Raises NotFound."""
    order_id = find_order_id(token)
    found = _find(Return.id == return_id, Parcel.order_id == order_id)
    if found is None:
        raise NotFound
    return found


def get_return_to_answer(actor: Actor, return_id: uuid.UUID) -> Return:
    """A return of the actor's producer, with all that its page shows. Raises NotFound."""
    found = _find(Return.id == return_id)
    if found is None or not may_answer(actor, found.parcel.producer_id):
        raise NotFound
    return found


def get_complaint(actor: Actor, return_id: uuid.UUID) -> Return:
    """A return for who decides, with all that both sides have said. Raises NotFound."""
    found = _find(Return.id == return_id) if may_decide(actor) else None
    if found is None:
        raise NotFound
    return found


def find_photo_key(statement_id: uuid.UUID, return_id: uuid.UUID, number: int) -> str:
    """The key of the photo with this number, from 1, of a statement. Raises NotFound."""
    keys = db.session.scalar(
        select(ReturnStatement.photo_keys).where(
            ReturnStatement.id == statement_id, ReturnStatement.return_id == return_id
        )
    )
    if keys is None or not 1 <= number <= len(keys):
        raise NotFound
    return keys[number - 1]


def require_reader(actor: Actor, return_id: uuid.UUID) -> None:
    """Raises NotFound unless `actor` reads this return."""
    producer_id = db.session.scalar(
        select(Parcel.producer_id).join(Return, Return.parcel_id == Parcel.id).where(Return.id == return_id)
    )
    if producer_id is None or not may_read(actor, producer_id):
        raise NotFound


def require_return_of_token(token: str, return_id: uuid.UUID) -> uuid.UUID:
    """The order behind a secret link, whose return this is. Raises NotFound."""
    order_id = find_order_id(token)
    statement = select(Return.id).join(Return.parcel).where(Return.id == return_id, Parcel.order_id == order_id)
    if db.session.scalar(statement) is None:
        raise NotFound
    return order_id


def returns_of_order(order_id: uuid.UUID) -> Sequence[Return]:
    """The returns of an order, the latest first."""
    return db.session.scalars(
        select(Return)
        .join(Return.parcel)
        .where(Parcel.order_id == order_id)
        .options(joinedload(Return.cash_return))
        .order_by(Return.id.desc())
        .limit(PER_ORDER)
    ).all()


def returns_of_producers(actor: Actor, *, only_open: bool) -> Select[Return]:
    """The returns of the actor's producers, those that wait for an answer longest first: a statement to page."""
    producer_ids = [producer.id for producer in producers_of(actor)]
    statement = _listed().where(Parcel.producer_id.in_(producer_ids))
    owes = CashReturn.id.is_not(None) & CashReturn.recorded_at.is_(None)
    if only_open:
        waits = Return.status.not_in(CLOSED) | owes
        return statement.where(waits).order_by(Return.status != ReturnStatus.OPEN, Return.id)
    return statement.where(Return.status.in_(CLOSED), ~owes).order_by(Return.id.desc())


def complaints(*, only_open: bool) -> Select[Return]:
    """The returns that the site decides, those that wait longest first, or those it has decided: to page."""
    if only_open:
        return _listed().where(Return.status == ReturnStatus.ESCALATED).order_by(Return.id)
    return _listed().where(Return.status == ReturnStatus.DECIDED).order_by(Return.id.desc())


def cash_to_look_at(now: datetime) -> Select[Return]:
    """The returns whose buyers wait for cash that is late, or say that it did not come, the oldest first: to page."""
    is_missed = CashReturn.missing_at.is_not(None) & (CashReturn.missing_at > CashReturn.recorded_at)
    is_late = CashReturn.recorded_at.is_(None) & (CashReturn.due_at < now)
    return _listed().where(CashReturn.closed_at.is_(None), is_missed | is_late).order_by(CashReturn.owed_at, Return.id)


def due_returns(now: datetime, *, limit: int) -> Sequence[uuid.UUID]:
    """The returns about which somebody has been silent for too long, the longest first."""
    waiting = [status for status in ReturnStatus if follows_silence(status) is not None]
    return db.session.scalars(
        select(Return.id)
        .where(Return.due_at < now, Return.status.in_(waiting))
        .order_by(Return.due_at, Return.id)
        .limit(limit)
    ).all()


def changes_of_parcel(parcel: Parcel) -> Sequence[OrderChange]:
    """What happened to a parcel and its order, the earliest first."""
    return db.session.scalars(
        select(OrderChange)
        .where(
            OrderChange.order_id == parcel.order_id,
            (OrderChange.parcel_id == parcel.id) | OrderChange.parcel_id.is_(None),
        )
        .order_by(OrderChange.id)
        .limit(100)
    ).all()


def _listed() -> Select[Return]:
    return (
        select(Return)
        .join(Return.parcel)
        .outerjoin(Return.cash_return)
        .options(
            contains_eager(Return.cash_return),
            joinedload(Return.parcel).joinedload(Parcel.order).lazyload(Order.commune),
            joinedload(Return.parcel).joinedload(Parcel.producer),
            selectinload(Return.lines).joinedload(ReturnLine.order_line),
        )
    )


def _find(*conditions: ColumnElement[bool]) -> Return | None:
    line = selectinload(Return.lines).joinedload(ReturnLine.order_line)
    parcel = joinedload(Return.parcel)
    return db.session.scalars(
        select(Return)
        .join(Return.parcel)
        .where(*conditions)
        .options(
            parcel.joinedload(Parcel.order).joinedload(Order.commune).joinedload(Commune.province),
            parcel.joinedload(Parcel.producer),
            line.joinedload(OrderLine.offer).joinedload(Offer.product),
            line.joinedload(OrderLine.lot).joinedload(Lot.product),
            selectinload(Return.statements).joinedload(ReturnStatement.author),
            selectinload(Return.changes),
            selectinload(Return.refunds).joinedload(ReturnRefund.refund),
            joinedload(Return.cash_return),
        )
        .execution_options(populate_existing=True)
    ).one_or_none()
