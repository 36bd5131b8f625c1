"""Giving back parts of an order. Rows are locked as everywhere: the order, then the payment."""

import uuid
from collections.abc import Mapping, Sequence

from sqlalchemy import select

from core.accounts import Actor
from core.db import db
from core.errors import Conflict, NotFound
from core.i18n import lazy_gettext as _l
from core.inbox import accept
from market.collections.queries import order_id_of_payment
from market.collections.usecases import cancel_collections, lower_balance
from market.disputes.queries import blocks_refunds
from market.orders.errors import PackedAlready
from market.orders.mails import mail_goods_left_out
from market.orders.models import Order, ParcelStatus
from market.orders.usecases import cancel_quantities, lock_order
from market.payments.locking import lock_payment
from market.payments.models import Payment, Refund, RefundLine
from market.payments.purposes import RefundReason
from market.payments.refunds import add_refund, is_in_dong, is_shared_out
from market.refunds.asked_before import find_asked_before, refund_key
from market.refunds.errors import MoreThanWasPaid, NothingChosen, NotPaidByCard, PaymentDisputed, RestNotPaid
from market.refunds.pieces import (
    LineBuilder,
    Piece,
    RefundPart,
    cut_to_payments,
    pieces_of_delivery,
    pieces_of_lines,
    spread_over_order,
)
from market.refunds.policies import may_refund, may_refund_any
from market.refunds.queries import (
    RefundedSoFar,
    captured_payments,
    left_in_books_vnd,
    refunded_so_far,
    transferred_vnd,
    waiting_vnd,
)
from market.refunds.unpaid import cancel_unpaid

BEFORE_PACKING = (
    RefundReason.LINE_SHORT,
    RefundReason.BUYER_CANCELLED,
    RefundReason.HARVEST_FAILED,
    RefundReason.BALANCE_UNPAID,
)
"""Reasons for which goods are not sent at all: these units are not packed any more."""


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
) -> list[Refund]:
    """Ask for parts of a paid order to be given back to the buyer's card; the refunds are `pending` then.

    There is one of each payment that gives some of it, the first payment's first; none where the buyer had paid nothing
    for what is not sent any more, or has it back already. `delivery_of` names parcels and how many dong of their
    delivery go back; the delivery of a parcel of which nothing is sent goes back by itself. `request_key` is one of the
    caller's, at most 80 characters: the same key is the same refunds, however often it is sent. `refundable_vnd` is
    captured less refunded as the vendor says; our books are asked where the caller could not ask. `by_buyer` says that
    the caller has checked that it is the buyer who asks.

    Raises NotFound; NothingChosen, MoreThanWasPaid and Invalid with the line as field; NotPaidByCard, PaymentDisputed,
    RequestKeyReused when something else was asked for with the key, Conflict when a line is packed already.
    """
    order = lock_order(order_id)
    payments = _lock_payments(order_id)
    before = find_asked_before(order_id, payments, request_key, note)
    if before is not None:
        return before.of_parts(order, parts, delivery_of or {}, reason)
    if not by_buyer:
        _check_may(actor, order, parts, delivery_of or {}, reason)
    if any(blocks_refunds(payment.id) for payment in payments):
        raise PaymentDisputed
    so_far = refunded_so_far(order_id)
    pieces = pieces_of_lines(order, parts, so_far)
    if reason not in BEFORE_PACKING and any(piece.parcel.deposit_vnd for piece in pieces):
        raise RestNotPaid
    if reason in BEFORE_PACKING:
        cancel_quantities(
            actor=actor, order=order, quantities={part.order_line_id: part.quantity for part in parts}, reason=reason
        )
    pieces += pieces_of_delivery(order, delivery_of or {}, so_far)
    if not pieces:
        raise NothingChosen
    if reason not in BEFORE_PACKING and not any(piece.amount_vnd for piece in pieces):
        raise MoreThanWasPaid(field=f"quantity_{parts[0].order_line_id}" if parts else None)
    return _ask(
        actor,
        order,
        payments,
        pieces,
        so_far=so_far,
        reason=reason,
        request_key=request_key,
        note=note,
        refundable_vnd=refundable_vnd,
    )


def leave_out_of_cash_order(
    *, actor: Actor, order_id: uuid.UUID, parts: Sequence[RefundPart], request_key: str
) -> None:
    """Take units that cannot be delivered out of an order that is paid in cash: the buyer pays for the rest only.

    The same `request_key` takes them out once, however often it is sent. Raises NotFound; NothingChosen; Conflict when
    a line is packed already, or has not so many units left.
    """
    order = lock_order(order_id)
    if not accept(source="leave_out_of_cash_order", external_id=f"{order_id}.{request_key}", kind="left_out"):
        return
    _check_may(actor, order, parts, {}, RefundReason.LINE_SHORT)
    quantities = {part.order_line_id: part.quantity for part in parts if part.quantity > 0}
    if not quantities or not order.pays_cash:
        raise NothingChosen
    cancel_quantities(actor=actor, order=order, quantities=quantities, reason=RefundReason.LINE_SHORT)
    mail_goods_left_out(order, quantities)


def request_amount_refund(
    *, actor: Actor, order_id: uuid.UUID, amount_vnd: int, request_key: str, note: str, refundable_vnd: int
) -> list[Refund]:
    """Give back a sum that belongs to no line, as a goodwill: it is spread over all that is left, exactly.

    Returns and raises as `request_order_refund` does.
    """
    order = lock_order(order_id)
    payments = _lock_payments(order_id)
    before = find_asked_before(order_id, payments, request_key, note)
    if before is not None:
        return before.of_amount(amount_vnd)
    _check_may(actor, order, (), {parcel.id: 0 for parcel in order.parcels}, RefundReason.GOODWILL)
    if any(blocks_refunds(payment.id) for payment in payments):
        raise PaymentDisputed
    so_far = refunded_so_far(order_id)
    return _ask(
        actor,
        order,
        payments,
        spread_over_order(order, amount_vnd, so_far),
        so_far=so_far,
        reason=RefundReason.GOODWILL,
        request_key=request_key,
        note=note,
        refundable_vnd=refundable_vnd,
    )


