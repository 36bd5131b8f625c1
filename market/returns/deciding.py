"""What the site does: decide complaints, and act when somebody is silent for too long."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from sqlalchemy import select

from core.accounts import ANONYMOUS, Actor
from core.db import db
from core.errors import AppError, NotFound
from market.ledger.models import AccountKind, PostingPart
from market.ledger.usecases import SITE, Line, post_entry, reverse_entry
from market.orders.models import Order
from market.payments.models import Refund, RefundLine, RefundStatus
from market.returns.errors import NotNow
from market.returns.models import CostBearer, Return, ReturnStatus, Side
from market.returns.policies import may_decide
from market.returns.records import add_to, give_back, lock_return, move, say, set_amounts
from market.returns.rules import follows_silence

LEDGER_RETURN = "return_borne"
LEDGER_RETURN_FAILED = "return_borne_failed"
log = structlog.get_logger("returns")


@dataclass(frozen=True)
class Decision:
    """What is given back by order line, in dong, who pays for it, and why; both sides read the reason."""

    borne_by: CostBearer
    body: str
    amounts: Mapping[uuid.UUID, int] = field(default_factory=dict)
    goods_back: bool = False


def decide_complaint(*, actor: Actor, return_id: uuid.UUID, decision: Decision) -> Return:
    """Decide a complaint; nothing given back is a decision too. Two who decide at once decide once.

    Raises NotFound unless the actor may; NotNow when it is decided or withdrawn; Invalid and MoreThanWasPaid by field;
    what `request_order_refund` does.
    """
    if not may_decide(actor):
        raise NotFound
    found, order = lock_return(return_id)
    if found.status != ReturnStatus.ESCALATED:
        raise NotNow
    say(found, side=Side.SITE, actor=actor, body=decision.body)
    set_amounts(found, order, decision.amounts)
    refund = give_back(found, order, actor=actor)
    found.goods_back = decision.goods_back
    # The bearer and the state belong together in the database, so no flush may come between them.
    with db.session.no_autoflush:
        found.borne_by = decision.borne_by
        move(found, ReturnStatus.DECIDED, side=Side.SITE, actor=actor, reason=decision.body)
    if refund is not None and decision.borne_by is CostBearer.SITE:
        _enter_cost(found, order, refund)
    return found


def add_site_statement(*, actor: Actor, return_id: uuid.UUID, body: str, photo_keys: Sequence[str] = ()) -> None:
    """Ask both sides something, or tell them. Raises NotFound, NotNow, Invalid by field."""
    if not may_decide(actor):
        raise NotFound
    found, _order = lock_return(return_id)
    add_to(found, side=Side.SITE, actor=actor, body=body, photo_keys=photo_keys)


def act_on_silence(*, return_id: uuid.UUID, now: datetime) -> ReturnStatus | None:
    """Do what follows when somebody was silent beyond the time given; the new state, or None when nobody was.

    Money that cannot be given back by itself, of a payment that a bank holds for example, is left to a person.
    """
    found, order = lock_return(return_id)
    to = follows_silence(found.status)
    if to is None or found.due_at is None or found.due_at >= now:
        return None
    if found.status == ReturnStatus.OFFERED:
        try:
            with db.session.begin_nested():
                give_back(found, order, actor=ANONYMOUS)
        except AppError as error:
            log.error("a return must be decided by hand", return_id=str(return_id), why=type(error).__name__)
            db.session.refresh(found)
            to = ReturnStatus.ESCALATED
    move(found, to, side=Side.CLOCK, actor=ANONYMOUS)
    return to


def take_back_cost(*, refund_id: uuid.UUID) -> None:
    """A refund failed: the site did not pay for that return after all. Said again, it changes nothing."""
    found = db.session.scalar(select(Return).where(Return.refund_id == refund_id))
    refund = db.session.get(Refund, refund_id)
    if found is None or refund is None or refund.status != RefundStatus.FAILED:
        return
    reverse_entry(
        source=LEDGER_RETURN,
        source_id=found.id,
        by_source=LEDGER_RETURN_FAILED,
        by_source_id=found.id,
        description=f"Refund of return {found.id} failed",
    )


def _enter_cost(found: Return, order: Order, refund: Refund) -> None:
    """The refund takes the producer's share off them; where the site pays, they get it back from the site."""
    lines = db.session.scalars(select(RefundLine).where(RefundLine.refund_id == refund.id).order_by(RefundLine.id))
    postings = []
    for line in lines:
        postings += [
            Line(AccountKind.RETURN_EXPENSE, SITE, line.seller_vnd),
            Line(AccountKind.PRODUCER_PAYABLE, line.producer_id, -line.seller_vnd, PostingPart.ADJUSTMENT),
        ]
    if not any(posting.amount_vnd for posting in postings):
        return  # a discount left nothing of it with the producer
    post_entry(
        source=LEDGER_RETURN,
        source_id=found.id,
        description=f"Return of order {order.number} at the site's cost",
        reference=order.number,
        lines=postings,
    )
