"""Sales at stalls: begun by a passer-by, and what becomes of them. Nothing here commits."""

import uuid

import structlog
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from core.accounts import Actor
from core.db import db, new_id, readable_code, secret_token, utc_now
from core.errors import Invalid, NotFound
from core.i18n import lazy_gettext as _l
from core.outbox import publish
from market.payments.rules import amount_is_payable
from market.stalls.events import StallSalePaid
from market.stalls.models import Stall, StallSale, StallSaleStatus
from market.stalls.rules import NOTE_LIMIT, submission_of

NUMBER_LENGTH = 8
_NUMBERS_TRIED = 3
log = structlog.get_logger("stalls")


def start_sale(
    *, actor: Actor, stall_id: uuid.UUID, form_id: uuid.UUID, amount_vnd: int, note: str | None, locale: str
) -> StallSale:
    """The sale that this form asks for: a new one, or the one made when the same form came before.

    Anybody may pay, with or without an account. Raises Invalid, naming the field.
    """
    if not amount_is_payable(amount_vnd):
        raise Invalid(_l("An amount like this cannot be paid here."), field="amount")
    if note is not None and len(note) > NOTE_LIMIT:
        raise Invalid(_l("Please write at most 120 characters."), field="note")
    submission_id = submission_of(form_id, stall_id=stall_id, amount_vnd=amount_vnd, note=note)
    for _ in range(_NUMBERS_TRIED):  # a number may be taken, by chance
        statement = insert(StallSale).values(
            id=new_id(),
            stall_id=stall_id,
            submission_id=submission_id,
            number=readable_code(NUMBER_LENGTH),
            token=secret_token(),
            amount_vnd=amount_vnd,
            note=note,
            locale=locale,
            status=StallSaleStatus.AWAITING_PAYMENT,
            created_at=utc_now(),
            refunded_vnd=0,
        )
        # Of two that come at the same moment, the second waits here for the first, and then finds its sale.
        db.session.execute(statement.on_conflict_do_nothing())
        sale = db.session.scalar(select(StallSale).where(StallSale.submission_id == submission_id))
        if sale is not None:
            return sale
    raise RuntimeError("no free number for a sale")


def lock_sale(sale_id: uuid.UUID) -> StallSale:
    """The sale, locked until the end of the transaction. Raises NotFound."""
    statement = select(StallSale).where(StallSale.id == sale_id).with_for_update()
    sale = db.session.scalar(statement.execution_options(populate_existing=True))
    if sale is None:
        raise NotFound
    return sale


def record_payment(*, sale_id: uuid.UUID) -> StallSale:
    """Mark a sale, locked by the caller, as paid and give it the next place among the stall's paid sales.

    The stall's row is locked for it, so that places are handed out in the order of the commits: a screen that has
    seen place 7 has seen all before it.
    """
    sale = db.session.get_one(StallSale, sale_id)
    db.session.execute(select(Stall.id).where(Stall.id == sale.stall_id).with_for_update(key_share=True))
    last = db.session.scalar(select(func.max(StallSale.position)).where(StallSale.stall_id == sale.stall_id))
    sale.status = StallSaleStatus.PAID
    sale.paid_at = utc_now()
    sale.position = (last or 0) + 1
    db.session.flush()
    publish(StallSalePaid(sale_id=sale.id, stall_id=sale.stall_id, amount_vnd=sale.amount_vnd))
    return sale


def expire_sale(*, sale_id: uuid.UUID) -> None:
    """Close a sale, locked by the caller, that nobody paid in time."""
    db.session.get_one(StallSale, sale_id).status = StallSaleStatus.EXPIRED
    db.session.flush()


def put_under_review(*, sale_id: uuid.UUID, reason: str) -> None:
    """Close a sale, locked by the caller, whose payment is not what was asked; a person has to look at it."""
    sale = db.session.get_one(StallSale, sale_id)
    sale.status = StallSaleStatus.NEEDS_REVIEW
    db.session.flush()
    log.error("sale at a stall needs review", sale=sale.number, reason=reason)


def record_refund(*, sale_id: uuid.UUID, amount_vnd: int) -> None:
    """Note on a sale, locked by the caller, what was given back; the payer reads it on the receipt.

    A negative sum is what a bank sent back.
    """
    db.session.get_one(StallSale, sale_id).refunded_vnd += amount_vnd
    db.session.flush()
