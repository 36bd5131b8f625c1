"""What all steps about the cash of a parcel share: lock it, and enter it in the ledger."""

import uuid
from collections.abc import Sequence

from sqlalchemy import select

from core.accounts import Actor
from core.db import db
from core.errors import NotFound
from market.cash.models import CashParcel
from market.cash.policies import may_take_cash
from market.cash.rules import Amount
from market.ledger.models import AccountKind
from market.ledger.usecases import SITE, Line, post_entry
from market.orders.models import Order, Parcel
from market.orders.usecases import lock_order


def lock_cash(actor: Actor, parcel_id: uuid.UUID) -> tuple[Order, Parcel, CashParcel]:
    """The cash of a parcel as it is now, once its order is locked. Raises NotFound unless the actor takes it."""
    parcel = db.session.get(Parcel, parcel_id)
    if parcel is None or not may_take_cash(actor, parcel):
        raise NotFound
    order = lock_order(parcel.order_id)
    cash = lock_cash_row(parcel_id)
    return order, next(parcel for parcel in order.parcels if parcel.id == parcel_id), cash


def lock_cash_row(parcel_id: uuid.UUID) -> CashParcel:
    """The cash of a parcel whose order is locked. Raises NotFound where it is not paid at the door."""
    cash = db.session.scalar(
        select(CashParcel)
        .where(CashParcel.parcel_id == parcel_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if cash is None:
        raise NotFound
    return cash


def post_amounts(
    source: str, source_id: uuid.UUID, description: str, order: Order, parcel: Parcel, amounts: Sequence[Amount]
) -> None:
    """Enter amounts about the cash of a parcel; those of accounts with owners are its producer's."""
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
