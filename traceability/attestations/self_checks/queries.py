"""Reads of self-checks."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from core.accounts import Actor
from core.db import db
from core.errors import NotFound
from traceability.attestations.checklists.models import ChecklistItem, Level
from traceability.attestations.checklists.queries import items_of
from traceability.attestations.files.models import PrivateFile
from traceability.attestations.self_checks.models import (
    Answer,
    SelfCheck,
    SelfCheckAnswer,
    SelfCheckEvidence,
)
from traceability.attestations.self_checks.policies import may_fill_in
from traceability.attestations.self_checks.rules import Progress, progress_of
from traceability.diary.entry_models import DiaryEntry
from traceability.diary.entry_queries import in_force, newer_than, whole_entry

SEASON: Final = timedelta(days=365)
"""How far back entries of the diary are offered as evidence: one year of a crop that is picked once a year."""
MOST_OFFERED: Final = 60
"""Entries that are offered for one item."""


@dataclass(frozen=True)
class Row:
    """One item of a self-check with what was answered and shown."""

    item: ChecklistItem
    answer: SelfCheckAnswer | None
    evidence: Sequence[SelfCheckEvidence] = ()

    @property
    def code(self) -> str:
        """The item's code, for the rules."""
        return self.item.code


@dataclass(frozen=True)
class Group:
    """A chapter of a self-check."""

    code: str
    title_vi: str
    title_en: str
    rows: list[Row] = field(default_factory=list)

    @property
    def answered(self) -> int:
        """How many of its items have an answer."""
        return sum(row.answer is not None for row in self.rows)


class Sheet(NamedTuple):
    """A self-check with its items in chapters."""

    self_check: SelfCheck
    groups: list[Group]
    corrections: Mapping[uuid.UUID, Sequence[DiaryEntry]]
    """What corrected the entries that are shown as evidence, by their id, oldest first."""

    @property
    def rows(self) -> list[Row]:
        """All items in their order."""
        return [row for group in self.groups for row in group.rows]

    @property
    def levels(self) -> dict[str, Level]:
        """How much each item weighs, by its code."""
        return {row.code: Level(row.item.level) for row in self.rows}

    @property
    def progress(self) -> Progress:
        """How far it is."""
        answers = {
            row.code: (Answer(row.answer.answer), row.answer.note) for row in self.rows if row.answer is not None
        }
        return progress_of(self.levels, answers)

    def group(self, code: str) -> Group:
        """The chapter with that code. Raises NotFound."""
        for group in self.groups:
            if group.code == code:
                return group
        raise NotFound

    def row(self, code: str) -> Row:
        """The item with that code. Raises NotFound."""
        for row in self.rows:
            if row.code == code:
                return row
        raise NotFound


def get_self_check(actor: Actor, self_check_id: uuid.UUID, *, lock: bool = False) -> SelfCheck:
    """The self-check with producer, checklist and plots; locked when it is about to be changed.

    Raises NotFound when there is none or it is not the actor's.
    """
    self_check = find_self_check(self_check_id, lock=lock)
    if self_check is None or not may_fill_in(actor, self_check):
        raise NotFound
    return self_check


def find_self_check(self_check_id: uuid.UUID, *, lock: bool = False) -> SelfCheck | None:
    """The self-check, whosever it is: for those who have asked a policy, or are about to."""
    statement = (
        select(SelfCheck)
        .options(joinedload(SelfCheck.producer), joinedload(SelfCheck.checklist), selectinload(SelfCheck.plots))
        .where(SelfCheck.id == self_check_id)
    )
    if lock:
        statement = statement.with_for_update(of=SelfCheck).execution_options(populate_existing=True)
    return db.session.scalar(statement)


def sheet_of(self_check: SelfCheck) -> Sheet:
    """The self-check with all its items, answers and evidence."""
    answers = {
        answer.item_id: answer
        for answer in db.session.scalars(
            select(SelfCheckAnswer).where(SelfCheckAnswer.self_check_id == self_check.id).limit(500)
        )
    }
    evidence = evidence_by_item(self_check.id)
    groups: dict[str, Group] = {}
    for item in items_of(self_check.checklist_id, with_groups=self_check.is_group):
        group = groups.setdefault(item.group_code, Group(item.group_code, item.group_vi, item.group_en))
        group.rows.append(Row(item, answers.get(item.id), evidence.get(item.id, ())))
    shown = [one.entry_id for found in evidence.values() for one in found if one.entry_id is not None]
    return Sheet(self_check, list(groups.values()), newer_than(shown) if shown else {})


