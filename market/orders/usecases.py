"""Changing orders: paid, expired, packed, shipped. The order's row is always locked first."""

import uuid
from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from catalog.producers.models import Producer
from core.accounts import ANONYMOUS, Actor
from core.db import db, new_id, utc_now
from core.errors import Conflict, Invalid, NotFound
from core.i18n import lazy_gettext as _l
from core.outbox import publish
from market.ledger.models import AccountKind, PostingPart
from market.ledger.usecases import SITE, Line, post_entry
from market.offers.stock import release_stock, sell_stock
from market.orders.events import OrderPaid, OrderRefunded, ParcelRepriced, ParcelShipped
from market.orders.mails import (
    mail_order_disputed,
    mail_order_paid,
    mail_order_refunded,
    mail_parcel_shipped,
    mail_refund_made,
)
from market.orders.models import Order, OrderChange, OrderLine, OrderStatus, Parcel, ParcelStatus
from market.orders.policies import may_work_on
from market.orders.queries import get_parcel, lots_to_pack_from, units_of
from market.orders.rules import (
    MOST_TIMES_ESTIMATE,
    WeighedLine,
    commission_vnd,
    order_may_become,
    parcel_may_become,
    price_by_weight,
    reprice_parcel,
)
from market.payments.purposes import DisputeNews, RefundReason
from market.promotions.usecases import release_uses, spend_uses
from traceability.journal.usecases import issue_sscc
from traceability.lots.guards import check_may_go_on
from traceability.lots.usecases import LotContent, pack_lots
from traceability.lots.usecases import ship_parcel as record_shipping


