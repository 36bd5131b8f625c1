"""Reads of entries: those in force, their corrections, and the sprays that keep a plot closed."""

import uuid
from collections.abc import Collection, Mapping
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, exists, func, not_, select
from sqlalchemy.orm import aliased, joinedload, selectinload
from sqlalchemy.orm.strategy_options import _AbstractLoad

from core.accounts import Actor
from core.db import db
from core.errors import NotFound
from traceability.diary.entry_models import DiaryEntry, InputUse
from traceability.diary.harvest_interval import Permission, Spray, Wait
from traceability.diary.models import HarvestOverride, Plot
from traceability.diary.policies import may_keep
from traceability.diary.store_models import InputReceipt

MANY = 1000


def in_force() -> ColumnElement[bool]:
    """The condition that an entry stands: nothing corrects it, and it is no withdrawal of another."""
    newer = aliased(DiaryEntry)
    return and_(not_(DiaryEntry.is_withdrawal), not_(exists().where(newer.supersedes_id == DiaryEntry.id)))


def entries_of(plot_id: uuid.UUID) -> Select[DiaryEntry]:
    """The entries of a plot that stand, newest first, with everything that a page shows of them."""
    return (
        select(DiaryEntry)
        .options(*whole_entry())
        .where(DiaryEntry.plot_id == plot_id, in_force())
        .order_by(DiaryEntry.done_on.desc(), DiaryEntry.id.desc())
    )


def entries_between(
    plot_ids: Collection[uuid.UUID], first: date, last: date, *, limit: int = 10_000
) -> list[DiaryEntry]:
    """The entries of the plots on the days from `first` to `last` that stand, oldest first; at most `limit`."""
    statement = (
        select(DiaryEntry)
        .options(*whole_entry())
        .where(DiaryEntry.plot_id.in_(plot_ids), DiaryEntry.done_on.between(first, last), in_force())
        .order_by(DiaryEntry.done_on, DiaryEntry.id)
        .limit(limit)
    )
    return list(db.session.scalars(statement))


def get_entry(actor: Actor, entry_id: uuid.UUID) -> DiaryEntry:
    """The entry, whether or not it stands. Raises NotFound, also for another producer's."""
    statement = select(DiaryEntry).options(joinedload(DiaryEntry.plot), *whole_entry()).where(DiaryEntry.id == entry_id)
    entry = db.session.scalar(statement)
    if entry is None or not may_keep(actor, entry.plot):
        raise NotFound
    return entry


def superseded_by(entries: Collection[DiaryEntry], *, limit: int = MANY) -> Mapping[uuid.UUID, list[DiaryEntry]]:
    """What each of `entries` corrected, by its id: the entries before it, newest first."""
    step = (
        select(DiaryEntry.id.label("top"), DiaryEntry.supersedes_id.label("older"))
        .where(DiaryEntry.id.in_([entry.id for entry in entries if entry.supersedes_id is not None]))
        .cte("chain", recursive=True)
    )
    before = aliased(DiaryEntry)
    chain = step.union_all(
        select(step.c.top, before.supersedes_id)
        .join(step, before.id == step.c.older)
        .where(before.supersedes_id.is_not(None))
    )
    statement = (
        select(chain.c.top, DiaryEntry)
        .join(DiaryEntry, DiaryEntry.id == chain.c.older)
        .options(*whole_entry())
        .order_by(DiaryEntry.id.desc())
        .limit(limit)
    )
    found: dict[uuid.UUID, list[DiaryEntry]] = {}
    for top, entry in db.session.execute(statement):
        found.setdefault(top, []).append(entry)
    return found


def newer_than(entry_ids: Collection[uuid.UUID], *, limit: int = MANY) -> Mapping[uuid.UUID, list[DiaryEntry]]:
    """What corrected each of these entries later, by its id: oldest first, so that the last one is how it stands.

    Entries that nobody corrected are not named.
    """
    step = (
        select(DiaryEntry.supersedes_id.label("bottom"), DiaryEntry.id.label("newer"))
        .where(DiaryEntry.supersedes_id.in_(entry_ids))
        .cte("chain", recursive=True)
    )
    after = aliased(DiaryEntry)
    chain = step.union_all(select(step.c.bottom, after.id).join(step, after.supersedes_id == step.c.newer))
    statement = (
        select(chain.c.bottom, DiaryEntry)
        .join(DiaryEntry, DiaryEntry.id == chain.c.newer)
        .options(*whole_entry())
        .order_by(DiaryEntry.id)
        .limit(limit)
    )
    found: dict[uuid.UUID, list[DiaryEntry]] = {}
    for bottom, entry in db.session.execute(statement):
        found.setdefault(bottom, []).append(entry)
    return found


def withdrawals_of(plot_id: uuid.UUID, *, limit: int = 50) -> list[DiaryEntry]:
    """The withdrawals on a plot, newest first: what was written down and then taken back."""
    statement = (
        select(DiaryEntry)
        .options(*whole_entry())
        .where(DiaryEntry.plot_id == plot_id, DiaryEntry.is_withdrawal)
        .order_by(DiaryEntry.id.desc())
        .limit(limit)
    )
    return list(db.session.scalars(statement))


