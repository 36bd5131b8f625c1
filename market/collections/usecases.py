"""Collecting what a buyer still owes. Rows are locked as everywhere: the order, the collection, then the payment."""

import uuid
from collections.abc import Mapping
from datetime import datetime, time

from sqlalchemy import select

from core.accounts import ANONYMOUS, Actor
from core.db import db, new_id, utc_now
from core.errors import Conflict, Invalid, NotFound
from core.i18n import LOCAL_TIME_ZONE
from core.i18n import lazy_gettext as _l
from market.collections.mails import mail_collection_due, mail_collection_paid, mail_collection_waived
from market.collections.models import Collection, CollectionReason, CollectionStatus
from market.collections.policies import may_waive
from market.collections.queries import due_collection_ids, find_open_balance
from market.collections.rules import HEAVIER_DUE, REMIND_BEFORE, WithdrawnLine, is_worth_collecting, may_become
from market.ledger.models import AccountKind, PostingPart
from market.ledger.usecases import SITE, Line, post_entry
from market.offers.models import OrderCycle
from market.orders.models import Order, Parcel, ParcelStatus
from market.orders.rules import commission_vnd
from market.orders.usecases import lock_order, parcel_lines
from market.payments.purposes import PurposeKind
from market.payments.refunds import LEDGER_PAYMENT
from market.payments.usecases import withdraw_payments

TOO_SMALL = "Less than the smallest payment"
GIVEN_BACK = "The goods were given back"
LEDGER_SETTLED = "balance_settled"


