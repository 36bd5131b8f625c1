"""Changing orders: paid, expired, cancelled. The order's row is always locked first."""

import uuid
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm.attributes import set_committed_value

from catalog.producers.models import Producer
from core.accounts import ANONYMOUS, Actor
from core.db import (
    Asked,
    Base,
    SettledStatement,
    ask_to_load_each,
    ask_value,
    db,
    insert_soon,
    new_id,
    settled,
    utc_now,
    write_soon,
)
from core.errors import Conflict, NotFound
from core.outbox import publish
from market.delivery.models import Carrier
from market.ledger.models import AccountKind, PostingPart
from market.ledger.usecases import SITE, Line, post_entry
from market.offers.stock import HeldStock, release_stock, sell_stock
from market.orders.errors import PackedAlready
from market.orders.events import OrderConfirmed, OrderPaid, OrderRefunded
from market.orders.mails import (
    OrderEnding,
    mail_order_disputed,
    mail_order_ended,
    mail_order_paid,
    mail_order_refunded,
    mail_refund_made,
)
from market.orders.models import Order, OrderLine, OrderStatus, Parcel, ParcelStatus
from market.orders.queries import units_of
from market.orders.record_models import OrderChange
from market.orders.rules import (
    CONFIRMED,
    DONE,
    commission_vnd,
    order_may_become,
    parcel_may_become,
)
from market.orders.shares import withdrawn_of
from market.payments.purposes import DisputeNews, PurposeKind, RefundReason
from market.payments.queries import holds_money
from market.promotions.uses import give_back_uses, release_uses, spend_uses


def lock_order(order_id: uuid.UUID) -> Order:
    """The order as it is now, its row locked, with parcels, producers and lines. Raises NotFound."""
    return ask_to_lock_order(order_id).value


def ask_to_lock_order(order_id: uuid.UUID) -> Asked[Order]:
    """As `lock_order`, asked for now."""
    # After the lock the other statements see what was committed while it was waited for.
    return ask_to_load_each(_order_with_parts(), {"order_id": order_id}).then(_joined)


def _joined(parts: Sequence[Sequence[Any]]) -> Order:
    orders, producers, parcels, lines = parts
    if not orders:
        raise NotFound
    by_id = {producer.id: producer for producer in producers}
    for parcel in parcels:
        set_committed_value(parcel, "producer", by_id[parcel.producer_id])
        set_committed_value(parcel, "lines", [line for line in lines if line.parcel_id == parcel.id])
    order: Order = orders[0]
    set_committed_value(order, "parcels", list(parcels))
    return order


@cache
def _order_with_parts() -> list[tuple[type[Base], SettledStatement]]:
    own = Parcel.order_id == bindparam("order_id")
    order = select(Order).where(Order.id == bindparam("order_id")).with_for_update(of=Order)
    producers = select(Producer).where(Producer.id.in_(select(Parcel.producer_id).where(own)))
    parcels = select(Parcel).where(own).order_by(Parcel.id)
    lines = select(OrderLine).join(Parcel, Parcel.id == OrderLine.parcel_id).where(own).order_by(OrderLine.id)
    return [
        (Order, settled(order)),
        (Producer, settled(producers)),
        (Parcel, settled(parcels)),
        (OrderLine, settled(lines)),
    ]


def lock_order_row(order_id: uuid.UUID) -> Asked[OrderStatus]:
    """Lock an order's row, and say how the order stands. Raises NotFound."""
    return ask_value(_locked_status(), {"order_id": order_id}).then(_known_status)


def _known_status(status: str | None) -> OrderStatus:
    if status is None:
        raise NotFound
    return OrderStatus(status)


@cache
def _locked_status() -> SettledStatement:
    return settled(select(Order.status).where(Order.id == bindparam("order_id")).with_for_update(of=Order))


def change_status(*, actor: Actor, order: Order, to: OrderStatus, reason: str) -> None:
    """Move a locked order to another state and write it down. Raises Conflict for a step that is not allowed."""
    if not order_may_become(order.status, to):
        raise Conflict
    was = str(order.status)
    order.status = to
    write_soon(order)
    _note_change(actor, order.id, from_status=was, to=to, reason=reason)