def is_superseded(entry_id: uuid.UUID) -> bool:
    """Whether another entry corrects this one."""
    return bool(db.session.scalar(select(exists().where(DiaryEntry.supersedes_id == entry_id))))


def sprays_closing(plot_ids: Collection[uuid.UUID], *, on: date, later_too: bool = False) -> list[Spray]:
    """The sprays in force that forbid a harvest of day `on` on these plots, whatever officers permitted.

    With `later_too` also sprays of later days.
    """
    products = (
        select(InputUse.entry_id, func.string_agg(InputReceipt.trade_name, ", ").label("names"))
        .join(InputReceipt, InputReceipt.id == InputUse.receipt_id)
        .where(InputUse.interval_days.is_not(None))
        .group_by(InputUse.entry_id)
        .subquery()
        .lateral()
    )
    statement = (
        select(DiaryEntry.id, DiaryEntry.plot_id, DiaryEntry.done_on, DiaryEntry.interval_days, products.c.names)
        .outerjoin(products, products.c.entry_id == DiaryEntry.id)
        .where(DiaryEntry.plot_id.in_(plot_ids), DiaryEntry.harvest_from > on, in_force())
        .order_by(DiaryEntry.harvest_from.desc(), DiaryEntry.id)
        .limit(MANY)
    )
    if not later_too:
        statement = statement.where(DiaryEntry.done_on <= on)
    return [Spray(*row) for row in db.session.execute(statement)]


def waits_open(plot_ids: Collection[uuid.UUID], *, on: date) -> list[Wait]:
    """What was spread or fed on these plots so shortly before `on` that a careful farmer would wait, longest first."""
    ends_on = DiaryEntry.done_on + InputReceipt.harvest_interval_days
    statement = (
        select(
            DiaryEntry.id,
            DiaryEntry.plot_id,
            DiaryEntry.done_on,
            InputReceipt.harvest_interval_days,
            InputReceipt.trade_name,
        )
        .join(InputUse, InputUse.entry_id == DiaryEntry.id)
        .join(InputReceipt, InputReceipt.id == InputUse.receipt_id)
        .where(DiaryEntry.plot_id.in_(plot_ids), DiaryEntry.done_on <= on, ends_on > on, in_force())
        .order_by(ends_on.desc(), DiaryEntry.id)
        .limit(MANY)
    )
    return [
        Wait(entry_id, plot_id, done_on, days or 0, product)
        for entry_id, plot_id, done_on, days, product in db.session.execute(statement)
    ]


def permissions_for(plot_ids: Collection[uuid.UUID], *, on: date) -> list[Permission]:
    """What officers permitted on these plots for day `on`."""
    statement = (
        select(HarvestOverride)
        .where(
            HarvestOverride.plot_id.in_(plot_ids),
            HarvestOverride.valid_from <= on,
            HarvestOverride.valid_until >= on,
        )
        .order_by(HarvestOverride.id)
        .limit(MANY)
    )
    return [
        Permission(found.plot_id, found.valid_from, found.valid_until, frozenset(found.spray_entry_ids))
        for found in db.session.scalars(statement)
    ]


def harvest_overrides_of(plot_id: uuid.UUID, harvested_on: date, *, limit: int = 20) -> list[HarvestOverride]:
    """The permissions of officers that a harvest of this plot on that day could rest on, for the public record."""
    statement = (
        select(HarvestOverride)
        .options(joinedload(HarvestOverride.granter))
        .where(
            HarvestOverride.plot_id == plot_id,
            HarvestOverride.valid_from <= harvested_on,
            HarvestOverride.valid_until >= harvested_on,
        )
        .order_by(HarvestOverride.granted_at, HarvestOverride.id)
        .limit(limit)
    )
    return list(db.session.scalars(statement))


def all_harvest_overrides() -> Select[HarvestOverride]:
    """Every permission, newest first, with its plot and who granted it."""
    return (
        select(HarvestOverride)
        .options(joinedload(HarvestOverride.granter), joinedload(HarvestOverride.plot).joinedload(Plot.producer))
        .order_by(HarvestOverride.granted_at.desc(), HarvestOverride.id.desc())
    )


def overrides_of_plot(plot_id: uuid.UUID, *, limit: int = 20) -> list[HarvestOverride]:
    """The permissions for one plot, newest first."""
    return list(db.session.scalars(all_harvest_overrides().where(HarvestOverride.plot_id == plot_id).limit(limit)))


def whole_entry() -> tuple[_AbstractLoad, ...]:
    """What has to be loaded with an entry so that a page can show it."""
    return (
        joinedload(DiaryEntry.operator),
        joinedload(DiaryEntry.equipment),
        joinedload(DiaryEntry.plant_protection_list),
        joinedload(DiaryEntry.recorder),
        selectinload(DiaryEntry.inputs).joinedload(InputUse.receipt).selectinload(InputReceipt.ingredients),
    )


def find_last_entry(plot_id: uuid.UUID, activity: str) -> DiaryEntry | None:
    """The newest entry of an activity on a plot that stands, or None."""
    return db.session.scalars(entries_of(plot_id).where(DiaryEntry.activity == activity).limit(1)).first()
