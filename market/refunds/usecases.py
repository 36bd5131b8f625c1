"""Giving back parts of an order. Rows are locked as everywhere: the order, then the payment."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from core.accounts import Actor
from core.db import db
from core.errors import Conflict, Invalid, NotFound
from core.i18n import lazy_gettext as _l
from market.disputes.queries import blocks_refunds
from market.orders.models import Order, OrderLine, Parcel, ParcelStatus
from market.orders.usecases import cancel_quantities, lock_order
from market.payments.locking import lock_payment
from market.payments.models import Payment, PaymentStatus, Refund, RefundLine
from market.payments.purposes import PurposeKind, RefundReason
from market.payments.queries import find_captured_payment
from market.payments.refunds import add_refund
from market.refunds.errors import MoreThanWasPaid, NothingChosen, NotPaidByCard, PaymentDisputed
from market.refunds.policies import may_refund
from market.refunds.queries import GivenBack, RefundedSoFar, money_of, refunded_so_far, waiting_vnd
from market.refunds.rules import Paid, Shares, price_of_units, share_of_refund, spread

BEFORE_PACKING = (RefundReason.LINE_SHORT, RefundReason.BUYER_CANCELLED, RefundReason.HARVEST_FAILED)
"""Reasons for which goods are not sent at all: these units are not packed any more."""


@dataclass(frozen=True)
class RefundPart:
    """What to give back of one line: so many units at their price, or `amount_vnd` where another sum is agreed."""

    order_line_id: uuid.UUID
    quantity: int
    amount_vnd: int | None = None


def request_order_refund(
    *,
    actor: Actor,
    order_id: uuid.UUID,
    parts: Sequence[RefundPart],
    reason: RefundReason,
    request_key: str,
    delivery_of: Mapping[uuid.UUID, int] | None = None,
    note: str | None = None,
    refundable_vnd: int | None = None,
    by_buyer: bool = False,
) -> Refund:
    """Ask for parts of a paid order to be given back to the buyer's card; the refund is `pending` then.

    `delivery_of` names parcels and how many dong of their delivery go back; the delivery of a parcel of which nothing
    is sent goes back by itself. `request_key` is one of the caller's, at most 80 characters: the same key is the same
    refund, however often it is sent. `refundable_vnd` is captured less refunded as the vendor says; our books are
    asked where the caller could not ask. `by_buyer` says that the caller has checked that it is the buyer who asks.

    Raises NotFound; NothingChosen, MoreThanWasPaid and Invalid with the line as field; NotPaidByCard, PaymentDisputed,
    Conflict when a line is packed already.
    """
    order = lock_order(order_id)
    found = find_captured_payment(PurposeKind.ORDER, order_id)
    if found is None:
        raise NotPaidByCard
    payment = lock_payment(found.id)[0]
    key = f"refund-{payment.id}-{request_key}"
    before = db.session.scalar(select(Refund).where(Refund.idempotency_key == key))
    if before is not None:
        return before
    if not by_buyer:
        _check_may(actor, order, parts, delivery_of or {}, reason)
    if blocks_refunds(payment.id):
        raise PaymentDisputed
    so_far = refunded_so_far(order_id)
    lines = _lines_to_give_back(order, parts, so_far)
    if reason in BEFORE_PACKING:
        cancel_quantities(
            actor=actor, order=order, quantities={part.order_line_id: part.quantity for part in parts}, reason=reason
        )
    lines += _delivery_to_give_back(order, delivery_of or {}, so_far)
    if not lines:
        raise NothingChosen
    return _add(actor, payment, lines, reason=reason, key=key, note=note, refundable_vnd=refundable_vnd)


def request_amount_refund(
    *, actor: Actor, order_id: uuid.UUID, amount_vnd: int, request_key: str, note: str, refundable_vnd: int
) -> Refund:
    """Give back a sum that belongs to no line, as a goodwill: it is spread over all that is left, exactly.

    Raises as `request_order_refund` does.
    """
    order = lock_order(order_id)
    found = find_captured_payment(PurposeKind.ORDER, order_id)
    if found is None:
        raise NotPaidByCard
    payment = lock_payment(found.id)[0]
    key = f"refund-{payment.id}-{request_key}"
    before = db.session.scalar(select(Refund).where(Refund.idempotency_key == key))
    if before is not None:
        return before
    _check_may(actor, order, (), {parcel.id: 0 for parcel in order.parcels}, RefundReason.GOODWILL)
    if blocks_refunds(payment.id):
        raise PaymentDisputed
    lines = spread_over_order(order, amount_vnd)
    return _add(actor, payment, lines, reason=RefundReason.GOODWILL, key=key, note=note, refundable_vnd=refundable_vnd)


def adopt_refund(*, payment_id: uuid.UUID, external_id: str, amount_vnd: int, actor: Actor) -> Refund:
    """Take in a refund that somebody made at the vendor without us: spread over all that is left of the order.

    It is pending until the vendor has been asked how it stands. Raises NotFound; Conflict when the payment is for no
    order, or has not so much left.
    """
    payment = lock_payment(payment_id)[0]
    before = db.session.scalar(select(Refund).where(Refund.external_id == external_id))
    if before is not None:
        return before
    if payment.order_id is None or payment.status != PaymentStatus.SUCCEEDED:
        raise Conflict(_l("This can only be entered by hand: the payment is not that of a paid order."))
    lines = spread_over_order(lock_order(payment.order_id), amount_vnd)
    refund = add_refund(
        payment=payment,
        amount_vnd=amount_vnd,
        reason=RefundReason.MADE_AT_VENDOR,
        key=f"adopted-{external_id}",
        lines=lines,
        actor=actor,
    )
    refund.external_id = external_id
    db.session.flush()
    return refund


def spread_over_order(order: Order, amount_vnd: int) -> list[RefundLine]:
    """Lines that give back a sum, in proportion to what is left of each line and delivery. Raises MoreThanWasPaid."""
    so_far = refunded_so_far(order.id)
    places: list[tuple[Parcel, OrderLine | None, int]] = []
    for parcel in order.parcels:
        places += [(parcel, line, line.charged_vnd - so_far.of_line(line).amount_vnd) for line in parcel.lines]
        places.append((parcel, None, so_far.left_of_delivery(parcel)))
    if not 0 < amount_vnd <= sum(left for _parcel, _line, left in places):
        raise MoreThanWasPaid(field="amount")
    amounts = spread(amount_vnd, [left for _parcel, _line, left in places])
    builder = _LineBuilder(so_far)
    return [
        builder.delivery(parcel, amount) if line is None else builder.line(parcel, line, 0, amount)
        for (parcel, line, _left), amount in zip(places, amounts, strict=True)
        if amount
    ]


class _LineBuilder:
    """Builds refund lines one after the other, so that each share counts those before it."""

    def __init__(self, so_far: RefundedSoFar) -> None:
        self._goods, self._delivery = dict(so_far.goods), so_far.delivery

    def line(self, parcel: Parcel, line: OrderLine, quantity: int, amount_vnd: int) -> RefundLine:
        before = self._goods.get(parcel.id, GivenBack())
        shares = _share(amount_vnd, money_of(parcel).goods, before)
        self._goods[parcel.id] = before + GivenBack(quantity, amount_vnd, shares.fee_vnd, shares.voucher_vnd)
        return RefundLine(
            parcel_id=parcel.id,
            producer_id=parcel.producer_id,
            order_line_id=line.id,
            quantity=quantity,
            amount_vnd=amount_vnd,
            seller_vnd=shares.seller_vnd,
            commission_vnd=shares.fee_vnd,
            delivery_vnd=0,
            voucher_vnd=shares.voucher_vnd,
        )

    def delivery(self, parcel: Parcel, amount_vnd: int) -> RefundLine:
        shares = _share(amount_vnd, money_of(parcel).delivery, self._delivery.get(parcel.id, GivenBack()))
        return RefundLine(
            parcel_id=parcel.id,
            producer_id=parcel.producer_id,
            amount_vnd=amount_vnd,
            seller_vnd=shares.seller_vnd,
            commission_vnd=0,
            delivery_vnd=shares.fee_vnd,
            voucher_vnd=shares.voucher_vnd,
        )


def _share(amount_vnd: int, paid: Paid, before: GivenBack) -> Shares:
    return share_of_refund(
        amount_vnd,
        paid=paid,
        refunded_vnd=before.amount_vnd,
        returned_fee_vnd=before.fee_vnd,
        returned_voucher_vnd=before.voucher_vnd,
    )


def _check_may(
    actor: Actor,
    order: Order,
    parts: Sequence[RefundPart],
    delivery_of: Mapping[uuid.UUID, int],
    reason: RefundReason,
) -> None:
    """Raises NotFound unless everything named is of this order, and the actor's to give back."""
    named = {part.order_line_id for part in parts}
    parcels = [
        parcel for parcel in order.parcels if parcel.id in delivery_of or named & {line.id for line in parcel.lines}
    ]
    known = {line.id for parcel in order.parcels for line in parcel.lines}
    if not named <= known or not set(delivery_of) <= {parcel.id for parcel in order.parcels}:
        raise NotFound
    if not all(may_refund(actor, parcel, reason) for parcel in parcels):
        raise NotFound


