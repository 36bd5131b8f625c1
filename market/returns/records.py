"""The steps that all changes of returns share: lock, move, write down. Rows are locked as everywhere: the order first.

Money of a return goes back through `market.refunds`, under the same lock.
"""

import uuid
from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from core.accounts import Actor
from core.db import db, new_id, utc_now
from core.errors import Invalid, NotFound
from core.i18n import lazy_gettext as _l
from core.outbox import publish
from market.cash.errors import CashNotNoted
from market.cash.giving_back import owe_cash
from market.cash.models import CashReturn
from market.cash.queries import is_cash_noted
from market.moderation.rules import checked_words
from market.orders.models import Order, OrderLine, Parcel
from market.orders.usecases import lock_order
from market.payments.purposes import RefundReason
from market.refunds.errors import MoreThanWasPaid
from market.refunds.pieces import RefundPart
from market.refunds.queries import RefundedSoFar
from market.refunds.usecases import request_order_refund
from market.returns.errors import NotNow
from market.returns.events import ReturnChanged, StatementAdded
from market.returns.models import (
    Return,
    ReturnChange,
    ReturnReason,
    ReturnRefund,
    ReturnStatement,
    ReturnStatus,
    Side,
)
from market.returns.queries import given_so_far, worth_of
from market.returns.rules import CLOSED, LONGEST_WORDS, MOST_PHOTOS, SHORTEST_WORDS, may_become, next_due


def lock_return(return_id: uuid.UUID) -> tuple[Return, Order]:
    """A return as it is now, and its order, whose row is locked before it. Raises NotFound."""
    order_id = db.session.scalar(
        select(Parcel.order_id).join(Return, Return.parcel_id == Parcel.id).where(Return.id == return_id)
    )
    if order_id is None:
        raise NotFound
    order = lock_order(order_id)
    found = db.session.scalars(
        select(Return)
        .where(Return.id == return_id)
        .options(selectinload(Return.lines), selectinload(Return.refunds))
        .with_for_update(of=Return)
        .execution_options(populate_existing=True)
    ).one()
    return found, order


def parcel_of(found: Return, order: Order) -> Parcel:
    """The parcel of a locked order that the return is about."""
    return next(parcel for parcel in order.parcels if parcel.id == found.parcel_id)


def lines_by_id(parcel: Parcel) -> dict[uuid.UUID, OrderLine]:
    """The lines of a loaded parcel."""
    return {line.id: line for line in parcel.lines}


def move(found: Return, to: ReturnStatus, *, side: Side, actor: Actor, reason: str = "") -> None:
    """Move a locked return to another state, write down who did it and why, and tell. Raises NotNow."""
    if not may_become(found.status, to):
        raise NotNow
    note_change(found, found.status, to, side=side, actor=actor, reason=reason)
    found.status, found.due_at = to, next_due(to, utc_now())
    db.session.flush()


def note_change(
    found: Return, before: ReturnStatus | None, to: ReturnStatus, *, side: Side, actor: Actor, reason: str
) -> None:
    """Write a change down, and tell whom it concerns."""
    change = ReturnChange(
        id=new_id(),
        return_id=found.id,
        from_status=before,
        to_status=to,
        side=side,
        actor_id=actor.user_id,
        reason=reason,
    )
    db.session.add(change)
    publish(ReturnChanged(change_id=change.id, return_id=found.id, status=str(to), side=str(side)))


def say(found: Return, *, side: Side, actor: Actor, body: str, photo_keys: Sequence[str] = ()) -> ReturnStatement:
    """Keep what one side says. Raises Invalid, by field."""
    words = checked_words(body, field="body", shortest=SHORTEST_WORDS, longest=LONGEST_WORDS)
    if len(photo_keys) > MOST_PHOTOS:
        raise Invalid(_l("At most %(limit)s photos, please.", limit=MOST_PHOTOS), field="photos")
    statement = ReturnStatement(
        id=new_id(),
        return_id=found.id,
        side=side,
        author_id=actor.user_id,
        body=words,
        photo_keys=list(photo_keys),
        said_at=utc_now(),
    )
    db.session.add(statement)
    db.session.flush()
    return statement


def add_to(found: Return, *, side: Side, actor: Actor, body: str, photo_keys: Sequence[str]) -> None:
    """Add a statement to a locked return that is not closed, and tell the other side. Raises NotNow, Invalid."""
    if found.status in CLOSED:
        raise NotNow
    statement = say(found, side=side, actor=actor, body=body, photo_keys=photo_keys)
    publish(StatementAdded(statement_id=statement.id, return_id=found.id, side=str(side)))


def set_amounts(found: Return, order: Order, amounts: Mapping[uuid.UUID, int]) -> tuple[int, int]:
    """Keep an offer by order line, in dong, on a locked return; what it sums to, and what all of it is worth.

    Lines that are not named get nothing. Raises MoreThanWasPaid with the line's field; CashNotNoted where it was paid
    at the door, and nobody has said so.
    """
    parcel = parcel_of(found, order)
    if order.pays_cash and any(amounts.values()) and not is_cash_noted(parcel.id):
        raise CashNotNoted(_l("The producer has to note first what was received at the door."))
    so_far, lines = given_so_far(order, parcel.lines), lines_by_id(parcel)
    worth_sum = 0
    for line in found.lines:
        worth = worth_of(lines[line.order_line_id], line.quantity, so_far)
        amount = amounts.get(line.order_line_id, 0)
        if not 0 <= amount <= worth:
            raise MoreThanWasPaid(field=f"amount_{line.order_line_id}")
        line.amount_vnd = amount
        worth_sum += worth
    db.session.flush()
    return sum(line.amount_vnd or 0 for line in found.lines), worth_sum


def give_back(found: Return, order: Order, *, actor: Actor) -> None:
    """Have the amounts of a locked return given back to the buyer, who asked for it; nothing where they are nothing.

    What was paid by card goes back to it; what was paid at the door the producer gives back by hand. Units whose whole
    price goes back count as given back. Raises what `request_order_refund` and `owe_cash` do.
    """
    parcel = parcel_of(found, order)
    so_far, lines = given_so_far(order, parcel.lines), lines_by_id(parcel)
    parts = []
    for line in found.lines:
        if line.amount_vnd:
            line.refunded_quantity = _whole_units(line.quantity, line.amount_vnd, lines[line.order_line_id], so_far)
            parts.append(RefundPart(line.order_line_id, line.refunded_quantity, line.amount_vnd))
    if not parts:
        return
    if order.pays_cash:
        amount = sum(part.amount_vnd or 0 for part in parts)
        found.cash_return_id = owe_cash(parcel=parcel, amount_vnd=amount, request_key=str(found.id)).id
    else:
        refunds = request_order_refund(
            actor=actor,
            order_id=order.id,
            parts=parts,
            reason=RefundReason.RECALLED if found.reason == ReturnReason.RECALLED else RefundReason.RETURNED,
            request_key=f"return-{found.id}",
            by_buyer=True,
        )
        found.refunds = [ReturnRefund(id=new_id(), refund_id=refund.id) for refund in refunds]
    db.session.flush()


def cash_return_of(found: Return) -> CashReturn:
    """The cash that goes back for a locked return, as it is now. Raises NotNow where none does."""
    if found.cash_return_id is None:
        raise NotNow
    return db.session.get_one(CashReturn, found.cash_return_id, populate_existing=True)


def _whole_units(units: int, amount_vnd: int, line: OrderLine, so_far: RefundedSoFar) -> int:
    is_whole = amount_vnd >= worth_of(line, units, so_far) and units <= so_far.left_of_line(line)
    return units if is_whole else 0
