"""What a payment does for a sale at a stall: the stalls' plug into payments."""

import uuid

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from core.db import Asked, db, known
from core.errors import NotFound
from market.ledger.models import AccountKind, PostingPart
from market.ledger.usecases import SITE, Line, post_entry
from market.payments.purposes import DisputeNews, PaymentItem, PaymentRequest, PurposeState, RefundReason
from market.payments.refunds import LEDGER_PAYMENT
from market.stalls import usecases
from market.stalls.models import Stall, StallSale
from market.stalls.rules import purpose_state, receipt_path


class StallSalePurpose:
    """Sales at stalls as something that can be paid; see `market.payments.purposes.Purpose`."""

    def lock(self, purpose_id: uuid.UUID) -> Asked[PurposeState]:
        """Lock the sale and say whether it can still be paid. Raises NotFound."""
        return known(purpose_state(usecases.lock_sale(purpose_id).status))

    def is_withheld(self, purpose_id: uuid.UUID) -> Asked[bool]:
        """Never: what a stall sells is handed over at the stall."""
        return known(False)

    def request(self, purpose_id: uuid.UUID) -> PaymentRequest:
        """One line that names stall and holder, so that the payer can compare once more before paying."""
        statement = select(StallSale).where(StallSale.id == purpose_id).options(joinedload(StallSale.stall))
        sale = db.session.scalar(statement)
        if sale is None:
            raise NotFound
        receipt = receipt_path(sale.stall.placard_code, sale.token)
        return PaymentRequest(
            reference=sale.number,
            items=(PaymentItem(name=_line_name(sale.stall), unit_amount_vnd=sale.amount_vnd),),
            return_path=f"{receipt}/return",
            cancel_path=receipt,
            locale=sale.locale,
        )

    def paid(self, purpose_id: uuid.UUID, *, payment_id: uuid.UUID, amount_vnd: int) -> None:
        """Put the sale on the stall's screen, and the money on the stall's account."""
        sale = usecases.record_payment(sale_id=purpose_id)
        post_entry(
            source=LEDGER_PAYMENT,
            source_id=payment_id,
            description=f"Sale {sale.number} at a stall",
            reference=sale.number,
            lines=[
                Line(AccountKind.PROCESSOR_BALANCE, SITE, amount_vnd),
                Line(AccountKind.STALL_PAYABLE, sale.stall_id, -amount_vnd, PostingPart.GOODS),
            ],
        )

    def expired(self, purpose_id: uuid.UUID) -> None:
        """Nobody paid in time."""
        usecases.expire_sale(sale_id=purpose_id)

    def needs_review(self, purpose_id: uuid.UUID, *, reason: str) -> None:
        """What was paid is not what was asked."""
        usecases.put_under_review(sale_id=purpose_id, reason=reason)

    def refunded(
        self, purpose_id: uuid.UUID, *, amount_vnd: int, reason: RefundReason, by_transfer: bool = False
    ) -> None:
        """Money was given back; the receipt says so, since a passer-by leaves no address to write to."""
        usecases.record_refund(sale_id=purpose_id, amount_vnd=amount_vnd)

    def refund_came_back(self, purpose_id: uuid.UUID, *, amount_vnd: int) -> None:
        """The receipt does not say any more that it was given back."""
        usecases.record_refund(sale_id=purpose_id, amount_vnd=-amount_vnd)

    def disputed(self, purpose_id: uuid.UUID, *, news: DisputeNews) -> None:
        """Nobody but the officers is told: the holder handed the goods over and can add nothing to it."""


def _line_name(stall: Stall) -> str:
    return f"{stall.number} · {stall.name} · {stall.holder_name}"
