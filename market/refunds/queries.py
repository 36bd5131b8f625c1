"""What of an order can still be given back."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, func, literal, select, union_all
from sqlalchemy.orm import aliased, joinedload, selectinload

from core.accounts import Actor
from core.db import db
from core.errors import NotFound
from market.collections.queries import payments_that_collected, pays_for_order
from market.orders.errors import PackedAlready
from market.orders.models import Order, OrderLine, Parcel, ParcelStatus
from market.orders.shares import money_of
from market.payments.models import Payment, Refund, RefundLine, RefundStatus
from market.payments.purposes import PurposeKind, RefundReason
from market.payments.queries import find_captured_payment
from market.refunds.models import UnpaidCancellation
from market.refunds.policies import may_refund, may_refund_any

MOST_LINES = 500


@dataclass(frozen=True)
class GivenBack:
    """What refunds that have not failed give back of one line, of one parcel's goods or of its delivery (in dong).

    `fee_vnd` of it came from the commission, or from the delivery; `voucher_vnd` came back to the site.
    """

    quantity: int = 0
    amount_vnd: int = 0
    fee_vnd: int = 0
    voucher_vnd: int = 0

    @property
    def commission_vnd(self) -> int:
        """The fee of goods."""
        return self.fee_vnd

    def __add__(self, other: "GivenBack") -> "GivenBack":
        return GivenBack(
            self.quantity + other.quantity,
            self.amount_vnd + other.amount_vnd,
            self.fee_vnd + other.fee_vnd,
            self.voucher_vnd + other.voucher_vnd,
        )


@dataclass(frozen=True)
class RefundedSoFar:
    """What refunds that have not failed give back of an order: by line, by parcel's goods, by parcel's delivery.

    What was given back of a line before its rest was paid counts by the price that lines keep of it (`withdrawn_vnd`).
    """

    lines: dict[uuid.UUID, GivenBack]
    goods: dict[uuid.UUID, GivenBack]
    delivery: dict[uuid.UUID, GivenBack]

    def of_line(self, line: OrderLine) -> GivenBack:
        """What of this line."""
        return self.lines.get(line.id, GivenBack()) + GivenBack(0, line.withdrawn_vnd)

    def left_of_line(self, line: OrderLine) -> int:
        """How many units of this line can still be given back."""
        return line.quantity - self.of_line(line).quantity

    def left_of_delivery(self, parcel: Parcel) -> int:
        """How many dong of this parcel's delivery can still be given back."""
        return money_of(parcel).delivery.amount_vnd - self.delivery.get(parcel.id, GivenBack()).amount_vnd


def refunded_so_far(order_id: uuid.UUID) -> RefundedSoFar:
    """What refunds that have not failed give back of an order, and what was cancelled unpaid, in one query."""
    line = _given_back_lines()
    counted = func.sum(line.amount_vnd).filter(line.order_line_id.is_(None) | (line.deposit_vnd == 0))
    rows = db.session.execute(
        select(
            line.parcel_id,
            line.order_line_id,
            func.coalesce(func.sum(line.quantity), 0),
            func.coalesce(counted, 0),
            func.sum(line.commission_vnd + line.delivery_vnd),
            func.sum(line.voucher_vnd),
        )
        .join(Parcel, Parcel.id == line.parcel_id)
        .where(Parcel.order_id == order_id)
        .group_by(line.parcel_id, line.order_line_id)
    )
    found = RefundedSoFar({}, {}, {})
    for parcel_id, line_id, quantity, amount, fee, voucher in rows:
        part = GivenBack(int(quantity or 0), int(amount), int(fee), int(voucher))
        if line_id is None:
            found.delivery[parcel_id] = part
            continue
        found.lines[line_id] = part
        found.goods[parcel_id] = found.goods.get(parcel_id, GivenBack()) + part
    return found


def _given_back_lines() -> type[RefundLine]:
    """The lines of refunds that have not failed, and as such what was cancelled unpaid."""
    names = ("parcel_id", "order_line_id", "quantity", "seller_vnd", "commission_vnd", "delivery_vnd", "voucher_vnd")
    unpaid: list[ColumnElement[Any]] = [getattr(UnpaidCancellation, name) for name in names]
    both = union_all(
        select(*(getattr(RefundLine, name) for name in names), RefundLine.amount_vnd, RefundLine.deposit_vnd)
        .join(Refund, Refund.id == RefundLine.refund_id)
        .where(Refund.status != RefundStatus.FAILED),
        select(*unpaid, literal(0, BigInteger), literal(0, BigInteger)),
    )
    return aliased(RefundLine, both.subquery(), adapt_on_names=True)


def left_out_so_far(parcel: Parcel) -> RefundedSoFar:
    """The same of a parcel that is paid in cash: what is left out of it already."""
    return RefundedSoFar({line.id: GivenBack(line.cancelled_quantity) for line in parcel.lines}, {}, {})