def lock_collection(collection_id: uuid.UUID) -> tuple[Order, Parcel, Collection]:
    """A collection as it is now, locked after its order, which comes with its parcels. Raises NotFound."""
    order_id = db.session.scalar(select(Collection.order_id).where(Collection.id == collection_id))
    if order_id is None:
        raise NotFound
    order = lock_order(order_id)
    collection = db.session.scalars(
        select(Collection)
        .where(Collection.id == collection_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    return order, next(parcel for parcel in order.parcels if parcel.id == collection.parcel_id), collection


def collect_heavier(*, parcel_id: uuid.UUID) -> Collection | None:
    """Ask the buyer of a packed parcel for what it weighs more; the same one when it was asked for before.

    None when the parcel owes nothing. What is too small for a card is waived at once, and nobody is asked.
    Raises NotFound.
    """
    order_id = db.session.scalar(select(Parcel.order_id).where(Parcel.id == parcel_id))
    if order_id is None:
        raise NotFound
    order = lock_order(order_id)
    parcel = next(parcel for parcel in order.parcels if parcel.id == parcel_id)
    before = db.session.scalar(
        select(Collection).where(Collection.parcel_id == parcel_id, Collection.reason == CollectionReason.HEAVIER)
    )
    amount_vnd = parcel.repriced_vnd or 0
    if before is not None or amount_vnd <= 0 or parcel.status != ParcelStatus.PACKED:
        return before
    now = utc_now()
    collection = Collection(
        id=new_id(),
        order_id=order.id,
        parcel_id=parcel.id,
        reason=CollectionReason.HEAVIER,
        amount_vnd=amount_vnd,
        due_at=now + HEAVIER_DUE,
    )
    if not is_worth_collecting(amount_vnd):
        collection.status, collection.closed_at, collection.note = CollectionStatus.WAIVED, now, TOO_SMALL
    else:
        mail_collection_due(order, parcel, collection, is_reminder=False)
    db.session.add(collection)
    db.session.flush()
    return collection


def collect_balances(*, order_id: uuid.UUID) -> list[Collection]:
    """Ask for the rest of what was ordered with a deposit, once for each parcel of a paid order. Raises NotFound.

    It is due on the first day of the harvest.
    """
    order = lock_order(order_id)
    asked = set(db.session.scalars(select(Collection.parcel_id).where(Collection.order_id == order_id)))
    opened = []
    for parcel in order.parcels:
        if not parcel.deposit_vnd or parcel.status != ParcelStatus.TO_PACK or parcel.id in asked:
            continue
        collection = _open_balance(parcel)
        mail_collection_due(order, parcel, collection, is_reminder=False)
        opened.append(collection)
    return opened


def _open_balance(parcel: Parcel) -> Collection:
    """The collection of what is due of a parcel, by the first day of what is harvested first."""
    cycle_ids = [line.cycle_id for line in parcel.lines if line.balance_vnd]
    first_day = db.session.scalars(
        select(OrderCycle.harvest_from).where(OrderCycle.id.in_(cycle_ids)).order_by(OrderCycle.harvest_from).limit(1)
    ).one()
    collection = Collection(
        id=new_id(),
        order_id=parcel.order_id,
        parcel_id=parcel.id,
        reason=CollectionReason.BALANCE,
        amount_vnd=parcel.due_vnd,
        due_at=datetime.combine(first_day, time(), LOCAL_TIME_ZONE),
    )
    db.session.add(collection)
    db.session.flush()
    return collection


def lower_balance(*, order: Order, parcel: Parcel, by_line: Mapping[uuid.UUID, WithdrawnLine]) -> list[uuid.UUID]:
    """Let go of what is not to be paid any more of a parcel of a locked order, since goods of it are given back.

    With nothing left to pay the parcel is shared as one that is paid; one of which nothing is left keeps its deposit,
    which goes back. Returns the payments whose pages must be closed after the commit.
    """
    asked = find_open_balance(parcel.id) or _open_balance(parcel)
    collection = lock_collection(asked.id)[2]
    for line in parcel.lines:
        line.withdrawn_vnd += by_line[line.id].price_vnd
        line.balance_vnd = by_line[line.id].balance_vnd
    rest = sum(line.balance_vnd for line in parcel.lines)
    if rest:
        parcel.due_vnd = collection.amount_vnd = rest
        db.session.flush()
        if collection.status == CollectionStatus.OPEN:
            mail_collection_due(order, parcel, collection, is_reminder=False)
    elif parcel.status == ParcelStatus.CANCELLED:
        _close(parcel, collection, CollectionStatus.CANCELLED, note=GIVEN_BACK)
    else:
        _close(parcel, collection, CollectionStatus.SETTLED, note=GIVEN_BACK)
        post_entry(
            source=LEDGER_SETTLED,
            source_id=collection.id,
            description=f"Order {order.number}: nothing is left to pay",
            reference=order.number,
            lines=_share_deposit(parcel, paid_vnd=0),
        )
    return withdraw_payments(kind=PurposeKind.COLLECTION, purpose_id=collection.id)


def record_payment(*, collection_id: uuid.UUID, payment_id: uuid.UUID) -> None:
    """The money is there: share it among those who get it, and let the parcel go on."""
    order, parcel, collection = lock_collection(collection_id)
    enter = _enter_heavier if collection.reason == CollectionReason.HEAVIER else _enter_balance
    lines = enter(parcel, collection)
    _close(parcel, collection, CollectionStatus.PAID)
    post_entry(
        source=LEDGER_PAYMENT,
        source_id=payment_id,
        description=f"Order {order.number}: {collection.reason} paid",
        reference=order.number,
        lines=[Line(AccountKind.PROCESSOR_BALANCE, SITE, collection.amount_vnd), *lines],
    )
    mail_collection_paid(order, parcel, collection)


def _enter_heavier(parcel: Parcel, collection: Collection) -> list[Line]:
    before_vnd = parcel.earned_vnd
    for line in parcel.lines:
        line.collected_vnd = line.weight_difference_vnd
    commission = commission_vnd(parcel.earned_vnd, parcel.commission_basis_points) - commission_vnd(
        before_vnd, parcel.commission_basis_points
    )
    return [
        Line(AccountKind.PRODUCER_PAYABLE, parcel.producer_id, -collection.amount_vnd, PostingPart.GOODS),
        Line(AccountKind.PRODUCER_PAYABLE, parcel.producer_id, commission, PostingPart.COMMISSION),
        Line(AccountKind.COMMISSION_INCOME, SITE, -commission),
    ]


def _enter_balance(parcel: Parcel, collection: Collection) -> list[Line]:
    for line in parcel.lines:
        line.balance_vnd = 0
    return _share_deposit(parcel, paid_vnd=collection.amount_vnd)


def _share_deposit(parcel: Parcel, *, paid_vnd: int) -> list[Line]:
    """The deposit is no debt to the buyer any more: what is left of the parcel is shared as if it was paid at once.

    `paid_vnd` came just now. What was given back before stays a debt until it is back on the buyer's card.
    """
    parcel.deposit_vnd = 0
    shares = parcel_lines(parcel)
    deposit_vnd = -sum(line.amount_vnd for line in shares) - paid_vnd
    return [Line(AccountKind.BUYER_DEPOSITS, SITE, deposit_vnd), *shares]


def waive_collection(*, actor: Actor, collection_id: uuid.UUID, reason: str) -> list[uuid.UUID]:
    """Let go of what the buyer owes: the goods are sent for the price that was paid. Again, it changes nothing.

    Returns the payments whose pages must be closed after the commit; who pays at this very moment gets it back.
    Raises NotFound; Invalid without a reason; Conflict when it is paid.
    """
    order, parcel, collection = lock_collection(collection_id)
    if not may_waive(actor, parcel) or collection.reason != CollectionReason.HEAVIER:
        raise NotFound
    if collection.status == CollectionStatus.WAIVED:
        return []
    if not reason.strip():
        raise Invalid(_l("Say why."), field="reason")
    if collection.status == CollectionStatus.PAID:
        raise Conflict(_l("The buyer has paid this already."))
    _close(parcel, collection, CollectionStatus.WAIVED, actor=actor, note=reason)
    mail_collection_waived(order, parcel, collection)
    return withdraw_payments(kind=PurposeKind.COLLECTION, purpose_id=collection.id, actor=actor, reason=reason)


def cancel_collections(*, parcel_id: uuid.UUID) -> list[uuid.UUID]:
    """End what is still to be paid for a parcel of a locked order whose goods were given back.

    Returns the payments whose pages must be closed after the commit.
    """
    ids = db.session.scalars(
        select(Collection.id)
        .where(
            Collection.parcel_id == parcel_id,
            Collection.status.in_([CollectionStatus.OPEN, CollectionStatus.NEEDS_REVIEW]),
        )
        .order_by(Collection.id)
    ).all()
    withdrawn: list[uuid.UUID] = []
    for collection_id in ids:
        _order, parcel, collection = lock_collection(collection_id)
        _close(parcel, collection, CollectionStatus.CANCELLED, note=GIVEN_BACK)
        withdrawn += withdraw_payments(kind=PurposeKind.COLLECTION, purpose_id=collection_id)
    return withdrawn


def hold_for_review(*, collection_id: uuid.UUID, reason: str) -> None:
    """What was paid is not what was asked: a person decides, and until then the parcel waits."""
    collection = lock_collection(collection_id)[2]
    _move(collection, CollectionStatus.NEEDS_REVIEW)
    collection.note = reason[:300]
    db.session.flush()


def reopen(*, collection_id: uuid.UUID) -> None:
    """What was wrongly paid has gone back: the buyer can pay again."""
    collection = lock_collection(collection_id)[2]
    if collection.status == CollectionStatus.NEEDS_REVIEW:
        _move(collection, CollectionStatus.OPEN)
        collection.note = None
        db.session.flush()


def remind_buyers(*, now: datetime, limit: int) -> int:
    """Mail the buyers whose time is nearly over, once each; how many there were."""
    reminded = 0
    for collection_id in [
        collection_id
        for reason, ahead in REMIND_BEFORE.items()
        for collection_id in due_collection_ids(reason=reason, due_before=now + ahead, limit=limit)
    ]:
        order, parcel, collection = lock_collection(collection_id)
        if collection.status != CollectionStatus.OPEN or collection.reminded_at is not None:
            continue
        collection.reminded_at = now
        mail_collection_due(order, parcel, collection, is_reminder=True)
        reminded += 1
    db.session.flush()
    return reminded


def _close(
    parcel: Parcel,
    collection: Collection,
    to: CollectionStatus,
    *,
    actor: Actor = ANONYMOUS,
    note: str | None = None,
) -> None:
    _move(collection, to)
    collection.closed_at, collection.closed_by, collection.note = utc_now(), actor.user_id, note
    parcel.due_vnd -= collection.amount_vnd
    db.session.flush()


def _move(collection: Collection, to: CollectionStatus) -> None:
    if not may_become(collection.status, to):
        raise Conflict
    collection.status = to
