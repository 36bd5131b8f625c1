"""What a buyer does: ask for a return, answer an offer, withdraw it, or ask the site to decide.

The buyer is whoever has the order's secret link; `actor` is the account, if any, that is signed in meanwhile.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from core.accounts import Actor
from core.db import db, new_id, utc_now
from core.errors import Conflict, Invalid, NotFound
from core.i18n import lazy_gettext as _l
from core.outbox import publish
from market.cash.giving_back import miss_cash
from market.orders.models import Order, Parcel, ParcelStatus
from market.orders.queries import find_order_id
from market.orders.usecases import lock_order
from market.refunds.errors import MoreThanWasPaid
from market.returns.errors import NothingAsked, NotNow
from market.returns.events import MoneyMissed
from market.returns.models import Return, ReturnLine, ReturnReason, ReturnStatus, ReturnWish, Side
from market.returns.queries import (
    asked_units,
    categories_of,
    find_return_by_key,
    given_so_far,
    require_return_of_token,
    worth_of,
)
from market.returns.records import add_to, cash_return_of, give_back, lines_by_id, lock_return, move, note_change, say
from market.returns.rules import may_ask_until, may_escalate, next_due


@dataclass(frozen=True)
class ReturnValues:
    """What a buyer asks for: units by order line, why, and what they want; photos as `store_photo` gave them.

    `wanted_vnd` belongs to the wish for a part. `request_key` makes a form that is sent twice one return.
    """

    quantities: Mapping[uuid.UUID, int]
    reason: ReturnReason
    wish: ReturnWish
    body: str
    request_key: str
    wanted_vnd: int | None = None
    photo_keys: tuple[str, ...] = field(default=())


def ask_for_return(*, actor: Actor, token: str, parcel_id: uuid.UUID, values: ReturnValues) -> Return:
    """Ask for a return of goods of one shipped parcel of the order behind the secret link.

    Sent again with its key, it is the same return. Raises NotFound; Conflict when the parcel is not
    shipped, or the time for asking is over; NothingAsked, MoreThanWasPaid and Invalid, by field.
    """
    order = lock_order(find_order_id(token))
    parcel = next((parcel for parcel in order.parcels if parcel.id == parcel_id), None)
    if parcel is None:
        raise NotFound
    before = find_return_by_key(parcel_id, values.request_key)
    if before is not None:
        return before
    _check(order, parcel, values)
    found = Return(
        id=new_id(),
        parcel_id=parcel_id,
        request_key=values.request_key,
        reason=values.reason,
        wish=values.wish,
        wanted_vnd=values.wanted_vnd if values.wish is ReturnWish.PART else None,
        status=ReturnStatus.OPEN,
        due_at=next_due(ReturnStatus.OPEN, utc_now()),
    )
    db.session.add(found)
    db.session.flush()
    db.session.add_all(
        ReturnLine(return_id=found.id, order_line_id=line_id, quantity=units)
        for line_id, units in sorted(values.quantities.items())
        if units
    )
    say(found, side=Side.BUYER, actor=actor, body=values.body, photo_keys=values.photo_keys)
    note_change(found, None, ReturnStatus.OPEN, side=Side.BUYER, actor=actor, reason=str(values.reason))
    db.session.flush()
    return found


def accept_offer(*, actor: Actor, token: str, return_id: uuid.UUID) -> Return:
    """Take what the producer offers; the money goes back. Raises NotFound, NotNow, what `request_order_refund` does."""
    found, order = _lock_own(token, return_id)
    if found.status != ReturnStatus.OFFERED:
        raise NotNow
    give_back(found, order, actor=actor)
    move(found, ReturnStatus.SETTLED, side=Side.BUYER, actor=actor)
    return found


def confirm_replacement(*, actor: Actor, token: str, return_id: uuid.UUID) -> Return:
    """Say that the replacement has come. Raises NotFound, NotNow."""
    found, _order = _lock_own(token, return_id)
    if found.status != ReturnStatus.REPLACING:
        raise NotNow
    move(found, ReturnStatus.SETTLED, side=Side.BUYER, actor=actor)
    return found


def withdraw_return(*, actor: Actor, token: str, return_id: uuid.UUID) -> Return:
    """Ask for nothing any more. Raises NotFound, NotNow."""
    found, _order = _lock_own(token, return_id)
    move(found, ReturnStatus.WITHDRAWN, side=Side.BUYER, actor=actor)
    return found


def escalate_return(
    *, actor: Actor, token: str, return_id: uuid.UUID, body: str, photo_keys: Sequence[str] = ()
) -> Return:
    """Ask the site's administrators to decide, and say why. Raises NotFound, NotNow, Invalid by field."""
    found, _order = _lock_own(token, return_id)
    if not may_escalate(found.status, found.due_at, utc_now()):
        raise NotNow
    say(found, side=Side.BUYER, actor=actor, body=body, photo_keys=photo_keys)
    move(found, ReturnStatus.ESCALATED, side=Side.BUYER, actor=actor)
    return found


def miss_money(*, actor: Actor, token: str, return_id: uuid.UUID, body: str, photo_keys: Sequence[str] = ()) -> Return:
    """Say that the money that was to be given back by hand did not come: the site looks at it.

    Raises NotFound; NotNow where none goes back by hand; what `miss_cash` does; Invalid by field.
    """
    found, _order = _lock_own(token, return_id)
    returned = cash_return_of(found)
    miss_cash(returned=returned)
    statement = say(found, side=Side.BUYER, actor=actor, body=body, photo_keys=photo_keys)
    publish(MoneyMissed(statement_id=statement.id, return_id=found.id))
    return found


def add_buyer_statement(
    *, actor: Actor, token: str, return_id: uuid.UUID, body: str, photo_keys: Sequence[str] = ()
) -> None:
    """Add what the buyer has to say. Raises NotFound, NotNow, Invalid by field."""
    found, _order = _lock_own(token, return_id)
    add_to(found, side=Side.BUYER, actor=actor, body=body, photo_keys=photo_keys)


def _lock_own(token: str, return_id: uuid.UUID) -> tuple[Return, Order]:
    require_return_of_token(token, return_id)
    return lock_return(return_id)


def _check(order: Order, parcel: Parcel, values: ReturnValues) -> None:
    """Raise unless these units of a locked parcel can be asked about for this reason."""
    if parcel.status != ParcelStatus.SHIPPED or parcel.shipped_at is None:
        raise Conflict(_l("You can ask once the parcel is on its way."))
    lines, categories = lines_by_id(parcel), categories_of(parcel.id)
    wanted = {line_id: units for line_id, units in values.quantities.items() if units}
    if not wanted.keys() <= lines.keys():
        raise NotFound
    if not wanted:
        raise NothingAsked
    so_far, asked, now = given_so_far(order, parcel.lines), asked_units(parcel.id), utc_now()
    for line_id, units in sorted(wanted.items()):
        left = asked.left_of(lines[line_id], so_far)
        if not 1 <= units <= left:
            message = _l("From 0 to %(count)s: more was not bought, or was asked for already.", count=left)
            raise Invalid(message, field=f"quantity_{line_id}")
        until = may_ask_until(parcel.shipped_at, categories[line_id], values.reason)
        if until is not None and now > until:
            raise Conflict(_l("The time for asking about this is over."), field=f"quantity_{line_id}")
    worth = sum(worth_of(lines[line_id], units, so_far) for line_id, units in wanted.items())
    if values.wish is ReturnWish.PART and not 0 < (values.wanted_vnd or 0) <= worth:
        raise MoreThanWasPaid(_l("Enter an amount up to the price of these goods."), field="wanted")
