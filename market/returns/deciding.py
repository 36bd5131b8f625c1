"""What the site does: decide complaints, and act when somebody is silent for too long."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from sqlalchemy import func, or_, select

from core.accounts import ANONYMOUS, Actor
from core.db import db
from core.errors import AppError, NotFound
from core.outbox import publish
from market.cash.giving_back import close_missed, pay_for_producer
from market.cash.models import CashReturn
from market.ledger.models import AccountKind, PostingPart
from market.ledger.usecases import SITE, Line, post_entry, reverse_entry
from market.orders.models import Order
from market.payments.models import CAME_BACK, Refund, RefundLine
from market.returns.errors import NotNow
from market.returns.events import StatementAdded
from market.returns.models import CostBearer, Return, ReturnRefund, ReturnStatus, Side
from market.returns.policies import may_decide
from market.returns.records import add_to, cash_return_of, give_back, lock_return, move, parcel_of, say, set_amounts
from market.returns.rules import follows_silence

LEDGER_RETURN = "return_borne"
LEDGER_RETURN_FAILED = "return_borne_failed"
LEDGER_RETURN_AGAIN = "return_borne_again"
LEDGER_RETURN_AGAIN_FAILED = "return_borne_again_failed"
LEDGER_RETURN_TRANSFERRED = "return_borne_transferred"
LONGEST_NOTE = 300
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
    give_back(found, order, actor=actor)
    found.goods_back = decision.goods_back
    # The bearer and the state belong together in the database, so no flush may come between them.
    with db.session.no_autoflush:
        found.borne_by = decision.borne_by
        move(found, ReturnStatus.DECIDED, side=Side.SITE, actor=actor, reason=decision.body)
    if decision.borne_by is CostBearer.SITE:
        _bear_cost(found, order)
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
    link = db.session.scalar(
        select(ReturnRefund).join(ReturnRefund.refund).where(or_(Refund.id == refund_id, Refund.retry_of == refund_id))
    )
    refund = db.session.get(Refund, refund_id)
    if link is None or refund is None or refund.status not in CAME_BACK:
        return
    is_first = refund.retry_of is None
    reverse_entry(
        source=LEDGER_RETURN if is_first else LEDGER_RETURN_AGAIN,
        source_id=link.id if is_first else refund.id,
        by_source=LEDGER_RETURN_FAILED if is_first else LEDGER_RETURN_AGAIN_FAILED,
        by_source_id=link.id if is_first else refund.id,
        description=f"Refund of return {link.return_id} failed",
    )


def bear_cost_again(*, refund_id: uuid.UUID, failed_refund_id: uuid.UUID) -> None:
    """What a failed refund of a return was to give back goes back by `refund_id`, or by bank transfer of the same one.

    The return follows it, and where the site bears it, so does the ledger. Said again, it changes nothing.
    """
    link = db.session.scalar(
        select(ReturnRefund).where(ReturnRefund.refund_id.in_([failed_refund_id, refund_id])).limit(1)
    )
    if link is None:
        return
    found, order = lock_return(link.return_id)
    link.refund_id = refund_id
    db.session.flush()
    if found.borne_by == CostBearer.SITE:
        source = LEDGER_RETURN_TRANSFERRED if refund_id == failed_refund_id else LEDGER_RETURN_AGAIN
        _enter_cost(found, order, _seller_vnd(refund_id), source=source, source_id=refund_id)


def pay_missing_money(*, actor: Actor, return_id: uuid.UUID, body: str, photo_keys: Sequence[str] = ()) -> Return:
    """Note, and say to both sides, that the site paid the buyer what the producer was to give back, at their cost.

    Raises NotFound unless the actor may; NotNow where none goes back by hand; what `pay_for_producer` does; Invalid by
    field.
    """
    found, returned = _say_about_money(actor, return_id, body, photo_keys)
    pay_for_producer(actor=actor, cash_return_id=returned.id, note=body[:LONGEST_NOTE])
    return found


def close_missing_money(*, actor: Actor, return_id: uuid.UUID, body: str, photo_keys: Sequence[str] = ()) -> Return:
    """Note, and say to both sides, that money which the buyer missed came after all. Raises as `pay_missing_money`."""
    found, returned = _say_about_money(actor, return_id, body, photo_keys)
    close_missed(actor=actor, cash_return_id=returned.id)
    return found


def _say_about_money(
    actor: Actor, return_id: uuid.UUID, body: str, photo_keys: Sequence[str]
) -> tuple[Return, CashReturn]:
    if not may_decide(actor):
        raise NotFound
    found, _order = lock_return(return_id)
    returned = cash_return_of(found)
    statement = say(found, side=Side.SITE, actor=actor, body=body, photo_keys=photo_keys)
    publish(StatementAdded(statement_id=statement.id, return_id=found.id, side=str(Side.SITE)))
    return found, returned


def _bear_cost(found: Return, order: Order) -> None:
    """What goes back takes the producer's share off them; where the site pays, they get it back from the site.

    Each refund has an entry of its own, since one may fail without the others.
    """
    if found.cash_return_id is not None:
        _enter_cost(found, order, cash_return_of(found).seller_vnd, source=LEDGER_RETURN, source_id=found.id)
    for link in found.refunds:
        _enter_cost(found, order, _seller_vnd(link.refund_id), source=LEDGER_RETURN, source_id=link.id)


def _enter_cost(found: Return, order: Order, seller_vnd: int, *, source: str, source_id: uuid.UUID) -> None:
    if not seller_vnd:
        return  # a discount left nothing of it with the producer
    producer_id = parcel_of(found, order).producer_id
    post_entry(
        source=source,
        source_id=source_id,
        description=f"Return of order {order.number} at the site's cost",
        reference=order.number,
        lines=[
            Line(AccountKind.RETURN_EXPENSE, SITE, seller_vnd),
            Line(AccountKind.PRODUCER_PAYABLE, producer_id, -seller_vnd, PostingPart.ADJUSTMENT),
        ],
    )


def _seller_vnd(refund_id: uuid.UUID) -> int:
    shares = select(func.coalesce(func.sum(RefundLine.seller_vnd), 0)).where(RefundLine.refund_id == refund_id)
    return int(db.session.scalar(shares) or 0)