def lock_order(order_id: uuid.UUID) -> Order:
    """The order as it is now, its row locked, with parcels, producers and lines. Raises NotFound."""
    order = db.session.scalars(
        select(Order)
        .where(Order.id == order_id)
        .options(
            selectinload(Order.parcels).selectinload(Parcel.lines),
            selectinload(Order.parcels).joinedload(Parcel.producer).lazyload(Producer.commune),
        )
        .with_for_update(of=Order)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if order is None:
        raise NotFound
    return order


def change_status(*, actor: Actor, order: Order, to: OrderStatus, reason: str) -> None:
    """Move a locked order to another state and write it down. Raises Conflict for a step that is not allowed."""
    if not order_may_become(order.status, to):
        raise Conflict
    _write_down(actor, order.id, from_status=str(order.status), to=to, reason=reason)
    order.status = to
    db.session.flush()


def change_parcel_status(*, actor: Actor, parcel: Parcel, to: ParcelStatus, reason: str) -> None:
    """Move a parcel of a locked order to another state and write it down. Raises Conflict as `change_status` does."""
    if not parcel_may_become(parcel.status, to):
        raise Conflict
    _write_down(actor, parcel.order_id, parcel_id=parcel.id, from_status=str(parcel.status), to=to, reason=reason)
    parcel.status = to
    db.session.flush()


def mark_placed(*, actor: Actor, order: Order) -> None:
    """Write down that an order was placed."""
    _write_down(actor, order.id, from_status=None, to=OrderStatus.AWAITING_PAYMENT, reason="Placed by the buyer")


def mark_paid(*, order: Order, payment_id: uuid.UUID) -> None:
    """The whole amount is there: sell the stock, let the producers pack, enter it in the ledger, tell the buyer.

    The order is locked and waits for payment, so this happens once.
    """
    change_status(actor=ANONYMOUS, order=order, to=OrderStatus.PAID, reason=f"Payment {payment_id}")
    order.paid_at = utc_now()
    for parcel in order.parcels:
        change_parcel_status(actor=ANONYMOUS, parcel=parcel, to=ParcelStatus.TO_PACK, reason="Paid")
    sell_stock(order_id=order.id)
    spend_uses(order_id=order.id)
    post_entry(
        source="payment",
        source_id=payment_id,
        description=f"Order {order.number} paid",
        reference=order.number,
        lines=ledger_lines(order),
    )
    mail_order_paid(order)
    publish(OrderPaid(order_id=order.id))


def ledger_lines(order: Order) -> list[Line]:
    """Who gets what of an order's total: producers, the site, and whoever delivers; and who bears the discounts."""
    lines = [Line(AccountKind.PROCESSOR_BALANCE, SITE, order.total_vnd)]
    for parcel in order.parcels:
        commission = commission_vnd(parcel.earned_vnd, parcel.commission_basis_points)
        lines += [
            Line(
                AccountKind.PRODUCER_PAYABLE,
                parcel.producer_id,
                (parcel.producer_discount_vnd or 0) - parcel.goods_vnd,
                PostingPart.GOODS,
            ),
            Line(AccountKind.PRODUCER_PAYABLE, parcel.producer_id, commission, PostingPart.COMMISSION),
            Line(AccountKind.VOUCHER_EXPENSE, SITE, parcel.site_discount_vnd or 0),
            Line(AccountKind.COMMISSION_INCOME, SITE, -commission),
            Line(AccountKind.DELIVERY_PAYABLE, SITE, -parcel.delivery_vnd),
        ]
    return lines


def expire_order(*, actor: Actor, order: Order, reason: str) -> None:
    """Nobody will pay this locked order: let go of its stock and of the promotions it holds."""
    change_status(actor=actor, order=order, to=OrderStatus.EXPIRED, reason=reason)
    release_stock(order_id=order.id)
    release_uses(order_id=order.id)


def hold_for_review(*, order: Order, reason: str) -> None:
    """What was paid is not what was asked: a person decides, and until then the stock stays reserved."""
    change_status(actor=ANONYMOUS, order=order, to=OrderStatus.NEEDS_REVIEW, reason=reason[:200])


def note_refund(*, order: Order, amount_vnd: int, reason: RefundReason) -> None:
    """Money for this locked order was given back: close an order under review, and tell the buyer."""
    if order.status == OrderStatus.NEEDS_REVIEW:
        expire_order(actor=ANONYMOUS, order=order, reason="Payment given back")
    publish(OrderRefunded(id=new_id(), order_id=order.id, amount_vnd=amount_vnd))
    if reason in (RefundReason.PAID_TOO_LATE, RefundReason.REVIEWED):
        mail_order_refunded(order, amount_vnd)
    else:
        mail_refund_made(order, amount_vnd, reason)


def note_dispute(*, order: Order, news: DisputeNews) -> None:
    """The buyer's bank asked for money of this locked order back, or decided: tell the producers."""
    for parcel in order.parcels:
        mail_order_disputed(order, parcel, news)


def pack_parcel(
    *,
    actor: Actor,
    parcel_id: uuid.UUID,
    lots: Mapping[uuid.UUID, uuid.UUID],
    weights: Mapping[uuid.UUID, int] | None = None,
) -> Parcel:
    """Pack a paid parcel: `lots` names, for each line, the lot it is taken from.

    `weights` are the grams of each line that is priced by weight; its price then follows, and where that makes a
    difference for the buyer, ParcelRepriced is published.

    The parcel gets its SSCC, the journal its packing event, in one transaction. Raises NotFound; Conflict when it is
    packed already; Invalid for a lot that does not fit its line; LotExhausted when a lot has run out meanwhile.
    """
    parcel = _lock_parcel(actor, parcel_id)
    if parcel.status != ParcelStatus.TO_PACK:
        raise Conflict(_l("This parcel is packed already."))
    _weigh(parcel, weights or {})
    to_pack = [line for line in parcel.lines if units_of(line)]
    choices = lots_to_pack_from(to_pack)
    for line in to_pack:
        line.lot_id = _chosen_lot(line, lots.get(line.id), {choice.lot.id for choice in choices[line.id]})
    parcel.sscc = issue_sscc()
    parcel.packed_at = utc_now()
    pack_lots(
        actor=actor,
        sscc=parcel.sscc,
        contents=[LotContent(lots[line.id], units_of(line)) for line in to_pack],
        packed_at_gln=parcel.producer.gln,
        order_number=parcel.order.number,
    )
    change_parcel_status(actor=actor, parcel=parcel, to=ParcelStatus.PACKED, reason="Packed")
    return parcel


def _weigh(parcel: Parcel, weights: Mapping[uuid.UUID, int]) -> None:
    """Price the lines by what they weigh, and the parcel with them."""
    weighed = []
    for line in parcel.lines:
        if line.price_per_kg_vnd is None or not units_of(line):
            continue
        terms = weighed_line(line)
        grams = weights.get(line.id, 0)
        if not 1 <= grams <= terms.estimated_grams * MOST_TIMES_ESTIMATE:
            raise Invalid(_l("Enter what it weighs now that it is packed."), field=f"weight_{line.id}")
        packed = price_by_weight(terms, grams)
        line.packed_grams, line.final_vnd = grams, packed.final_vnd
        weighed.append((terms, packed))
    if not weighed:
        return
    parcel.repriced_vnd = reprice_parcel(
        other_goods_vnd=parcel.goods_vnd - sum(terms.line_total_vnd for terms, _packed in weighed),
        producer_discount_vnd=parcel.producer_discount_vnd,
        weighed=weighed,
        delivery_vnd=parcel.delivery_vnd,
        delivery_after_vnd=parcel.delivery_vnd,  # the fee does not depend on the weight
        basis_points=parcel.commission_basis_points,
    ).difference_vnd
    if parcel.repriced_vnd:
        publish(ParcelRepriced(parcel_id=parcel.id, difference_vnd=parcel.repriced_vnd))


def weighed_line(line: OrderLine) -> WeighedLine:
    """A line priced by weight, as the pricing sees it: the units of it that are sent."""
    assert line.estimated_grams is not None and line.weight_tolerance_percent is not None
    kept = line.quantity - line.cancelled_quantity
    return WeighedLine(
        line_total_vnd=line.line_total_vnd * kept // line.quantity,
        discount_vnd=line.discount_vnd * kept // line.quantity,
        estimated_grams=line.estimated_grams * kept // line.quantity,
        tolerance_percent=line.weight_tolerance_percent,
    )


def ship_parcel(*, actor: Actor, parcel_id: uuid.UUID) -> Parcel:
    """Hand a packed parcel over for delivery; with the last one the order is shipped. Raises NotFound, Conflict."""
    parcel = _lock_parcel(actor, parcel_id)
    if parcel.status != ParcelStatus.PACKED or parcel.sscc is None:
        raise Conflict(_l("This parcel is not packed yet, or on its way already."))
    check_may_go_on([line.lot for line in parcel.lines if line.lot is not None])
    record_shipping(actor=actor, sscc=parcel.sscc, shipped_from_gln=parcel.producer.gln)
    parcel.shipped_at = utc_now()
    change_parcel_status(actor=actor, parcel=parcel, to=ParcelStatus.SHIPPED, reason="Handed over for delivery")
    _close_when_done(actor, parcel.order)
    mail_parcel_shipped(parcel.order, parcel)
    publish(ParcelShipped(parcel_id=parcel.id))
    return parcel


def cancel_quantities(*, actor: Actor, order: Order, quantities: Mapping[uuid.UUID, int], reason: str) -> None:
    """Take units (line id → quantity) of a locked, paid order out of what is still to be packed.

    A parcel with nothing left is cancelled, and so is an order with no parcel left. Raises Conflict when a line was
    packed already, or has not so many units left.
    """
    for parcel in order.parcels:
        for line in parcel.lines:
            if not quantities.get(line.id):
                continue
            if parcel.status != ParcelStatus.TO_PACK or line.cancelled_quantity + quantities[line.id] > line.quantity:
                raise Conflict(_l("This is packed already, or was given back before."))
            line.cancelled_quantity += quantities[line.id]
        if parcel.status == ParcelStatus.TO_PACK and not any(units_of(line) for line in parcel.lines):
            change_parcel_status(actor=actor, parcel=parcel, to=ParcelStatus.CANCELLED, reason=reason)
    db.session.flush()
    _close_when_done(actor, order)


def _close_when_done(actor: Actor, order: Order) -> None:
    """With its last parcel on its way, a paid order is shipped; with none to send, it is cancelled."""
    states = set(db.session.scalars(select(Parcel.status).where(Parcel.order_id == order.id)))
    if order.status == OrderStatus.PAID and states <= {ParcelStatus.SHIPPED, ParcelStatus.CANCELLED}:
        if ParcelStatus.SHIPPED in states:
            change_status(actor=actor, order=order, to=OrderStatus.SHIPPED, reason="All parcels are on their way")
        else:
            change_status(actor=actor, order=order, to=OrderStatus.CANCELLED, reason="Nothing of it is sent")


def _lock_parcel(actor: Actor, parcel_id: uuid.UUID) -> Parcel:
    """The parcel, once its order is locked. Raises NotFound unless it is the actor's to work on."""
    parcel = db.session.get(Parcel, parcel_id)
    if parcel is None or not may_work_on(actor, parcel):
        raise NotFound
    db.session.execute(select(Order.id).where(Order.id == parcel.order_id).with_for_update())
    return get_parcel(actor, parcel_id)


def _chosen_lot(line: OrderLine, chosen: uuid.UUID | None, possible: set[uuid.UUID]) -> uuid.UUID:
    if chosen is None:
        raise Invalid(_l("Choose a lot."), field=f"lot_{line.id}")
    if chosen not in possible:
        raise Invalid(_l("This lot has not enough left, or is of another product."), field=f"lot_{line.id}")
    return chosen


def _write_down(
    actor: Actor,
    order_id: uuid.UUID,
    *,
    from_status: str | None,
    to: str,
    reason: str,
    parcel_id: uuid.UUID | None = None,
) -> None:
    db.session.add(
        OrderChange(
            order_id=order_id,
            parcel_id=parcel_id,
            from_status=from_status,
            to_status=to,
            actor_id=actor.user_id,
            reason=reason,
        )
    )
