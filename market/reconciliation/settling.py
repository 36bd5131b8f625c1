"""What a person does about a discrepancy: give back, accept, try again, pay by transfer.

Commits as `market.payments.flow` does.
"""

import uuid
from typing import Any

from core.accounts import Actor
from core.db import atomic
from core.errors import Conflict
from core.i18n import lazy_gettext as _l
from market.payments.flow import process_refund, refund_reviewed, refundable_at_vendor
from market.payments.gateway import PaymentGateway, RequestRefused
from market.reconciliation.models import Resolution
from market.reconciliation.queries import get_discrepancy
from market.reconciliation.rules import can_accept, can_refund, can_resume
from market.reconciliation.usecases import resolve_discrepancy
from market.refunds.failure_words import vendor_words
from market.refunds.resuming import Transfer, ask_again, note_transfer
from market.refunds.usecases import adopt_refund


def refund_discrepancy(*, actor: Actor, discrepancy_id: uuid.UUID, gateway: PaymentGateway) -> None:
    """Give back what a discrepancy is about, whether the payment is ours or not, and end it.

    Again it is the same refund. Raises NotFound; Conflict when there is nothing to give back; Unavailable.
    """
    kind, external_id, payment_id, theirs = _read_open(actor, discrepancy_id)
    if not can_refund(kind):
        raise Conflict(_l("There is nothing to give back here."))
    if payment_id is not None:
        refund_reviewed(actor=actor, payment_id=payment_id, gateway=gateway)
    else:
        try:
            gateway.refund(
                payment_intent_id=external_id,
                refund_id=discrepancy_id,
                amount=int(theirs["amount"]),
                idempotency_key=f"discrepancy-{discrepancy_id}",
            )
        except RequestRefused as refusal:
            why = vendor_words(refusal.code)
            raise Conflict(_l("The payment service refused this: %(code)s.", code=why)) from refusal
    with atomic():
        resolve_discrepancy(actor=actor, discrepancy_id=discrepancy_id, resolution=Resolution.REFUNDED)


def accept_discrepancy(*, actor: Actor, discrepancy_id: uuid.UUID, gateway: PaymentGateway) -> None:
    """Take a refund that was made at the vendor into our books, and end the discrepancy.

    Raises NotFound; Conflict when it cannot be taken in; Unavailable.
    """
    kind, external_id, payment_id, theirs = _read_open(actor, discrepancy_id)
    if not can_accept(kind, has_payment=payment_id is not None) or payment_id is None:
        raise Conflict(_l("This cannot be entered by itself. Resolve it with a note."))
    with atomic():
        refund_id = adopt_refund(
            actor=actor, payment_id=payment_id, external_id=external_id, amount_vnd=int(theirs["amount"])
        ).id
    process_refund(refund_id, gateway=gateway)
    with atomic():
        resolve_discrepancy(actor=actor, discrepancy_id=discrepancy_id, resolution=Resolution.ACCEPTED)


def retry_discrepancy(*, actor: Actor, discrepancy_id: uuid.UUID, gateway: PaymentGateway) -> None:
    """Try the failed refund that a discrepancy is about again, and end it; one that fails too stands there anew.

    Raises NotFound; what `ask_again` does; Unavailable.
    """
    refund_id, payment_id = _failed_refund(actor, discrepancy_id)
    refundable = refundable_at_vendor(payment_id=payment_id, gateway=gateway)
    with atomic():
        again_id = ask_again(actor=actor, refund_id=refund_id, refundable_vnd=refundable).id
        resolve_discrepancy(actor=actor, discrepancy_id=discrepancy_id, resolution=Resolution.RETRIED)
    process_refund(again_id, gateway=gateway)


def transfer_discrepancy(*, actor: Actor, discrepancy_id: uuid.UUID, transfer: Transfer) -> None:
    """Note that the failed refund that a discrepancy is about was paid by bank transfer, and end it.

    Raises NotFound; what `note_transfer` does.
    """
    refund_id, _payment_id = _failed_refund(actor, discrepancy_id)
    with atomic():
        note_transfer(actor=actor, refund_id=refund_id, transfer=transfer)
        resolve_discrepancy(
            actor=actor, discrepancy_id=discrepancy_id, resolution=Resolution.TRANSFERRED, note=_words_of(transfer)
        )


def _words_of(transfer: Transfer) -> str:
    return f"{transfer.paid_on:%d/%m/%Y} · {transfer.reference}"


def _failed_refund(actor: Actor, discrepancy_id: uuid.UUID) -> tuple[uuid.UUID, uuid.UUID]:
    kind, external_id, payment_id, _theirs = _read_open(actor, discrepancy_id)
    if not can_resume(kind) or payment_id is None:
        raise Conflict(_l("There is nothing to give back here."))
    return uuid.UUID(external_id), payment_id


def _read_open(actor: Actor, discrepancy_id: uuid.UUID) -> tuple[str, str, uuid.UUID | None, dict[str, Any]]:
    with atomic():
        found = get_discrepancy(actor, discrepancy_id)
        if not found.is_open:
            raise Conflict(_l("Somebody has resolved this already."))
        return found.kind, found.external_id, found.payment_id, dict(found.theirs)
