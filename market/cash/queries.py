"""Reading who may pay in cash, and what is due."""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload, selectinload

from core.accounts import Actor
from core.db import db
from core.errors import NotFound
from market.cash.models import CashBuyer, CashParcel, CashReturn, CashStatus
from market.cash.policies import may_take_cash
from market.cash.rules import OVERDUE_AFTER, CashLimits, CashMoney, CashRefusal, why_not_cash
from market.orders.models import Order, Parcel, ParcelStatus
from market.orders.queries import find_order_id
from market.orders.shares import cheaper_delivery, money_of
from market.refunds.queries import GivenBack

MOST_RETURNS = 100


def find_limits(user_id: uuid.UUID | None, *, lock: bool = False) -> CashLimits | None:
    """What an account may owe in cash; None for one that may not pay so. Locked, it can place no other such order."""
    if user_id is None:
        return None
    statement = select(CashBuyer).where(CashBuyer.user_id == user_id, CashBuyer.ended_at.is_(None))
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    found = db.session.scalar(statement)
    return CashLimits(found.order_limit_vnd, found.open_limit_vnd) if found is not None else None


def open_cash_vnd(user_id: uuid.UUID) -> int:
    """What an account still has to pay in cash, in dong."""
    return int(
        db.session.scalar(
            select(func.coalesce(func.sum(CashParcel.due_vnd), 0))
            .join(Parcel, Parcel.id == CashParcel.parcel_id)
            .join(Order, Order.id == Parcel.order_id)
            .where(
                Order.user_id == user_id,
                CashParcel.status == CashStatus.DUE,
                Parcel.status != ParcelStatus.CANCELLED,
            )
        )
        or 0
    )


def cash_choice(user_id: uuid.UUID | None, *, total_vnd: int, has_preorder: bool) -> tuple[bool, CashRefusal | None]:
    """Whether the buyer is on the list, and why this basket cannot be paid in cash all the same."""
    limits = find_limits(user_id)
    if limits is None or user_id is None:
        return False, None
    open_vnd = open_cash_vnd(user_id)
    return True, why_not_cash(limits, total_vnd=total_vnd, open_vnd=open_vnd, has_preorder=has_preorder)


def list_cash_buyers() -> Select[CashBuyer]:
    """Everybody who may or might pay in cash, those of now first, with account and adder: a statement to page."""
    return (
        select(CashBuyer)
        .options(joinedload(CashBuyer.user), joinedload(CashBuyer.adder))
        .order_by(CashBuyer.ended_at.desc().nulls_first(), CashBuyer.added_at.desc(), CashBuyer.id)
    )


def list_overdue(now: datetime) -> Select[CashParcel]:
    """Cash of parcels that left long ago and of which nobody has said anything, the oldest first."""
    return (
        select(CashParcel)
        .join(CashParcel.parcel)
        .where(
            CashParcel.status == CashStatus.DUE,
            Parcel.status == ParcelStatus.SHIPPED,
            Parcel.shipped_at < now - OVERDUE_AFTER,
        )
        .options(
            joinedload(CashParcel.parcel).joinedload(Parcel.producer),
            joinedload(CashParcel.parcel).joinedload(Parcel.order),
        )
        .order_by(Parcel.shipped_at, Parcel.id)
    )


def cash_of_order(order: Order) -> dict[uuid.UUID, CashParcel]:
    """The cash of each parcel of an order."""
    ids = [parcel.id for parcel in order.parcels]
    statement = select(CashParcel).where(CashParcel.parcel_id.in_(ids)).order_by(CashParcel.parcel_id)
    return {cash.parcel_id: cash for cash in db.session.scalars(statement)}


def get_cash_parcel(actor: Actor, parcel_id: uuid.UUID) -> CashParcel:
    """The cash of a parcel whose goods the actor hands over, with order and lines. Raises NotFound."""
    cash = db.session.scalar(
        select(CashParcel)
        .where(CashParcel.parcel_id == parcel_id)
        .options(
            joinedload(CashParcel.parcel).options(
                joinedload(Parcel.order), joinedload(Parcel.producer), selectinload(Parcel.lines)
            )
        )
        .execution_options(populate_existing=True)
    )
    if cash is None or not may_take_cash(actor, cash.parcel):
        raise NotFound
    return cash


