"""Cash that goes back to a buyer: agreed upon, noted as given, missed by the buyer, paid by the site instead."""

import uuid

from core.accounts import Actor
from core.db import db, new_id, utc_now
from core.errors import Conflict, Invalid, NotFound, RequestKeyReused
from core.i18n import lazy_gettext as _l
from market.cash.errors import CashNotNoted, MoreThanWasReceived
from market.cash.locking import lock_cash, lock_cash_row, post_amounts
from market.cash.mails import mail_cash_given_back
from market.cash.models import CashParcel, CashReturn, CashStatus
from market.cash.policies import require_list_keeper
from market.cash.queries import cash_money, find_return_by_key, returns_of_parcel
from market.cash.rules import (
    GIVE_BACK_WITHIN,
    most_to_return,
    postings_of_paying_for,
    postings_of_return,
    share_of_return,
)
from market.orders.models import Order, Parcel
from market.orders.shares import Shares

LEDGER_CASH_RETURNED = "cash_returned"
LEDGER_CASH_PAID_BY_SITE = "cash_paid_by_site"


def owe_cash(*, parcel: Parcel, amount_vnd: int, request_key: str) -> CashReturn:
    """The producer of a parcel, whose order the caller has locked, is to give so much back to the buyer.

    The same key is the same return. Raises RequestKeyReused when it was another sum, CashNotNoted before the cash was
    received, MoreThanWasReceived.
    """
    cash = lock_cash_row(parcel.id)
    same = _find_same(parcel.id, request_key, amount_vnd)
    if same is not None:
        return same
    owed = _add(parcel, cash, amount_vnd, request_key)
    owed.due_at = owed.owed_at + GIVE_BACK_WITHIN
    db.session.flush()
    return owed


def give_back_cash(*, actor: Actor, parcel_id: uuid.UUID, amount_vnd: int, note: str, request_key: str) -> CashReturn:
    """Note that the producer gave cash for goods back of their own accord, and tell the buyer, who can say that it did
    not come; the site gives its commission back with it.

    The same key is the same return, however often it is sent. Raises NotFound; Invalid and MoreThanWasReceived by
    field; RequestKeyReused when it was another sum or note, CashNotNoted before the cash was received.
    """
    order, parcel, cash = lock_cash(actor, parcel_id)
    same = _find_same(parcel_id, request_key, amount_vnd, note)
    if same is not None:
        return same
    returned = _add(parcel, cash, amount_vnd, request_key)
    _note_given(actor, order, parcel, returned, note)
    mail_cash_given_back(order, parcel, returned.amount_vnd)
    return returned


def give_back_owed(*, actor: Actor, cash_return_id: uuid.UUID, note: str) -> CashReturn:
    """Note that the producer gave back what was agreed upon, and tell the buyer. Again, it changes nothing.

    Raises NotFound; Invalid by field.
    """
    order, parcel, owed = _lock_return(actor, cash_return_id)
    if owed.is_owed:
        _note_given(actor, order, parcel, owed, note)
        mail_cash_given_back(order, parcel, owed.amount_vnd)
    return owed


def miss_cash(*, returned: CashReturn) -> None:
    """The buyer, whose link the caller has checked and whose order is locked, says that the money did not come.

    Raises Conflict before it is due, and when it was said already.
    """
    now = utc_now()
    if not returned.may_be_missed(now):
        raise Conflict(_l("This can be said once it should have come, and is looked at once."))
    returned.missing_at = now
    db.session.flush()


def pay_for_producer(*, actor: Actor, cash_return_id: uuid.UUID, note: str) -> CashReturn:
    """Note that the site paid the buyer from its bank; the producer, who kept the cash, owes it from now on.

    Raises NotFound for who may not; Conflict when it is closed, or nobody has said that it is missing and it is not
    late; Invalid by field.
    """
    require_list_keeper(actor)
    order, parcel, returned = _lock_return(actor, cash_return_id)
    if not returned.is_to_look_at(utc_now()):
        raise Conflict(_l("This is not for the site to pay."))
    if returned.is_owed:
        _note_given(actor, order, parcel, returned, note)
    returned.paid_by_site = True
    _close(actor, returned)
    amounts = postings_of_paying_for(returned.amount_vnd)
    description = f"Order {order.number}: given back by the site"
    post_amounts(LEDGER_CASH_PAID_BY_SITE, returned.id, description, order, parcel, amounts)
    mail_cash_given_back(order, parcel, returned.amount_vnd)
    return returned


def close_missed(*, actor: Actor, cash_return_id: uuid.UUID) -> CashReturn:
    """Note that what a buyer missed came after all. Raises NotFound for who may not; Conflict when nothing is missed,
    or it was never noted as given.
    """
    require_list_keeper(actor)
    _order, _parcel, returned = _lock_return(actor, cash_return_id)
    if returned.is_owed or not returned.is_missed:
        raise Conflict(_l("The buyer does not miss this."))
    _close(actor, returned)
    return returned


def _find_same(parcel_id: uuid.UUID, request_key: str, amount_vnd: int, note: str | None = None) -> CashReturn | None:
    """The return with this key, where it is the same; what was agreed upon gets its note later."""
    found = find_return_by_key(parcel_id, request_key)
    if found is not None and (found.amount_vnd != amount_vnd or note not in (None, found.note)):
        raise RequestKeyReused
    return found


def _add(parcel: Parcel, cash: CashParcel, amount_vnd: int, request_key: str) -> CashReturn:
    """A new return of a locked parcel, which is owed."""
    if cash.status != CashStatus.RECEIVED:
        raise CashNotNoted
    money, earlier = cash_money(parcel), returns_of_parcel(parcel.id)
    left = most_to_return(
        money, received_vnd=cash.received_vnd or 0, before_vnd=sum(returned.amount_vnd for returned in earlier)
    )
    if not 0 < amount_vnd <= left:
        raise MoreThanWasReceived(field="amount")
    shares = share_of_return(
        money,
        amount_vnd,
        before=[(returned.amount_vnd, returned.commission_vnd, returned.voucher_vnd) for returned in earlier],
    )
    returned = CashReturn(
        id=new_id(),
        parcel_id=parcel.id,
        request_key=request_key,
        amount_vnd=amount_vnd,
        commission_vnd=shares.fee_vnd,
        voucher_vnd=shares.voucher_vnd,
        owed_at=utc_now(),
    )
    db.session.add(returned)
    return returned


def _note_given(actor: Actor, order: Order, parcel: Parcel, returned: CashReturn, note: str) -> None:
    if not note.strip():
        raise Invalid(_l("Say when and how."), field="note")
    returned.note, returned.recorded_by, returned.recorded_at = note, actor.user_id, utc_now()
    db.session.flush()
    shares = Shares(returned.seller_vnd, returned.commission_vnd, returned.voucher_vnd)
    amounts = postings_of_return(returned.amount_vnd, shares)
    description = f"Order {order.number}: given back in cash"
    post_amounts(LEDGER_CASH_RETURNED, returned.id, description, order, parcel, amounts)


def _close(actor: Actor, returned: CashReturn) -> None:
    returned.closed_at, returned.closed_by = utc_now(), actor.user_id
    db.session.flush()


def _lock_return(actor: Actor, cash_return_id: uuid.UUID) -> tuple[Order, Parcel, CashReturn]:
    found = db.session.get(CashReturn, cash_return_id)
    if found is None:
        raise NotFound
    order, parcel, _cash = lock_cash(actor, found.parcel_id)
    db.session.refresh(found)
    return order, parcel, found