def _lines_to_give_back(order: Order, parts: Sequence[RefundPart], so_far: RefundedSoFar) -> list[RefundLine]:
    wanted = {part.order_line_id: part for part in parts if part.quantity or part.amount_vnd}
    builder = _LineBuilder(so_far)
    found = []
    for parcel in order.parcels:
        for line in parcel.lines:
            if line.id not in wanted:
                continue
            part, field = wanted[line.id], f"quantity_{line.id}"
            given = so_far.of_line(line)
            if part.quantity < 0 or (part.amount_vnd or 0) < 0:
                raise Invalid(_l("Enter a whole number above zero."), field=field)
            if part.quantity > so_far.left_of_line(line):
                raise MoreThanWasPaid(field=field)
            amount = part.amount_vnd
            if amount is None:
                amount = price_of_units(
                    line_total_vnd=line.charged_vnd,
                    quantity=line.quantity,
                    units=part.quantity,
                    units_before=given.quantity,
                )
                amount = min(amount, line.charged_vnd - given.amount_vnd)
            if not 0 < amount <= line.charged_vnd - given.amount_vnd:
                raise MoreThanWasPaid(field=field)
            found.append(builder.line(parcel, line, part.quantity, amount))
    return found


def _delivery_to_give_back(
    order: Order, delivery_of: Mapping[uuid.UUID, int], so_far: RefundedSoFar
) -> list[RefundLine]:
    found = []
    for parcel in order.parcels:
        left = so_far.left_of_delivery(parcel)
        amount = left if parcel.status == ParcelStatus.CANCELLED else delivery_of.get(parcel.id, 0)
        if not 0 <= amount <= left:
            raise MoreThanWasPaid(field=f"delivery_{parcel.id}")
        was_free = money_of(parcel).delivery.amount_vnd == 0 < parcel.delivery_vnd
        goes_back_free = was_free and parcel.status == ParcelStatus.CANCELLED and parcel.id not in so_far.delivery
        if amount or goes_back_free:
            found.append(_LineBuilder(so_far).delivery(parcel, amount))
    return found


def _add(
    actor: Actor,
    payment: Payment,
    lines: Sequence[RefundLine],
    *,
    reason: RefundReason,
    key: str,
    note: str | None,
    refundable_vnd: int | None,
) -> Refund:
    amount = sum(line.amount_vnd for line in lines)
    if refundable_vnd is None:
        refundable_vnd = payment.amount_vnd - payment.refunded_vnd
    if amount > refundable_vnd - waiting_vnd(payment.id):
        raise MoreThanWasPaid
    return add_refund(payment=payment, amount_vnd=amount, reason=reason, key=key, lines=lines, actor=actor, note=note)