def adopt_refund(*, payment_id: uuid.UUID, external_id: str, amount_vnd: int, actor: Actor) -> Refund:
    """Take in a refund that somebody made at the vendor without us: spread over all that is left of the order.

    What came too late, is looked at or was paid at a stall is taken off the account where it waits. The refund is
    pending until the vendor has been asked how it stands. Raises NotFound; MoreThanWasPaid; Conflict when nothing that
    was paid is in the books.
    """
    payment = lock_payment(payment_id).payment
    before = db.session.scalar(select(Refund).where(Refund.external_id == external_id))
    if before is not None:
        return before
    refund = add_refund(
        payment=payment,
        amount_vnd=amount_vnd,
        reason=RefundReason.MADE_AT_VENDOR,
        key=f"adopted-{external_id}",
        lines=_lines_to_adopt(payment, amount_vnd),
        actor=actor,
    )
    refund.external_id = external_id
    db.session.flush()
    return refund


def _lines_to_adopt(payment: Payment, amount_vnd: int) -> list[RefundLine]:
    if not is_in_dong(payment):
        raise Conflict(_l("This was paid in another currency, which no ledger holds. Resolve it with a note."))
    order_id = order_id_of_payment(payment)
    if order_id is None or not is_shared_out(payment):
        return []
    so_far = refunded_so_far(order_id)
    builder = LineBuilder(so_far)
    return [builder.build(piece) for piece in spread_over_order(lock_order(order_id), amount_vnd, so_far)]


def _check_may(
    actor: Actor,
    order: Order,
    parts: Sequence[RefundPart],
    delivery_of: Mapping[uuid.UUID, int],
    reason: RefundReason,
) -> None:
    """Raises NotFound unless everything named is of this order, and the actor's to give back.

    PackedAlready where a producer says that goods of a parcel are missing which is not to be packed any more.
    """
    named = {part.order_line_id for part in parts}
    parcels = [
        parcel for parcel in order.parcels if parcel.id in delivery_of or named & {line.id for line in parcel.lines}
    ]
    known = {line.id for parcel in order.parcels for line in parcel.lines}
    if not named <= known or not set(delivery_of) <= {parcel.id for parcel in order.parcels}:
        raise NotFound
    if not all(may_refund(actor, parcel, reason) for parcel in parcels):
        raise NotFound
    is_short = reason is RefundReason.LINE_SHORT and not may_refund_any(actor)
    if is_short and any(parcel.status != ParcelStatus.TO_PACK for parcel in parcels):
        raise PackedAlready


def _lock_payments(order_id: uuid.UUID) -> list[Payment]:
    """The payments that an order was paid with, the first one first, locked. Raises NotPaidByCard."""
    found = captured_payments(order_id)
    if not found:
        raise NotPaidByCard
    return [lock_payment(payment.id).payment for payment in found]


def _ask(
    actor: Actor,
    order: Order,
    payments: Sequence[Payment],
    pieces: Sequence[Piece],
    *,
    so_far: RefundedSoFar,
    reason: RefundReason,
    request_key: str,
    note: str | None,
    refundable_vnd: int | None,
) -> list[Refund]:
    """Ask for a refund of each payment that has to give some of it; where none has, the units are cancelled alone."""
    held = _held_vnd(payments, refundable_vnd)
    builder = LineBuilder(so_far)
    refunds = [
        add_refund(
            payment=payment,
            amount_vnd=sum(piece.amount_vnd for piece in of_payment),
            reason=reason,
            key=refund_key(payment.id, request_key),
            lines=[builder.build(piece) for piece in of_payment],
            actor=actor,
            note=note,
        )
        for payment, of_payment in zip(payments, cut_to_payments(pieces, held), strict=True)
        if of_payment
    ]
    if not refunds:
        lines = [builder.build(piece) for piece in pieces]
        cancel_unpaid(actor=actor, order=order, lines=lines, reason=reason, request_key=request_key, note=note)
    _end_collections(order, pieces, so_far)
    return refunds


def _held_vnd(payments: Sequence[Payment], refundable_vnd: int | None) -> list[int]:
    """What of each payment can still be given back; of the first as the vendor says, where the caller could ask."""
    first, *others = payments
    if refundable_vnd is None:
        left = left_in_books_vnd(first)
    else:  # what the vendor was asked for is taken off there already, whether it has come through or not
        left = refundable_vnd - transferred_vnd(first.id) - waiting_vnd(first.id)
    return [left, *(left_in_books_vnd(payment) for payment in others)]


def _end_collections(order: Order, pieces: Sequence[Piece], so_far: RefundedSoFar) -> None:
    """Nobody pays more for goods that are given back. A page that is open only brings money that goes back."""
    withdrawn = {piece.parcel.id: piece.by_line for piece in pieces if piece.by_line is not None}
    for parcel in order.parcels:
        by_line = withdrawn.get(parcel.id)
        if by_line is not None:
            lower_balance(order=order, parcel=parcel, by_line=by_line)
            continue
        amount = sum(piece.amount_vnd for piece in pieces if piece.parcel is parcel and piece.line is not None)
        given = sum(so_far.of_line(line).amount_vnd for line in parcel.lines)
        if amount and given + amount >= sum(line.charged_vnd for line in parcel.lines):
            cancel_collections(parcel_id=parcel.id)
