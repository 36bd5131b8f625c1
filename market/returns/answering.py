"""What a producer does: answer a return, add to it, and take back goods that came back."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from core.accounts import Actor
from core.db import db, utc_now
from core.errors import Invalid, NotFound
from core.i18n import lazy_gettext as _l
from core.outbox import publish
from market.offers.stock import return_stock, write_off_spoilt
from market.orders.coming_back import take_goods_back
from market.orders.models import Order
from market.orders.queries import get_parcel
from market.orders.replacing import send_again
from market.returns.errors import NotNow
from market.returns.events import ReplacementSent
from market.returns.models import Return, ReturnStatus, ReturnWish, Side
from market.returns.policies import may_answer
from market.returns.records import add_to, give_back, lines_by_id, lock_return, move, parcel_of, say, set_amounts
from market.returns.rules import is_enough

LONGEST_NOTE = 200


class AnswerKind(StrEnum):
    """How a producer answers."""

    REFUND = "refund"
    REPLACE = "replace"
    REJECT = "reject"


@dataclass(frozen=True)
class Answer:
    """A producer's answer: for a refund `amounts` by order line, in dong; `goods_back` when the goods are sent back."""

    kind: AnswerKind
    body: str
    amounts: Mapping[uuid.UUID, int] = field(default_factory=dict)
    goods_back: bool = False


def answer_return(*, actor: Actor, return_id: uuid.UUID, answer: Answer, photo_keys: Sequence[str] = ()) -> Return:
    """Answer a return for its producer. What is enough for the buyer is given back at once; less is an offer.

    Raises NotFound unless it is the actor's to answer; NotNow when it was answered; Invalid and MoreThanWasPaid by
    field; what `request_order_refund` does.
    """
    found, order = _lock_own(actor, return_id)
    if found.status != ReturnStatus.OPEN:
        raise NotNow
    say(found, side=Side.PRODUCER, actor=actor, body=answer.body, photo_keys=photo_keys)
    found.goods_back = answer.goods_back and answer.kind is not AnswerKind.REJECT
    to = ReturnStatus.REJECTED
    if answer.kind is AnswerKind.REPLACE:
        if found.wish != ReturnWish.REPLACEMENT:
            raise Invalid(_l("The buyer asks for money, not for other goods."), field="kind")
        to = ReturnStatus.REPLACING
    elif answer.kind is AnswerKind.REFUND:
        to = _offer(found, order, answer.amounts)
    if to is ReturnStatus.SETTLED:
        give_back(found, order, actor=actor)
    move(found, to, side=Side.PRODUCER, actor=actor, reason=answer.body)
    return found


def _offer(found: Return, order: Order, amounts: Mapping[uuid.UUID, int]) -> ReturnStatus:
    offered, worth = set_amounts(found, order, amounts)
    if offered < 1:
        raise Invalid(_l("Enter what you give back, or choose another answer."), field="kind")
    wish = ReturnWish(found.wish)
    enough = is_enough(wish, offered_vnd=offered, worth_vnd=worth, wanted_vnd=found.wanted_vnd)
    return ReturnStatus.SETTLED if enough else ReturnStatus.OFFERED


def add_producer_statement(*, actor: Actor, return_id: uuid.UUID, body: str, photo_keys: Sequence[str] = ()) -> None:
    """Add what the producer has to say. Raises NotFound, NotNow, Invalid by field."""
    found, _order = _lock_own(actor, return_id)
    add_to(found, side=Side.PRODUCER, actor=actor, body=body, photo_keys=photo_keys)


def receive_goods(*, actor: Actor, return_id: uuid.UUID, fit: Mapping[uuid.UUID, int]) -> Return:
    """Write down that the goods of a return came back: how many of each order line can be sold again.

    All come onto the stock card as returned, and back into their lots; what is not fit is written off at once. Raises
    NotFound; NotNow when nothing is expected, or it came already; Invalid by field.
    """
    found, order = _lock_own(actor, return_id)
    agreed = found.status in (ReturnStatus.SETTLED, ReturnStatus.DECIDED, ReturnStatus.REPLACING)
    if not (found.goods_back and agreed) or found.goods_received_at is not None:
        raise NotNow
    lines = lines_by_id(parcel_of(found, order))
    for line in found.lines:
        line.fit_quantity = fit.get(line.order_line_id, 0)
        if not 0 <= line.fit_quantity <= line.quantity:
            message = _l("Enter a number from 0 to %(count)s.", count=line.quantity)
            raise Invalid(message, field=f"fit_{line.order_line_id}")
    reason = f"Return of order {order.number}"
    for line in sorted(found.lines, key=lambda line: lines[line.order_line_id].offer_id):
        offer_id = lines[line.order_line_id].offer_id
        return_stock(actor=actor, offer_id=offer_id, quantity=line.quantity, order_id=order.id, reason=reason)
        spoilt = line.quantity - (line.fit_quantity or 0)
        if spoilt:
            write_off_spoilt(actor=actor, offer_id=offer_id, quantity=spoilt, reason=reason[:LONGEST_NOTE])
    take_goods_back(
        actor=actor,
        parcel=parcel_of(found, order),
        came={line.order_line_id: line.quantity for line in found.lines},
        fit={line.order_line_id: line.fit_quantity or 0 for line in found.lines},
        source=f"return-{found.id}",
    )
    found.goods_received_at = utc_now()
    db.session.flush()
    return found


def send_replacement(*, actor: Actor, return_id: uuid.UUID, lots: Mapping[uuid.UUID, uuid.UUID]) -> Return:
    """Write down that the goods of a return left again: `lots` names, for each order line, the lot they are from.

    Raises NotFound; NotNow when nothing is to be sent, or it left already; what `send_again` does.
    """
    found, _order = _lock_own(actor, return_id)
    if not found.may_be_sent_again:
        raise NotNow
    parcel = get_parcel(actor, found.parcel_id)
    lines = lines_by_id(parcel)
    units = {lines[line.order_line_id]: line.quantity for line in found.lines}
    found.replacement_sscc = send_again(actor=actor, parcel=parcel, units=units, lots=lots)
    found.replacement_sent_at = utc_now()
    db.session.flush()
    publish(ReplacementSent(return_id=found.id))
    return found


def _lock_own(actor: Actor, return_id: uuid.UUID) -> tuple[Return, Order]:
    found, order = lock_return(return_id)
    if not may_answer(actor, parcel_of(found, order).producer_id):
        raise NotFound
    return found, order
