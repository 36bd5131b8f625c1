"""Reading what is payable, bank accounts and payout runs."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, Subquery, and_, case, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from catalog.producers.models import Producer
from core.db import db
from core.errors import NotFound
from market.delivery.models import Carrier
from market.ledger.models import AccountKind, LedgerAccount, LedgerPosting
from market.orders.models import Order, OrderLine, Parcel, ParcelStatus
from market.payouts.models import BankAccount, LineStatus, PayoutLine, PayoutRun, PayoutTerms
from market.payouts.rules import payable_vnd

MOST_LINES = 500
"""Payouts in one run: what a bank takes in one file. The largest sums come first; the rest goes into the next run."""

CHANGES_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Payable:
    """What the site owes one producer, in dong: all of it, what is not due yet, and what stands in a draft."""

    producer_id: uuid.UUID
    producer_name: str
    balance_vnd: int
    held_vnd: int
    drafted_vnd: int
    bank_account_id: uuid.UUID | None

    @property
    def due_vnd(self) -> int:
        """What may be paid out, whether or not it stands in a draft."""
        return payable_vnd(balance_vnd=self.balance_vnd, held_vnd=self.held_vnd)


def get_terms(*, lock: bool = False) -> PayoutTerms:
    """The terms of payouts; locked, nobody else drafts or approves a run until the transaction ends."""
    statement = select(PayoutTerms).execution_options(populate_existing=True)
    return db.session.scalars(statement.with_for_update() if lock else statement).one()


def list_payables(
    *, hold_days: int, now: datetime, producer_ids: Iterable[uuid.UUID] | None = None, limit: int = MOST_LINES
) -> list[Payable]:
    """What is owed to producers with a balance or a draft, the largest balance first, in one query.

    A parcel counts as held until `hold_days` after it was shipped.
    """
    owed = _owed(now - timedelta(days=hold_days))
    statement = (
        select(*owed.c)
        .where(or_(owed.c.balance_vnd != 0, owed.c.drafted_vnd > 0))
        .order_by(owed.c.balance_vnd.desc(), owed.c.producer_id)
        .limit(limit)
    )
    if producer_ids is not None:
        statement = statement.where(owed.c.producer_id.in_(list(producer_ids)))
    return _read(statement)


def list_due(*, hold_days: int, minimum_vnd: int, now: datetime, limit: int = MOST_LINES) -> list[Payable]:
    """What a new run takes in, the largest sum first, in one query: due sums of at least `minimum_vnd`, which stand in
    no draft, of producers with a bank account. Who cannot be paid yet takes nobody's place.
    """
    owed = _owed(now - timedelta(days=hold_days))
    due_vnd = owed.c.balance_vnd - func.greatest(0, owed.c.held_vnd)
    return _read(
        select(*owed.c)
        .where(owed.c.bank_account_id.is_not(None), owed.c.drafted_vnd == 0, due_vnd >= minimum_vnd)
        .order_by(due_vnd.desc(), owed.c.producer_id)
        .limit(limit)
    )


def _read(statement: Select[*tuple[Any, ...]]) -> list[Payable]:
    return [
        Payable(producer_id, name, int(owed), int(kept), int(in_draft), account_id)
        for producer_id, name, owed, kept, in_draft, account_id in db.session.execute(statement)
    ]


def _owed(cutoff: datetime) -> Subquery:
    """The columns of `Payable` for every producer with entries; parcels shipped after `cutoff` are held."""
    balance = (
        select(LedgerAccount.owner_id, (-func.sum(LedgerPosting.amount_vnd)).label("vnd"))
        .join(LedgerPosting, LedgerPosting.account_id == LedgerAccount.id)
        .where(LedgerAccount.kind == AccountKind.PRODUCER_PAYABLE)
        .group_by(LedgerAccount.owner_id)
        .subquery()
    )
    held = _held(cutoff)
    drafted = (
        select(PayoutLine.producer_id, PayoutLine.amount_vnd.label("vnd"))
        .where(PayoutLine.status == LineStatus.DRAFTED)
        .subquery()
    )
    return (
        select(
            Producer.id.label("producer_id"),
            Producer.name.label("producer_name"),
            balance.c.vnd.label("balance_vnd"),
            func.coalesce(func.trunc(held.c.vnd), 0).label("held_vnd"),
            func.coalesce(drafted.c.vnd, 0).label("drafted_vnd"),
            _newest_account_id(Producer.id).scalar_subquery().label("bank_account_id"),
        )
        .join(balance, balance.c.owner_id == Producer.id)
        .outerjoin(held, held.c.producer_id == Producer.id)
        .outerjoin(drafted, drafted.c.producer_id == Producer.id)
        .subquery()
    )


def find_bank_account(producer_id: uuid.UUID) -> BankAccount | None:
    """The account that counts: the one entered last."""
    return db.session.scalar(_accounts_of(producer_id).limit(1))


def list_bank_accounts(producer_id: uuid.UUID) -> list[BankAccount]:
    """The accounts of a producer, the newest first: who entered them, and when."""
    return list(
        db.session.scalars(_accounts_of(producer_id).options(joinedload(BankAccount.enterer)).limit(CHANGES_SHOWN))
    )


def runs() -> Select[PayoutRun]:
    """All runs, the newest first, with their people and lines."""
    return (
        select(PayoutRun)
        .options(joinedload(PayoutRun.drafter), joinedload(PayoutRun.approver), selectinload(PayoutRun.lines))
        .order_by(PayoutRun.drafted_at.desc(), PayoutRun.id.desc())
    )


def get_run(run_id: uuid.UUID, *, lock: bool = False) -> PayoutRun:
    """A run with its people, and its lines with producer and bank account. Raises NotFound."""
    statement = (
        select(PayoutRun)
        .where(PayoutRun.id == run_id)
        .options(
            joinedload(PayoutRun.drafter),
            joinedload(PayoutRun.approver),
            selectinload(PayoutRun.lines).options(
                joinedload(PayoutLine.producer).lazyload(Producer.commune), joinedload(PayoutLine.bank_account)
            ),
        )
        .execution_options(populate_existing=True)
    )
    run = db.session.scalars(statement.with_for_update(of=PayoutRun) if lock else statement).one_or_none()
    if run is None:
        raise NotFound
    return run


def _held(cutoff: datetime) -> Subquery:
    """What paid parcels that are not shipped since `cutoff` bring their producers: the goods less commission, and the
    fee of those who deliver themselves.

    Cash that a producer received is theirs already, and stands on no balance before; deposits stand on none yet.
    """
    collected = (
        select(OrderLine.parcel_id, func.sum(OrderLine.collected_vnd).label("vnd"))
        .where(OrderLine.collected_vnd != 0)
        .group_by(OrderLine.parcel_id)
        .subquery()
    )
    goods = Parcel.goods_vnd + func.coalesce(collected.c.vnd, 0)
    own_fee = case((Parcel.delivery_carrier == Carrier.PRODUCER, Parcel.delivery_vnd), else_=0)
    share = goods - goods * Parcel.commission_basis_points / 10_000 + own_fee
    return (
        select(Parcel.producer_id, func.sum(share).label("vnd"))
        .join(Order, Order.id == Parcel.order_id)
        .outerjoin(collected, collected.c.parcel_id == Parcel.id)
        .where(
            Order.pays_cash.is_(False),
            Parcel.deposit_vnd == 0,
            or_(
                Parcel.status.in_((ParcelStatus.TO_PACK, ParcelStatus.PACKED)),
                and_(Parcel.status == ParcelStatus.SHIPPED, Parcel.shipped_at > cutoff),
            ),
        )
        .group_by(Parcel.producer_id)
        .subquery()
    )


def _accounts_of(producer_id: uuid.UUID) -> Select[BankAccount]:
    return (
        select(BankAccount)
        .where(BankAccount.producer_id == producer_id)
        .order_by(BankAccount.entered_at.desc(), BankAccount.id.desc())
    )


def _newest_account_id(producer_id: object) -> Select[uuid.UUID]:
    return (
        select(BankAccount.id)
        .where(BankAccount.producer_id == producer_id)
        .order_by(BankAccount.entered_at.desc(), BankAccount.id.desc())
        .limit(1)
        .correlate(Producer)
    )