def given_back_of_parcel(parcel_id: uuid.UUID) -> GivenBack:
    """What refunds that have not failed give back of a parcel's goods, and what was cancelled unpaid."""
    line = _given_back_lines()
    quantity, amount, commission, voucher = db.session.execute(
        select(
            func.coalesce(func.sum(line.quantity), 0),
            func.coalesce(func.sum(line.amount_vnd), 0),
            func.coalesce(func.sum(line.commission_vnd), 0),
            func.coalesce(func.sum(line.voucher_vnd), 0),
        ).where(line.parcel_id == parcel_id, line.order_line_id.is_not(None))
    ).one()
    return GivenBack(int(quantity or 0), int(amount), int(commission), int(voucher))


def delivery_share_vnd(parcel: Parcel) -> int:
    """What a producer who delivers keeps of the fee of a parcel paid by card, whose lines are loaded, in dong."""
    earned = money_of(parcel).delivery_earned_vnd
    if not earned:
        return 0
    line = _given_back_lines()
    given = select(func.sum(line.seller_vnd)).where(line.parcel_id == parcel.id, line.order_line_id.is_(None))
    return earned - int(db.session.scalar(given) or 0)


def left_in_books_vnd(payment: Payment) -> int:
    """What of a payment can still be given back as our books say: less all that goes back already."""
    return (
        payment.amount_vnd - payment.refunded_vnd - _sum_of_refunds(payment.id, Refund.status == RefundStatus.PENDING)
    )


def captured_payments(order_id: uuid.UUID) -> list[Payment]:
    """The payments that an order was paid with, the first one first; none where it was not paid by card."""
    first = find_captured_payment(PurposeKind.ORDER, order_id)
    return [] if first is None else [first, *payments_that_collected(order_id)]


def waiting_vnd(payment_id: uuid.UUID) -> int:
    """The sum of refunds of a payment that the vendor has not been asked for yet, or has not answered."""
    return _sum_of_refunds(payment_id, Refund.status == RefundStatus.PENDING, Refund.external_id.is_(None))


def transferred_vnd(payment_id: uuid.UUID) -> int:
    """What of a payment the site's bank gave back, while the vendor still holds it."""
    return _sum_of_refunds(payment_id, Refund.status == RefundStatus.TRANSFERRED)


def _sum_of_refunds(payment_id: uuid.UUID, *conditions: ColumnElement[bool]) -> int:
    total = select(func.sum(Refund.amount_vnd)).where(Refund.payment_id == payment_id, *conditions)
    return int(db.session.scalar(total) or 0)


def lines_of_refund(refund_id: uuid.UUID) -> Sequence[RefundLine]:
    """What a refund gives back, line by line; nothing of one of a whole payment."""
    return db.session.scalars(
        select(RefundLine).where(RefundLine.refund_id == refund_id).order_by(RefundLine.id).limit(MOST_LINES)
    ).all()


def get_parcel_to_refund(actor: Actor, parcel_id: uuid.UUID) -> Parcel:
    """A parcel of which `actor` may say that it cannot be delivered. Raises NotFound; PackedAlready."""
    parcel = db.session.scalar(
        select(Parcel)
        .where(Parcel.id == parcel_id)
        .options(joinedload(Parcel.order), joinedload(Parcel.producer), selectinload(Parcel.lines))
        .execution_options(populate_existing=True)
    )
    if parcel is None or not may_refund(actor, parcel, RefundReason.LINE_SHORT):
        raise NotFound
    if parcel.status != ParcelStatus.TO_PACK:
        raise PackedAlready
    return parcel


def get_order_to_refund(actor: Actor, order_id: uuid.UUID) -> Order:
    """An order of which `actor` may give back any part. Raises NotFound."""
    order = db.session.scalar(
        select(Order)
        .where(Order.id == order_id)
        .options(
            selectinload(Order.parcels).joinedload(Parcel.producer),
            selectinload(Order.parcels).selectinload(Parcel.lines),
        )
        .execution_options(populate_existing=True)
    )
    if order is None or not may_refund_any(actor):
        raise NotFound
    return order


def refunds_of_order(order_id: uuid.UUID) -> Sequence[Refund]:
    """All refunds of an order with their lines, the latest first."""
    return db.session.scalars(
        select(Refund)
        .join(Payment, Payment.id == Refund.payment_id)
        .where(pays_for_order(order_id))
        .options(selectinload(Refund.lines))
        .order_by(Refund.created_at.desc(), Refund.id)
        .limit(100)
    ).all()


def refund_status(refund_id: uuid.UUID) -> RefundStatus:
    """Where a refund stands now. Raises NotFound."""
    status = db.session.scalar(select(Refund.status).where(Refund.id == refund_id))
    if status is None:
        raise NotFound
    return RefundStatus(status)


def find_order_id_by_number(number: str) -> uuid.UUID | None:
    """The order that people call by this number, however they wrote it."""
    code = "".join(character for character in number.upper() if character.isalnum())
    return db.session.scalar(select(Order.id).where(Order.number == f"{code[:4]}-{code[4:8]}"))