def change_parcel_status(*, actor: Actor, parcel: Parcel, to: ParcelStatus, reason: str) -> None:
    """Move a parcel of a locked order to another state and write it down. Raises Conflict as `change_status` does."""
    if not parcel_may_become(parcel.status, to):
        raise Conflict
    was = str(parcel.status)
    parcel.status = to
    write_soon(parcel)
    _note_change(actor, parcel.order_id, parcel_id=parcel.id, from_status=was, to=to, reason=reason)


def mark_placed(*, actor: Actor, order: Order) -> None:
    """Write down that an order was placed."""
    placed = OrderStatus.AWAITING_PAYMENT
    _note_change(actor, order.id, from_status=None, to=placed, reason="Placed by the buyer")


def mark_paid(*, order: Order, payment_id: uuid.UUID, held: Asked[HeldStock] | None = None) -> None:
    """The whole amount is there: sell the stock, let the producers pack, enter it in the ledger, tell the buyer.

    The order is locked and waits for payment, so this happens once. `held` is its stock, if that was asked for before.
    """
    _sell(order, held)
    order.paid_at = utc_now()
    change_status(actor=ANONYMOUS, order=order, to=OrderStatus.PAID, reason=f"Payment {payment_id}")
    _let_pack(ANONYMOUS, order, reason="Paid")
    post_entry(
        source="payment",
        source_id=payment_id,
        description=f"Order {order.number} paid",
        reference=order.number,
        lines=ledger_lines(order),
    )
    mail_order_paid(order)
    publish(OrderPaid(order_id=order.id))


def confirm_for_cash(*, actor: Actor, order: Order) -> None:
    """Nothing is paid before this locked order comes: sell the stock, let the producers pack. The ledger waits."""
    _sell(order)
    order.pays_cash = True
    change_status(actor=actor, order=order, to=OrderStatus.CASH_DUE, reason="Paid in cash when it comes")
    _let_pack(actor, order, reason="Paid in cash when it comes")
    publish(OrderConfirmed(order_id=order.id))


def _sell(order: Order, held: Asked[HeldStock] | None = None) -> None:
    """Take what the order holds of stock and promotions."""
    sell_stock(order_id=order.id, held=held)
    spend_uses(order_id=order.id)


def _let_pack(actor: Actor, order: Order, *, reason: str) -> None:
    for parcel in order.parcels:
        change_parcel_status(actor=actor, parcel=parcel, to=ParcelStatus.TO_PACK, reason=reason)


def ledger_lines(order: Order) -> list[Line]:
    """Who gets what of an order's payment: producers, the site, and whoever delivers; and who bears the discounts."""
    lines = [Line(AccountKind.PROCESSOR_BALANCE, SITE, order.due_now_vnd)]
    for parcel in order.parcels:
        if parcel.deposit_vnd:  # owed to the buyer until the rest is paid
            lines.append(Line(AccountKind.BUYER_DEPOSITS, SITE, -parcel.deposit_vnd))
        else:
            lines += parcel_lines(parcel)
    return lines


def parcel_lines(parcel: Parcel) -> list[Line]:
    """Who gets what of a parcel that is paid in full, as it was ordered, less what was given back before it was.

    The delivery fee is its carrier's.
    """
    withdrawn_vnd, shares = withdrawn_of(parcel)
    commission = commission_vnd(parcel.earned_vnd, parcel.commission_basis_points) - shares.fee_vnd
    goods_vnd = parcel.goods_vnd - (parcel.producer_discount_vnd or 0) + parcel.own_fee_discount_vnd
    goods_vnd -= withdrawn_vnd + shares.voucher_vnd
    site_fee_vnd = 0 if parcel.delivery_carrier == Carrier.PRODUCER else parcel.delivery_vnd
    return [
        Line(AccountKind.PRODUCER_PAYABLE, parcel.producer_id, -goods_vnd, PostingPart.GOODS),
        Line(AccountKind.PRODUCER_PAYABLE, parcel.producer_id, -parcel.delivery_earned_vnd, PostingPart.DELIVERY),
        Line(AccountKind.PRODUCER_PAYABLE, parcel.producer_id, commission, PostingPart.COMMISSION),
        Line(AccountKind.VOUCHER_EXPENSE, SITE, (parcel.site_discount_vnd or 0) - shares.voucher_vnd),
        Line(AccountKind.COMMISSION_INCOME, SITE, -commission),
        Line(AccountKind.DELIVERY_PAYABLE, SITE, -site_fee_vnd),
    ]