def evidence_by_item(self_check_id: uuid.UUID) -> Mapping[uuid.UUID, Sequence[SelfCheckEvidence]]:
    """The evidence of a self-check with its files and entries, oldest first, by item."""
    statement = (
        select(SelfCheckEvidence)
        .options(
            joinedload(SelfCheckEvidence.file),
            joinedload(SelfCheckEvidence.entry).options(joinedload(DiaryEntry.plot), *whole_entry()),
        )
        .where(SelfCheckEvidence.self_check_id == self_check_id)
        .order_by(SelfCheckEvidence.id)
        .limit(2000)
    )
    found: dict[uuid.UUID, list[SelfCheckEvidence]] = {}
    for evidence in db.session.scalars(statement):
        found.setdefault(evidence.item_id, []).append(evidence)
    return found


def files_to_choose_from(self_check: SelfCheck, item_id: uuid.UUID, *, limit: int = 30) -> list[PrivateFile]:
    """Files of the producer's self-checks that are not shown for this item yet, newest first.

    One paper often shows several things, and a weak signal should carry it once.
    """
    shown = select(SelfCheckEvidence.file_id).where(
        SelfCheckEvidence.self_check_id == self_check.id,
        SelfCheckEvidence.item_id == item_id,
        SelfCheckEvidence.file_id.is_not(None),
    )
    used = select(SelfCheckEvidence.file_id)
    statement = (
        select(PrivateFile)
        .where(
            PrivateFile.producer_id == self_check.producer_id, PrivateFile.id.in_(used), PrivateFile.id.not_in(shown)
        )
        .order_by(PrivateFile.id.desc())
        .limit(limit)
    )
    return list(db.session.scalars(statement))


def entries_to_show(
    self_check: SelfCheck, item: ChecklistItem, *, today: date, every_activity: bool = False, limit: int = MOST_OFFERED
) -> list[DiaryEntry]:
    """Entries of the season on the self-check's plots that could be evidence for an item, newest first.

    Those of the activities that the item names, or of any activity; only entries that stand, and that are not shown
    for the item yet.
    """
    shown = select(SelfCheckEvidence.entry_id).where(
        SelfCheckEvidence.self_check_id == self_check.id,
        SelfCheckEvidence.item_id == item.id,
        SelfCheckEvidence.entry_id.is_not(None),
    )
    statement = (
        select(DiaryEntry)
        .options(joinedload(DiaryEntry.plot), *whole_entry())
        .where(
            DiaryEntry.plot_id.in_([plot.id for plot in self_check.plots]),
            DiaryEntry.done_on.between(today - SEASON, today),
            DiaryEntry.id.not_in(shown),
            in_force(),
        )
        .order_by(DiaryEntry.done_on.desc(), DiaryEntry.id.desc())
        .limit(limit)
    )
    if not every_activity:
        statement = statement.where(DiaryEntry.activity.in_(item.diary_activities))
    return list(db.session.scalars(statement))


class SelfCheckRow(NamedTuple):
    """A self-check in a list, and how many of its items have an answer."""

    self_check: SelfCheck
    answered: int


def self_checks_of(producer_ids: Collection[uuid.UUID], *, limit: int = 50) -> list[SelfCheckRow]:
    """The self-checks of these producers with checklist and plots, newest first; at most `limit`."""
    answered = (
        select(func.count())
        .select_from(SelfCheckAnswer)
        .where(SelfCheckAnswer.self_check_id == SelfCheck.id)
        .scalar_subquery()
    )
    statement = (
        select(SelfCheck, answered)
        .options(joinedload(SelfCheck.checklist), joinedload(SelfCheck.producer), selectinload(SelfCheck.plots))
        .where(SelfCheck.producer_id.in_(producer_ids))
        .order_by(SelfCheck.id.desc())
        .limit(limit)
    )
    return [SelfCheckRow(self_check, count) for self_check, count in db.session.execute(statement)]