def returns_of_parcel(parcel_id: uuid.UUID) -> Sequence[CashReturn]:
    """What went back in cash or is to go back, the oldest first."""
    return db.session.scalars(
        select(CashReturn).where(CashReturn.parcel_id == parcel_id).order_by(CashReturn.id).limit(MOST_RETURNS)
    ).all()


def given_apart_of_order(order_id: uuid.UUID) -> Sequence[CashReturn]:
    """What producers gave back of an order outside a return, the oldest first."""
    return db.session.scalars(
        select(CashReturn)
        .join(CashReturn.parcel)
        .where(Parcel.order_id == order_id, CashReturn.due_at.is_(None))
        .order_by(CashReturn.id)
        .limit(MOST_RETURNS)
    ).all()


def require_given_apart(cash_return_id: uuid.UUID, *, token: str | None = None) -> CashReturn:
    """What a producer gave back outside a return, with order and producer; of the order behind a secret link, if given.

    Raises NotFound.
    """
    statement = select(CashReturn).where(CashReturn.id == cash_return_id, CashReturn.due_at.is_(None))
    if token is not None:
        statement = statement.join(CashReturn.parcel).where(Parcel.order_id == find_order_id(token))
    parcel = joinedload(CashReturn.parcel)
    found = db.session.scalar(
        statement.options(
            parcel.joinedload(Parcel.order).lazyload(Order.commune), parcel.joinedload(Parcel.producer)
        ).execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound
    return found


def missed_apart() -> Sequence[CashReturn]:
    """What was given back outside a return and is missed by its buyer, the longest first."""
    parcel = joinedload(CashReturn.parcel)
    return db.session.scalars(
        select(CashReturn)
        .where(
            CashReturn.due_at.is_(None),
            CashReturn.closed_at.is_(None),
            CashReturn.missing_at > CashReturn.recorded_at,
        )
        .options(parcel.joinedload(Parcel.order).lazyload(Order.commune), parcel.joinedload(Parcel.producer))
        .order_by(CashReturn.missing_at, CashReturn.id)
        .limit(MOST_RETURNS)
    ).all()


def find_return_by_key(parcel_id: uuid.UUID, request_key: str) -> CashReturn | None:
    """What went back, or is to go back, with this key."""
    return db.session.scalar(
        select(CashReturn).where(CashReturn.parcel_id == parcel_id, CashReturn.request_key == request_key)
    )


def is_cash_noted(parcel_id: uuid.UUID) -> bool:
    """Whether it is noted that the buyer of a parcel paid at the door."""
    found = select(CashParcel.parcel_id).where(
        CashParcel.parcel_id == parcel_id, CashParcel.status == CashStatus.RECEIVED
    )
    return db.session.scalar(found) is not None


def cash_money(parcel: Parcel) -> CashMoney:
    """The money of a parcel paid at the door, whose lines are loaded, as it stands now."""
    charged = sum(line.charged_vnd for line in parcel.lines)
    ordered = money_of(parcel)
    if parcel.final_delivery_vnd is not None:
        lighter_by = parcel.delivery_vnd - parcel.final_delivery_vnd
        ordered = replace(ordered, delivery=cheaper_delivery(ordered.delivery, lighter_by))
    return CashMoney(
        ordered,
        charged - sum(line.paid_vnd for line in parcel.lines),
        is_sent=parcel.status not in (ParcelStatus.CANCELLED, ParcelStatus.RETURNED),
    )


def cash_delivery_share_vnd(parcel: Parcel) -> int:
    """What a producer who delivers keeps of the fee of a parcel paid at the door, in dong."""
    return cash_money(parcel).ordered.delivery_earned_vnd


def cash_given_back(parcel: Parcel) -> GivenBack:
    """What of the goods of a parcel paid at the door was not sent, or went back in cash."""
    money = cash_money(parcel)
    given = GivenBack(0, money.not_sent_vnd, money.not_sent.fee_vnd, money.not_sent.voucher_vnd)
    for returned in returns_of_parcel(parcel.id):
        given += GivenBack(0, returned.amount_vnd, returned.commission_vnd, returned.voucher_vnd)
    return given
