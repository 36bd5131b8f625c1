"""What a payment does to a collection: the plug into payments."""

import uuid

from core.db import Asked, known
from core.i18n import gettext as _
from core.i18n import use_locale
from market.collections import usecases
from market.collections.models import CollectionReason
from market.collections.rules import purpose_state
from market.orders.mails import mail_order_disputed
from market.orders.queries import has_recalled_goods
from market.orders.usecases import note_refund
from market.payments.purposes import DisputeNews, PaymentItem, PaymentRequest, PurposeState, RefundReason


class CollectionPurpose:
    """Collections as something that can be paid; see `market.payments.purposes.Purpose`."""

    def lock(self, purpose_id: uuid.UUID) -> Asked[PurposeState]:
        """Lock the order, then the collection. Raises NotFound."""
        return known(purpose_state(usecases.lock_collection(purpose_id)[2].status))

    def is_withheld(self, purpose_id: uuid.UUID) -> Asked[bool]:
        """Whether something of the order was recalled: nobody pays more for it."""
        order = usecases.lock_collection(purpose_id)[0]
        return has_recalled_goods(order.id)

    def request(self, purpose_id: uuid.UUID) -> PaymentRequest:
        """One line that says for which order."""
        order, parcel, collection = usecases.lock_collection(purpose_id)
        with use_locale(order.locale):
            named = {"number": order.number, "producer": parcel.producer.name}
            if collection.reason == CollectionReason.HEAVIER:
                name = _("Order %(number)s: heavier goods from %(producer)s", **named)
            else:
                name = _("Order %(number)s: the rest for %(producer)s", **named)
        return PaymentRequest(
            reference=order.number,
            items=(PaymentItem(name, collection.amount_vnd),),
            return_path=f"/orders/{order.token}/collections/{collection.id}/return",
            cancel_path=f"/orders/{order.token}",
            locale=order.locale,
            email=order.buyer_email,
        )

    def paid(self, purpose_id: uuid.UUID, *, payment_id: uuid.UUID, amount_vnd: int) -> None:
        """The rest is paid."""
        usecases.record_payment(collection_id=purpose_id, payment_id=payment_id)

    def expired(self, purpose_id: uuid.UUID) -> None:
        """The page is over; the buyer still owes it, and can open another one."""

    def needs_review(self, purpose_id: uuid.UUID, *, reason: str) -> None:
        """A person has to look at what was paid."""
        usecases.hold_for_review(collection_id=purpose_id, reason=reason)

    def refunded(
        self, purpose_id: uuid.UUID, *, amount_vnd: int, reason: RefundReason, by_transfer: bool = False
    ) -> None:
        """Money was given back."""
        order = usecases.lock_collection(purpose_id)[0]
        usecases.reopen(collection_id=purpose_id)
        note_refund(order=order, amount_vnd=amount_vnd, reason=reason, by_transfer=by_transfer)

    def refund_came_back(self, purpose_id: uuid.UUID, *, amount_vnd: int) -> None:
        """A person takes over; the collection can be paid all the same."""

    def disputed(self, purpose_id: uuid.UUID, *, news: DisputeNews) -> None:
        """The buyer's bank asked for money back, or decided: the one producer is told."""
        order, parcel, _collection = usecases.lock_collection(purpose_id)
        mail_order_disputed(order, parcel, news)
