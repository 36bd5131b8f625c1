"""What a recall changes in the market. Rows are locked as everywhere: orders, then payments, then stock."""

import uuid

from sqlalchemy import func, or_, select
from sqlalchemy.dialects.postgresql import insert

from catalog.products.events import ProductChanged
from core.accounts import ANONYMOUS, Actor
from core.db import db, utc_now
from core.errors import Conflict, NotFound
from core.i18n import lazy_gettext as _l
from core.outbox import publish
from market.offers.models import Offer, OfferStatus
from market.offers.stock import lock_offers
from market.orders.mails import OrderEnding
from market.orders.models import Order, OrderLine, OrderStatus, Parcel
from market.orders.record_models import ReplacementLine
from market.orders.usecases import expire_order, lock_order
from market.payments.purposes import PurposeKind, RefundReason
from market.payments.queries import find_captured_payment
from market.payments.usecases import withdraw_payments
from market.recalls.mails import mail_lot_recalled
from market.recalls.models import RecalledOrder, RecallPausedOffer
from market.recalls.queries import affected_orders, may_settle
from market.refunds.pieces import RefundPart
from market.refunds.queries import refunded_so_far
from market.refunds.usecases import request_order_refund
from traceability.recalls.models import Recall, RecalledProduct, RecallLot
from traceability.recalls.queries import lock_against_recall


def pause_offers(*, recall_id: uuid.UUID) -> None:
    """Pause every offer of the products that the recall keeps off sale, and remember which were on sale."""
    product_ids = _held_products(recall_id)
    offers = lock_offers(list(db.session.scalars(select(Offer.id).where(Offer.product_id.in_(product_ids)))))
    for offer in offers.values():
        if offer.status == OfferStatus.ACTIVE:
            offer.status = OfferStatus.PAUSED
            db.session.add(RecallPausedOffer(recall_id=recall_id, offer_id=offer.id))
    db.session.flush()
    for product_id in product_ids:
        publish(ProductChanged(product_id))


def resume_offers(*, recall_id: uuid.UUID, product_id: uuid.UUID) -> None:
    """Put on sale again what this recall paused, unless another recall keeps the product off sale."""
    if lock_against_recall([product_id]):
        return
    paused = db.session.scalars(
        select(RecallPausedOffer.offer_id)
        .join(Offer, Offer.id == RecallPausedOffer.offer_id)
        .where(RecallPausedOffer.recall_id == recall_id, Offer.product_id == product_id)
    ).all()
    for offer in lock_offers(paused).values():
        offer.status = OfferStatus.ACTIVE
    db.session.flush()
    publish(ProductChanged(product_id))


def end_waiting_orders(*, recall_id: uuid.UUID) -> list[uuid.UUID]:
    """Close the unpaid orders of products that are off sale; returns the payments whose pages are to be closed."""
    waiting = db.session.scalars(
        select(Order.id)
        .join(Parcel, Parcel.order_id == Order.id)
        .join(OrderLine, OrderLine.parcel_id == Parcel.id)
        .join(Offer, Offer.id == OrderLine.offer_id)
        .where(Offer.product_id.in_(_held_products(recall_id)), Order.status == OrderStatus.AWAITING_PAYMENT)
        .distinct()
        .order_by(Order.id)
    ).all()
    withdrawn: list[uuid.UUID] = []
    for order_id in waiting:
        order = lock_order(order_id)
        if order.status == OrderStatus.AWAITING_PAYMENT:
            expire_order(actor=ANONYMOUS, order=order, reason="A product of it was recalled", tell=OrderEnding.RECALLED)
            withdrawn += withdraw_payments(kind=PurposeKind.ORDER, purpose_id=order_id)
    return withdrawn


