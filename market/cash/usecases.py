"""Cash on delivery. Rows are locked as everywhere, the order first; who may pay in cash is locked last."""

import uuid
from collections.abc import Sequence

from sqlalchemy import select

from core.accounts import Actor
from core.accounts.queries import find_user
from core.db import db, new_id, utc_now
from core.errors import Conflict, Invalid, NotFound
from core.i18n import lazy_gettext as _l
from market.cash.errors import CashRefused
from market.cash.mails import mail_order_confirmed, mail_parcel_refused
from market.cash.models import CashBuyer, CashParcel, CashReturn, CashStatus
from market.cash.policies import may_take_cash, require_list_keeper
from market.cash.queries import cash_money, find_limits, open_cash_vnd, returns_of_parcel
from market.cash.rules import (
    Amount,
    CashLimits,
    postings_of_keeping,
    postings_of_receipt,
    postings_of_return,
    share_of_return,
    why_not_cash,
)
from market.ledger.models import AccountKind
from market.ledger.usecases import SITE, Line, post_entry
from market.offers.stock import return_stock
from market.orders.models import Order, Parcel, ParcelStatus
from market.orders.usecases import change_parcel_status, close_when_done, confirm_for_cash, lock_order

LEDGER_CASH_RECEIVED = "cash_received"
LEDGER_CASH_KEPT = "cash_kept"
LEDGER_CASH_RETURNED = "cash_returned"
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
    order, parcel, cash = _lock_cash(actor, parcel_id)
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
        _post(source, parcel.id, f"Order {order.number} paid in cash", order, parcel, amounts)
    return cash


def record_refusal(*, actor: Actor, parcel_id: uuid.UUID, reason: str) -> CashParcel:
    """The buyer did not take the parcel: its goods are on sale again, and nothing is due. Again, it changes nothing.

    Raises as `record_cash` does.
    """
    order, parcel, cash = _lock_cash(actor, parcel_id)
    if cash.status == CashStatus.REFUSED:
        return cash
    _check_on_its_way(parcel, cash)
    if not reason.strip():
        raise Invalid(_l("Say why."), field="reason")
    cash.note = reason
    _record(actor, cash, CashStatus.REFUSED)
    change_parcel_status(actor=actor, parcel=parcel, to=ParcelStatus.RETURNED, reason=REFUSED)
    for line in sorted(parcel.lines, key=lambda line: line.offer_id):
        if kept := line.quantity - line.cancelled_quantity:
            return_stock(actor=actor, offer_id=line.offer_id, quantity=kept, order_id=order.id, reason=REFUSED)
    close_when_done(actor, order)
    mail_parcel_refused(order, parcel)
    return cash


def give_back_cash(*, actor: Actor, parcel_id: uuid.UUID, amount_vnd: int, note: str, request_key: str) -> CashReturn:
    """Note that the producer gave cash for goods back to the buyer; the site gives its commission back with it.

    The same key is the same return, however often it is sent. Raises NotFound; Invalid by field; Conflict before the
    cash was received.
    """
    order, parcel, cash = _lock_cash(actor, parcel_id)
    earlier = returns_of_parcel(parcel_id)
    same = next((returned for returned in earlier if returned.request_key == request_key), None)
    if same is not None:
        return same
    if cash.status != CashStatus.RECEIVED:
        raise Conflict(_l("Note first what you received."))
    money = cash_money(parcel)
    left = money.ordered.goods.amount_vnd - money.not_sent_vnd - sum(returned.amount_vnd for returned in earlier)
    if not 0 < amount_vnd <= left:
        raise Invalid(_l("This is more than can still be given back."), field="amount")
    if not note.strip():
        raise Invalid(_l("Say why."), field="note")
    shares = share_of_return(
        money,
        amount_vnd,
        before=[(returned.amount_vnd, returned.commission_vnd, returned.voucher_vnd) for returned in earlier],
    )
    returned = CashReturn(
        id=new_id(),
        parcel_id=parcel_id,
        request_key=request_key,
        amount_vnd=amount_vnd,
        commission_vnd=shares.fee_vnd,
        voucher_vnd=shares.voucher_vnd,
        note=note,
        recorded_by=actor.user_id,
    )
    db.session.add(returned)
    db.session.flush()
    amounts = postings_of_return(amount_vnd, shares)
    _post(LEDGER_CASH_RETURNED, returned.id, f"Order {order.number}: given back in cash", order, parcel, amounts)
    return returned


def _lock_cash(actor: Actor, parcel_id: uuid.UUID) -> tuple[Order, Parcel, CashParcel]:
    parcel = db.session.get(Parcel, parcel_id)
    if parcel is None or not may_take_cash(actor, parcel):
        raise NotFound
    order = lock_order(parcel.order_id)
    cash = db.session.scalar(
        select(CashParcel)
        .where(CashParcel.parcel_id == parcel_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if cash is None:
        raise NotFound
    return order, next(parcel for parcel in order.parcels if parcel.id == parcel_id), cash


def _check_on_its_way(parcel: Parcel, cash: CashParcel) -> None:
    if parcel.status != ParcelStatus.SHIPPED:
        raise Conflict(_l("This parcel is not on its way."))
    if cash.status != CashStatus.DUE:
        raise Conflict(_l("What became of this cash is noted already."))


def _record(actor: Actor, cash: CashParcel, status: CashStatus) -> None:
    cash.status, cash.recorded_by, cash.recorded_at = status, actor.user_id, utc_now()
    db.session.flush()


def _post(
    source: str, source_id: uuid.UUID, description: str, order: Order, parcel: Parcel, amounts: Sequence[Amount]
) -> None:
    owned = (AccountKind.PRODUCER_PAYABLE, AccountKind.CASH_WITH_PRODUCERS)
    post_entry(
        source=source,
        source_id=source_id,
        description=description,
        reference=order.number,
        lines=[
            Line(amount.kind, parcel.producer_id if amount.kind in owned else SITE, amount.amount_vnd, amount.part)
            for amount in amounts
        ],
    )
