"""What a payment does to an order."""

import uuid
from collections.abc import Sequence

from core.accounts import ANONYMOUS
from core.i18n import gettext as _
from core.i18n import use_locale
from market.orders.models import Order, OrderLine, OrderStatus
from market.orders.queries import products_of_order
from market.orders.usecases import expire_order, hold_for_review, lock_order, mark_paid, note_dispute, note_refund
from market.payments.purposes import DisputeNews, PaymentItem, PaymentRequest, PurposeState, RefundReason
from traceability.recalls.queries import lock_against_recall

MOST_ITEMS = 90
"""The vendor takes a hundred lines; an order with more is one line."""

_STATES = {OrderStatus.AWAITING_PAYMENT: PurposeState.OPEN}
_STATES |= dict.fromkeys((OrderStatus.PAID, OrderStatus.SHIPPED, OrderStatus.CANCELLED), PurposeState.PAID)


class OrderPurpose:
    """Implements `Purpose` for orders."""

    def lock(self, purpose_id: uuid.UUID) -> PurposeState:
        """Lock the order; only one that waits for payment, and of which nothing was recalled, can be paid."""
        order = lock_order(purpose_id)
        if order.status == OrderStatus.AWAITING_PAYMENT and lock_against_recall(products_of_order(order.id)):
            return PurposeState.CLOSED
        return _STATES.get(OrderStatus(order.status), PurposeState.CLOSED)

    def request(self, purpose_id: uuid.UUID) -> PaymentRequest:
        """Every line of the order, and delivery as the last one."""
        order = lock_order(purpose_id)
        path = f"/orders/{order.token}"
        return PaymentRequest(
            reference=order.number,
            items=_items(order),
            return_path=f"{path}/return",
            cancel_path=path,
            locale=order.locale,
            email=order.buyer_email,
        )

    def paid(self, purpose_id: uuid.UUID, *, payment_id: uuid.UUID, amount_vnd: int) -> None:
        """The order is paid."""
        mark_paid(order=lock_order(purpose_id), payment_id=payment_id)

    def expired(self, purpose_id: uuid.UUID) -> None:
        """The order's time is over; its stock is free again."""
        expire_order(actor=ANONYMOUS, order=lock_order(purpose_id), reason="Not paid in time")

    def needs_review(self, purpose_id: uuid.UUID, *, reason: str) -> None:
        """A person has to look at what was paid."""
        hold_for_review(order=lock_order(purpose_id), reason=reason)

    def refunded(self, purpose_id: uuid.UUID, *, amount_vnd: int, reason: RefundReason) -> None:
        """Money was given back."""
        note_refund(order=lock_order(purpose_id), amount_vnd=amount_vnd, reason=reason)

    def disputed(self, purpose_id: uuid.UUID, *, news: DisputeNews) -> None:
        """The buyer's bank asked for money back, or decided."""
        note_dispute(order=lock_order(purpose_id), news=news)


def _items(order: Order) -> tuple[PaymentItem, ...]:
    lines = [line for parcel in order.parcels for line in parcel.lines]
    with use_locale(order.locale):
        if order.due_now_vnd != order.total_vnd:
            return (PaymentItem(_("Order %(number)s: what is due now", number=order.number), order.due_now_vnd),)
        if len(lines) > MOST_ITEMS:
            return (PaymentItem(_("Order %(number)s", number=order.number), order.total_vnd),)
        if order.discount_vnd:
            return _discounted(order, lines)
        goods = [PaymentItem(_name(order, line), line.unit_price_vnd, line.quantity) for line in lines]
        delivery = [PaymentItem(_("Delivery"), order.delivery_vnd)] if order.delivery_vnd else []
    return (*goods, *delivery)


def _discounted(order: Order, lines: Sequence[OrderLine]) -> tuple[PaymentItem, ...]:
    """Each line as one amount less its discount, since a discount seldom divides by the quantity."""
    goods = [
        PaymentItem(f"{line.quantity} × {_name(order, line)}", line.line_total_vnd - line.discount_vnd)
        for line in lines
        if line.line_total_vnd > line.discount_vnd
    ]
    delivery_vnd = order.total_vnd - sum(item.unit_amount_vnd for item in goods)
    return (*goods, PaymentItem(_("Delivery"), delivery_vnd)) if delivery_vnd else tuple(goods)


def _name(order: Order, line: OrderLine) -> str:
    return line.product_name_en if order.locale == "en" else line.product_name_vi
