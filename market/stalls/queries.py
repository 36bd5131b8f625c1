"""Reading stalls, their sales and their takings."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import joinedload

from core.accounts import Actor, RoleName
from core.db import db
from core.errors import NotFound
from core.i18n import natural_key
from market.stalls.models import Market, MarketManager, Stall, StallSale, StallSaleStatus
from market.stalls.rules import day_bounds, read_placard_code

SALES_SHOWN = 100
"""How many of a day's sales a screen lists; the sum counts them all."""

SALES_AT_ONCE = 50
STALLS_LIMIT = 2_000
MARKETS_LIMIT = 500


@dataclass(frozen=True)
class Takings:
    """What a stall took on one day, in dong, in how many sales, and when the last one was."""

    amount_vnd: int
    count: int
    last_paid_at: datetime | None


@dataclass(frozen=True)
class StallTakings:
    """One line of the market's day."""

    stall: Stall
    takings: Takings


@dataclass(frozen=True)
class MarketDay:
    """A day of a market: every stall, those that took nothing too, and the sums."""

    day: date
    lines: tuple[StallTakings, ...]
    total: Takings

    @property
    def selling(self) -> int:
        """How many stalls took anything."""
        return sum(1 for line in self.lines if line.takings.count)


@dataclass(frozen=True)
class PaidSale:
    """A paid sale as the live screen needs it."""

    id: uuid.UUID
    position: int
    number: str
    amount_vnd: int
    note: str | None
    paid_at: datetime


def find_stall_by_placard(typed: str) -> Stall | None:
    """The stall whose placard has this code, with its market."""
    code = read_placard_code(typed)
    if code is None:
        return None
    statement = select(Stall).where(Stall.placard_code == code).options(joinedload(Stall.market))
    return db.session.scalar(statement)


def get_sale_of_receipt(placard_code: str, token: str) -> StallSale:
    """The sale of a receipt's link, with its stall and market. Raises NotFound."""
    statement = (
        select(StallSale)
        .join(StallSale.stall)
        .where(StallSale.token == token, Stall.placard_code == placard_code)
        .options(joinedload(StallSale.stall).joinedload(Stall.market))
    )
    sale = db.session.scalar(statement)
    if sale is None:
        raise NotFound
    return sale


def stalls_of(actor: Actor) -> list[Stall]:
    """The stalls that `actor` holds, by market and number."""
    if actor.user_id is None:
        return []
    statement = (
        select(Stall)
        .where(Stall.holder_id == actor.user_id)
        .options(joinedload(Stall.market))
        .order_by(Stall.market_id, Stall.id)
        .limit(STALLS_LIMIT)
    )
    return sorted(db.session.scalars(statement), key=lambda stall: (stall.market_id, natural_key(stall.number)))


def markets_of(actor: Actor) -> Sequence[Market]:
    """The markets that `actor` manages, all of them for an administrator, by name."""
    statement = (
        select(Market).options(joinedload(Market.commune)).order_by(Market.name_vi, Market.id).limit(MARKETS_LIMIT)
    )
    if not actor.has_role(RoleName.ADMINISTRATOR):
        managed = select(MarketManager.market_id).where(MarketManager.user_id == actor.user_id)
        statement = statement.where(Market.id.in_(managed))
    return db.session.scalars(statement).all()


def takings_of_stalls(stall_ids: Sequence[uuid.UUID], day: date) -> dict[uuid.UUID, Takings]:
    """What each of these stalls took on `day`, in one query; stalls without a sale are there with nothing."""
    begin, end = day_bounds(day)
    statement = (
        select(
            StallSale.stall_id,
            func.sum(StallSale.amount_vnd),
            func.count(),
            func.max(StallSale.paid_at),
        )
        .where(
            StallSale.stall_id.in_(stall_ids),
            StallSale.status == StallSaleStatus.PAID,
            StallSale.paid_at >= begin,
            StallSale.paid_at < end,
        )
        .group_by(StallSale.stall_id)
    )
    taken = {row[0]: Takings(int(row[1]), row[2], row[3]) for row in db.session.execute(statement)}
    return {stall_id: taken.get(stall_id, Takings(0, 0, None)) for stall_id in stall_ids}


def takings_of_stall(stall_id: uuid.UUID, day: date) -> Takings:
    """What one stall took on `day`."""
    return takings_of_stalls([stall_id], day)[stall_id]


def market_day_of(market_id: uuid.UUID, day: date) -> MarketDay:
    """All stalls of a market with what they took on `day`, by number as people count; two queries."""
    statement = select(Stall).where(Stall.market_id == market_id).order_by(Stall.id).limit(STALLS_LIMIT)
    stalls = sorted(db.session.scalars(statement), key=lambda stall: natural_key(stall.number))
    taken = takings_of_stalls([stall.id for stall in stalls], day)
    last = [takings.last_paid_at for takings in taken.values() if takings.last_paid_at is not None]
    return MarketDay(
        day=day,
        lines=tuple(StallTakings(stall, taken[stall.id]) for stall in stalls),
        total=Takings(
            amount_vnd=sum(takings.amount_vnd for takings in taken.values()),
            count=sum(takings.count for takings in taken.values()),
            last_paid_at=max(last, default=None),
        ),
    )


def sales_of_day(stall_id: uuid.UUID, day: date, *, limit: int = SALES_SHOWN) -> list[PaidSale]:
    """The stall's paid sales of `day`, the newest first."""
    begin, end = day_bounds(day)
    in_day = and_(StallSale.paid_at >= begin, StallSale.paid_at < end)
    return _paid_sales(
        _paid_columns()
        .where(StallSale.stall_id == stall_id, StallSale.status == StallSaleStatus.PAID, in_day)
        .order_by(StallSale.position.desc())
        .limit(limit)
    )


def last_position(stall_id: uuid.UUID) -> int:
    """The place of the stall's latest paid sale, 0 before the first."""
    return db.session.scalar(select(func.max(StallSale.position)).where(StallSale.stall_id == stall_id)) or 0


def sales_after(stall_id: uuid.UUID, position: int, *, limit: int = SALES_AT_ONCE) -> list[PaidSale]:
    """The stall's paid sales after `position`, the oldest first: one look into one index."""
    return _paid_sales(
        _paid_columns()
        .where(StallSale.stall_id == stall_id, StallSale.position > position)
        .order_by(StallSale.position)
        .limit(limit)
    )


_PaidColumns = Select[uuid.UUID, int | None, str, int, str | None, datetime | None]


def _paid_columns() -> _PaidColumns:
    return select(
        StallSale.id, StallSale.position, StallSale.number, StallSale.amount_vnd, StallSale.note, StallSale.paid_at
    )


def _paid_sales(statement: _PaidColumns) -> list[PaidSale]:
    sales = []
    for id_, position, number, amount_vnd, note, paid_at in db.session.execute(statement):
        assert position is not None and paid_at is not None  # a constraint of the table
        sales.append(PaidSale(id_, position, number, amount_vnd, note, paid_at))
    return sales