def expire_order(*, actor: Actor, order: Order, reason: str, tell: OrderEnding | None = None) -> None:
    """Nobody will pay this locked order: let go of its stock and of the promotions it holds.

    With `tell` its buyer gets a mail that says why.
    """
    change_status(actor=actor, order=order, to=OrderStatus.EXPIRED, reason=reason)
    release_stock(order_id=order.id)
    release_uses(order_id=order.id)
    if tell is not None:
        mail_order_ended(order, tell)


def hold_for_review(*, order: Order, reason: str) -> None:
    """What was paid is not what was asked: a person decides, and until then the stock stays reserved."""
    change_status(actor=ANONYMOUS, order=order, to=OrderStatus.NEEDS_REVIEW, reason=reason[:200])


def note_refund(*, order: Order, amount_vnd: int, reason: RefundReason, by_transfer: bool = False) -> None:
    """Money for this locked order was given back: close an order under review, and tell the buyer.

    Once nothing that was paid for it is left, its vouchers can be used again; a part leaves them used.
    """
    if order.status == OrderStatus.NEEDS_REVIEW:
        expire_order(actor=ANONYMOUS, order=order, reason="Payment given back")
    if not holds_money(PurposeKind.ORDER, order.id):
        give_back_uses(order_id=order.id)
    publish(OrderRefunded(id=new_id(), order_id=order.id, amount_vnd=amount_vnd))
    if reason in (RefundReason.PAID_TOO_LATE, RefundReason.REVIEWED):
        mail_order_refunded(order, amount_vnd, by_transfer=by_transfer)
    else:
        mail_refund_made(order, amount_vnd, reason, by_transfer=by_transfer)


def note_dispute(*, order: Order, news: DisputeNews) -> None:
    """The buyer's bank asked for money of this locked order back, or decided: tell the producers."""
    for parcel in order.parcels:
        mail_order_disputed(order, parcel, news)


def cancel_quantities(*, actor: Actor, order: Order, quantities: Mapping[uuid.UUID, int], reason: str) -> None:
    """Take units (line id → quantity) of a locked, paid order out of what is still to be packed.

    A parcel with nothing left is cancelled, and so is an order with no parcel left. Raises PackedAlready, also when a
    line has not so many units left.
    """
    for parcel in order.parcels:
        for line in parcel.lines:
            if not quantities.get(line.id):
                continue
            if parcel.status != ParcelStatus.TO_PACK or line.cancelled_quantity + quantities[line.id] > line.quantity:
                raise PackedAlready
            line.cancelled_quantity += quantities[line.id]
        if parcel.status == ParcelStatus.TO_PACK and not any(units_of(line) for line in parcel.lines):
            change_parcel_status(actor=actor, parcel=parcel, to=ParcelStatus.CANCELLED, reason=reason)
    db.session.flush()
    close_when_done(actor, order)


def close_when_done(actor: Actor, order: Order) -> None:
    """With its last parcel on its way, an order is shipped; with none to send, or none that was taken, cancelled.

    Where nothing was paid beforehand, its vouchers can then be used again; otherwise once the money has gone back. Its
    stock was put back before, since promotions are locked after that.
    """
    states = set(db.session.scalars(select(Parcel.status).where(Parcel.order_id == order.id)))
    if ParcelStatus.SHIPPED in states and states <= DONE and order.status in CONFIRMED:
        change_status(actor=actor, order=order, to=OrderStatus.SHIPPED, reason="All parcels are on their way")
    elif states <= DONE - {ParcelStatus.SHIPPED} and order.status in (*CONFIRMED, OrderStatus.SHIPPED):
        change_status(actor=actor, order=order, to=OrderStatus.CANCELLED, reason="Nothing of it is sent")
        if order.pays_cash:
            give_back_uses(order_id=order.id)


def _note_change(
    actor: Actor,
    order_id: uuid.UUID,
    *,
    from_status: str | None,
    to: str,
    reason: str,
    parcel_id: uuid.UUID | None = None,
) -> None:
    insert_soon(
        OrderChange,
        order_id=order_id,
        parcel_id=parcel_id,
        from_status=from_status,
        to_status=to,
        actor_id=actor.user_id,
        reason=reason,
    )
