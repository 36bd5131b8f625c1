"""What a payment does to an order."""

import uuid

from core.accounts import ANONYMOUS
from core.db import Asked
from market.checkout.payment_request import payment_request
from market.offers.stock import ask_held_stock
from market.orders.mails import OrderEnding
from market.orders.models import OrderStatus
from market.orders.queries import get_order_lines, has_recalled_goods
from market.orders.usecases import (
    ask_to_lock_order,
    expire_order,
    hold_for_review,
    lock_order,
    lock_order_row,
    mark_paid,
    note_dispute,
    note_refund,
)
from market.payments.purposes import DisputeNews, PaymentRequest, PurposeState, RefundReason

_STATES = {OrderStatus.AWAITING_PAYMENT: PurposeState.OPEN}
_STATES |= dict.fromkeys((OrderStatus.PAID, OrderStatus.SHIPPED, OrderStatus.CANCELLED), PurposeState.PAID)


class OrderPurpose:
    """Implements `Purpose` for orders."""

    def lock(self, purpose_id: uuid.UUID) -> Asked[PurposeState]:
        """Lock the order; only one that waits for payment can be paid."""
        return lock_order_row(purpose_id).then(lambda status: _STATES.get(status, PurposeState.CLOSED))

    def is_withheld(self, purpose_id: uuid.UUID) -> Asked[bool]:
        """Whether something of it was recalled."""
        return has_recalled_goods(purpose_id)

    def request(self, purpose_id: uuid.UUID) -> PaymentRequest:
        """Every line of the order, and delivery as the last one."""
        return payment_request(get_order_lines(purpose_id))

    def paid(self, purpose_id: uuid.UUID, *, payment_id: uuid.UUID, amount_vnd: int) -> None:
        """The order is paid."""
        order, held = ask_to_lock_order(purpose_id), ask_held_stock(purpose_id)
        mark_paid(order=order.value, payment_id=payment_id, held=held)

    def expired(self, purpose_id: uuid.UUID) -> None:
        """The order's time is over; its stock is free again."""
        expire_order(
            actor=ANONYMOUS, order=lock_order(purpose_id), reason="Not paid in time", tell=OrderEnding.NOT_PAID
        )

    def needs_review(self, purpose_id: uuid.UUID, *, reason: str) -> None:
        """A person has to look at what was paid."""
        hold_for_review(order=lock_order(purpose_id), reason=reason)

    def refunded(
        self, purpose_id: uuid.UUID, *, amount_vnd: int, reason: RefundReason, by_transfer: bool = False
    ) -> None:
        """Money was given back."""
        note_refund(order=lock_order(purpose_id), amount_vnd=amount_vnd, reason=reason, by_transfer=by_transfer)

    def refund_came_back(self, purpose_id: uuid.UUID, *, amount_vnd: int) -> None:
        """A person takes over; what the refund closed stays closed."""

    def disputed(self, purpose_id: uuid.UUID, *, news: DisputeNews) -> None:
        """The buyer's bank asked for money back, or decided."""
        note_dispute(order=lock_order(purpose_id), news=news)
