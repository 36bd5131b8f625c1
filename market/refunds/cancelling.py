"""A buyer changes their mind before anything is packed. Rows are locked as everywhere: order, payment, then stock."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.accounts import ANONYMOUS
from core.db import db
from core.errors import Conflict
from core.i18n import lazy_gettext as _l
from market.offers.stock import return_stock
from market.orders.mails import OrderEnding, mail_order_ended
from market.orders.models import Order, OrderLine, OrderStatus, ParcelStatus
from market.orders.rules import CONFIRMED
from market.orders.usecases import cancel_quantities, expire_order, lock_order
from market.payments.models import Refund
from market.payments.purposes import PurposeKind, RefundReason
from market.payments.usecases import withdraw_payments
from market.refunds.pieces import RefundPart
from market.refunds.usecases import request_order_refund

REASON = "Cancelled by the buyer"


@dataclass(frozen=True)
class CancelledOrder:
    """What is left to do once this is committed: pages to close, and the refunds to be asked for."""

    withdrawn: tuple[uuid.UUID, ...] = ()
    refunds: tuple[Refund, ...] = ()


def may_be_cancelled(order: Order) -> bool:
    """Whether the buyer may still cancel `order`, whose parcels are loaded: nothing of it is packed."""
    if order.status == OrderStatus.AWAITING_PAYMENT:
        return True
    untouched = all(parcel.status in (ParcelStatus.TO_PACK, ParcelStatus.CANCELLED) for parcel in order.parcels)
    return order.status in CONFIRMED and untouched


def cancel_order(*, order_id: uuid.UUID, refundable_vnd: int | None = None) -> CancelledOrder:
    """Cancel an order for its buyer, whose link the caller has checked: the goods go back on sale, the money back.

    Said again, it changes nothing. Raises NotFound; Conflict when something is packed already; what
    `request_order_refund` raises.
    """
    order = lock_order(order_id)
    if order.status in (OrderStatus.EXPIRED, OrderStatus.CANCELLED):
        return CancelledOrder()
    if not may_be_cancelled(order):
        raise Conflict(_l("Some of this order is packed already. Please call the producer."))
    if order.status == OrderStatus.AWAITING_PAYMENT:
        expire_order(actor=ANONYMOUS, order=order, reason=REASON, tell=OrderEnding.CANCELLED)
        return CancelledOrder(tuple(withdraw_payments(kind=PurposeKind.ORDER, purpose_id=order_id, reason=REASON)))
    left = [line for parcel in order.parcels for line in parcel.lines if line.quantity > line.cancelled_quantity]
    units = {line.id: line.quantity - line.cancelled_quantity for line in left}
    if order.pays_cash:
        put_back(order_id, left, units, reason=REASON)
        cancel_quantities(actor=ANONYMOUS, order=order, quantities=units, reason=REASON)
        mail_order_ended(order, OrderEnding.CANCELLED)
        return CancelledOrder()
    refunds = _give_back(order_id, units, refundable_vnd)
    put_back(order_id, left, units, reason=REASON)
    return CancelledOrder(refunds=tuple(refunds))


def _give_back(order_id: uuid.UUID, units: dict[uuid.UUID, int], refundable_vnd: int | None) -> list[Refund]:
    return request_order_refund(
        actor=ANONYMOUS,
        order_id=order_id,
        parts=[RefundPart(line_id, quantity) for line_id, quantity in units.items()],
        reason=RefundReason.BUYER_CANCELLED,
        request_key="cancelled-by-buyer",
        refundable_vnd=refundable_vnd,
        by_buyer=True,
    )


def put_back(order_id: uuid.UUID, lines: Sequence[OrderLine], units: Mapping[uuid.UUID, int], *, reason: str) -> None:
    """Put so many units of these lines on sale again."""
    for line in sorted(lines, key=lambda line: line.offer_id):
        return_stock(actor=ANONYMOUS, offer_id=line.offer_id, quantity=units[line.id], order_id=order_id, reason=reason)
    db.session.flush()
