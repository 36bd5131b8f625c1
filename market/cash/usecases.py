"""Cash on delivery. Rows are locked as everywhere, the order first; who may pay in cash is locked last."""

import uuid

from sqlalchemy import select

from core.accounts import Actor
from core.accounts.queries import find_user
from core.db import db, new_id, utc_now
from core.errors import Conflict, Invalid, NotFound
from core.i18n import lazy_gettext as _l
from market.cash.errors import CashRefused
from market.cash.locking import lock_cash, post_amounts
from market.cash.mails import mail_order_confirmed, mail_parcel_refused
from market.cash.models import CashBuyer, CashParcel, CashStatus
from market.cash.policies import require_list_keeper
from market.cash.queries import cash_money, find_limits, open_cash_vnd
from market.cash.rules import (
    CashLimits,
    postings_of_keeping,
    postings_of_receipt,
    why_not_cash,
)
from market.offers.stock import return_stock
from market.orders.coming_back import take_goods_back
from market.orders.models import Order, Parcel, ParcelStatus
from market.orders.usecases import change_parcel_status, close_when_done, confirm_for_cash

LEDGER_CASH_RECEIVED = "cash_received"
LEDGER_CASH_KEPT = "cash_kept"
REFUSED = "Refused at the door"


def allow_cash(*, actor: Actor, name: str, limits: CashLimits, reason: str) -> CashBuyer:
    """Put the account that signs in with this phone number or address onto the list.

    Raises NotFound for who may not; Invalid by field; Conflict when it is on the list already.
    """
    require_list_keeper(actor)
    assert actor.user_id is not None
    user = find_user(name)
    if user is None or not user.active:
        raise Invalid(_l("There is no account with this phone number or e-mail address."), field="name")
    if not 0 < limits.order_limit_vnd <= limits.open_limit_vnd:
        raise Invalid(_l("All orders together take at least what one order takes."), field="open_limit_vnd")
    if not reason.strip():
        raise Invalid(_l("Say why."), field="reason")
    db.session.execute(select(type(user).id).where(type(user).id == user.id).with_for_update())
    if find_limits(user.id) is not None:
        raise Conflict(_l("This account is on the list already. Take it off first."), field="name")
    buyer = CashBuyer(
        id=new_id(),
        user_id=user.id,
        order_limit_vnd=limits.order_limit_vnd,
        open_limit_vnd=limits.open_limit_vnd,
        reason=reason,
        added_by=actor.user_id,
    )
    db.session.add(buyer)
    db.session.flush()
    return buyer


def end_cash(*, actor: Actor, cash_buyer_id: uuid.UUID) -> CashBuyer:
    """Take an account off the list; what it owes stays due. Again, it changes nothing. Raises NotFound."""
    require_list_keeper(actor)
    buyer = db.session.get(CashBuyer, cash_buyer_id, with_for_update=True, populate_existing=True)
    if buyer is None:
        raise NotFound
    if buyer.ended_at is None:
        buyer.ended_at, buyer.ended_by = utc_now(), actor.user_id
        db.session.flush()
    return buyer


def place_for_cash(*, actor: Actor, order: Order) -> None:
    """Confirm a new order that its buyer pays at the door: it is packed without a payment. Raises CashRefused.

    The buyer's place on the list is locked, so that two orders at once do not owe more than both may.
    """
    limits = find_limits(actor.user_id, lock=True)
    refusal = why_not_cash(
        limits,
        total_vnd=order.total_vnd,
        open_vnd=open_cash_vnd(actor.user_id) if actor.user_id is not None else 0,
        has_preorder=any(line.cycle_id is not None for parcel in order.parcels for line in parcel.lines),
    )
    if refusal is not None:
        raise CashRefused(refusal)
    db.session.add_all(CashParcel(parcel_id=parcel.id, due_vnd=cash_money(parcel).due_vnd) for parcel in order.parcels)
    confirm_for_cash(actor=actor, order=order)
    mail_order_confirmed(order)


def record_cash(*, actor: Actor, parcel_id: uuid.UUID, received_vnd: int, reason: str | None = None) -> CashParcel:
    """Note what the buyer of a parcel paid at the door, once; another sum than is due needs a reason.

    Raises NotFound; Invalid by field; Conflict unless the parcel is on its way, and for other news about its cash.
    """
    order, parcel, cash = lock_cash(actor, parcel_id)
    if cash.status == CashStatus.RECEIVED and cash.received_vnd == received_vnd:
        return cash
    _check_on_its_way(parcel, cash)
    money = cash_money(parcel)
    if received_vnd < 0:
        raise Invalid(_l("Enter what you received."), field="received_vnd")
    if received_vnd != money.due_vnd and not (reason or "").strip():
        raise Invalid(_l("This is not what is due. Say why."), field="reason")
    cash.due_vnd, cash.received_vnd, cash.note = money.due_vnd, received_vnd, reason or None
    _record(actor, cash, CashStatus.RECEIVED)
    for source, amounts in (
        (LEDGER_CASH_RECEIVED, postings_of_receipt(money)),
        (LEDGER_CASH_KEPT, postings_of_keeping(money.due_vnd)),
    ):
        post_amounts(source, parcel.id, f"Order {order.number} paid in cash", order, parcel, amounts)
    return cash


def record_refusal(*, actor: Actor, parcel_id: uuid.UUID, reason: str) -> CashParcel:
    """The buyer did not take the parcel: its goods are on sale again, and nothing is due. Again, it changes nothing.

    Raises as `record_cash` does.
    """
    order, parcel, cash = lock_cash(actor, parcel_id)
    if cash.status == CashStatus.REFUSED:
        return cash
    _check_on_its_way(parcel, cash)
    if not reason.strip():
        raise Invalid(_l("Say why."), field="reason")
    cash.note = reason
    _record(actor, cash, CashStatus.REFUSED)
    change_parcel_status(actor=actor, parcel=parcel, to=ParcelStatus.RETURNED, reason=REFUSED)
    kept = {line.id: units for line in parcel.lines if (units := line.quantity - line.cancelled_quantity)}
    for line in sorted(parcel.lines, key=lambda line: line.offer_id):
        if line.id in kept:
            return_stock(actor=actor, offer_id=line.offer_id, quantity=kept[line.id], order_id=order.id, reason=REFUSED)
    take_goods_back(actor=actor, parcel=parcel, came=kept, fit=kept, source=f"refused-{parcel.id}")
    close_when_done(actor, order)
    mail_parcel_refused(order, parcel)
    return cash


def _check_on_its_way(parcel: Parcel, cash: CashParcel) -> None:
    if parcel.status != ParcelStatus.SHIPPED:
        raise Conflict(_l("This parcel is not on its way."))
    if cash.status != CashStatus.DUE:
        raise Conflict(_l("What became of this cash is noted already."))


def _record(actor: Actor, cash: CashParcel, status: CashStatus) -> None:
    cash.status, cash.recorded_by, cash.recorded_at = status, actor.user_id, utc_now()
    db.session.flush()