def tell_buyers(*, recall_id: uuid.UUID) -> int:
    """Note each order that was packed from the recalled lots, and mail its buyer once; how many were new."""
    recall = db.session.get_one(Recall, recall_id)
    told = 0
    for affected in affected_orders(recall_id):
        added = db.session.execute(
            insert(RecalledOrder)
            .values(
                recall_id=recall_id, order_id=affected.order.id, affected_vnd=affected.amount_vnd, told_at=utc_now()
            )
            .on_conflict_do_nothing()
            .returning(RecalledOrder.order_id)
        ).one_or_none()
        if added is not None:
            mail_lot_recalled(affected.order, recall, affected.goods)
            told += 1
    return told


def request_recall_refund(*, order_id: uuid.UUID, recall_number: str, note: str | None = None) -> RecalledOrder:
    """The buyer asks for the price of the recalled goods. Again changes nothing. Raises NotFound."""
    row = db.session.scalar(
        select(RecalledOrder)
        .join(Recall, Recall.id == RecalledOrder.recall_id)
        .where(RecalledOrder.order_id == order_id, Recall.number == recall_number)
        .with_for_update(of=RecalledOrder)
    )
    if row is None:
        raise NotFound
    if row.refund_requested_at is None:
        row.refund_requested_at, row.refund_note = utc_now(), note
        db.session.flush()
    return row


def settle_recall_refund(
    *, actor: Actor, recall_id: uuid.UUID, order_number: str, refundable_vnd: int | None = None
) -> RecalledOrder:
    """Give the price of the recalled goods back to the card that paid, or note that it was given by hand.

    `refundable_vnd` as the payment service says. Raises NotFound; Conflict when they did not ask, or have it already;
    what `request_order_refund` raises.
    """
    row = db.session.scalar(
        select(RecalledOrder)
        .join(Order, Order.id == RecalledOrder.order_id)
        .where(RecalledOrder.recall_id == recall_id, Order.number == order_number)
        .with_for_update(of=RecalledOrder)
    )
    if row is None or not may_settle(actor, row):
        raise NotFound
    if row.refund_requested_at is None or row.settled_at is not None:
        raise Conflict(_l("There is nothing to give back here."))
    parts = _parts_to_give_back(row)
    if parts and find_captured_payment(PurposeKind.ORDER, row.order_id) is not None:
        refunds = request_order_refund(
            actor=actor,
            order_id=row.order_id,
            parts=parts,
            reason=RefundReason.RECALLED,
            request_key=f"recall-{recall_id}",
            refundable_vnd=refundable_vnd,
        )
        row.refund_id = refunds[0].id
    row.settled_at = utc_now()
    db.session.flush()
    return row


def _parts_to_give_back(row: RecalledOrder) -> list[RefundPart]:
    """What of the lines from the recalled lots was not given back before."""
    lot_ids = select(RecallLot.lot_id).where(RecallLot.recall_id == row.recall_id)
    sent_again = dict(
        db.session.execute(
            select(ReplacementLine.order_line_id, func.sum(ReplacementLine.quantity))
            .where(ReplacementLine.lot_id.in_(lot_ids))
            .group_by(ReplacementLine.order_line_id)
        ).all()
    )
    lines = db.session.scalars(
        select(OrderLine)
        .join(Parcel, Parcel.id == OrderLine.parcel_id)
        .where(Parcel.order_id == row.order_id, or_(OrderLine.lot_id.in_(lot_ids), OrderLine.id.in_(sent_again)))
        .order_by(OrderLine.id)
    ).all()
    so_far, recalled = refunded_so_far(row.order_id), set(db.session.scalars(lot_ids))
    units = {
        line.id: min(so_far.left_of_line(line), line.quantity if line.lot_id in recalled else sent_again[line.id])
        for line in lines
    }
    paid = {line.id for line in lines if line.charged_vnd > so_far.of_line(line).amount_vnd}
    return [RefundPart(line_id, count) for line_id, count in units.items() if count and line_id in paid]


def _held_products(recall_id: uuid.UUID) -> list[uuid.UUID]:
    return list(
        db.session.scalars(
            select(RecalledProduct.product_id)
            .where(RecalledProduct.recall_id == recall_id, RecalledProduct.released_at.is_(None))
            .order_by(RecalledProduct.product_id)
        )
    )
