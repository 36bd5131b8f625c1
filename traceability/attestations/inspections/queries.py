"""Reads of inspections."""

import uuid
from collections.abc import Collection, Mapping
from datetime import date
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import joinedload, selectinload

from catalog.producers.models import ProducerMember
from core.accounts import Actor
from core.db import db
from core.errors import NotFound
from traceability.attestations.checklists.models import ChecklistItem
from traceability.attestations.inspections.models import CorrectiveAction, Finding, Inspection
from traceability.attestations.inspections.policies import may_inspect
from traceability.attestations.self_checks.models import Answer, SelfCheck, SelfCheckStatus
from traceability.attestations.self_checks.queries import Sheet, find_self_check
from traceability.attestations.self_checks.rules import Score, score_of

_STATES: Mapping[str, tuple[SelfCheckStatus, ...]] = {
    "waiting": (SelfCheckStatus.SUBMITTED,),
    "open": (SelfCheckStatus.UNDER_INSPECTION,),
    "corrections": (SelfCheckStatus.CORRECTIONS,),
    "closed": (SelfCheckStatus.PASSED, SelfCheckStatus.FAILED),
}
STATES = tuple(_STATES)


def self_checks_to_inspect(actor: Actor, state: str) -> Select[SelfCheck]:
    """Self-checks in one of STATES, who waits longest first; not those of the actor's own producers.

    A statement to page.
    """
    own = select(ProducerMember.producer_id).where(ProducerMember.user_id == actor.user_id)
    return (
        select(SelfCheck)
        .options(joinedload(SelfCheck.producer), joinedload(SelfCheck.checklist), selectinload(SelfCheck.plots))
        .where(SelfCheck.status.in_(_STATES[state]), SelfCheck.producer_id.not_in(own))
        .order_by(SelfCheck.submitted_at, SelfCheck.id)
    )


def count_by_state(actor: Actor) -> Mapping[str, int]:
    """How many self-checks stand in each of STATES; not those of the actor's own producers."""
    own = select(ProducerMember.producer_id).where(ProducerMember.user_id == actor.user_id)
    statement = (
        select(SelfCheck.status, func.count())
        .where(SelfCheck.producer_id.not_in(own), SelfCheck.status != SelfCheckStatus.DRAFT)
        .group_by(SelfCheck.status)
    )
    counted = {SelfCheckStatus(status): count for status, count in db.session.execute(statement)}
    return {name: sum(counted.get(status, 0) for status in states) for name, states in _STATES.items()}


def get_self_check_to_inspect(actor: Actor, self_check_id: uuid.UUID, *, lock: bool = False) -> SelfCheck:
    """A self-check that was handed in; raises NotFound for a draft, and for one that the actor may not inspect."""
    self_check = find_self_check(self_check_id, lock=lock)
    if self_check is None or self_check.status == SelfCheckStatus.DRAFT or not may_inspect(actor, self_check):
        raise NotFound
    return self_check


def inspections_of(self_check_id: uuid.UUID) -> list[Inspection]:
    """The inspections of a self-check with their inspectors, the last one first."""
    statement = (
        select(Inspection)
        .options(joinedload(Inspection.inspector))
        .where(Inspection.self_check_id == self_check_id)
        .order_by(Inspection.number.desc())
        .limit(99)
    )
    return list(db.session.scalars(statement))


def findings_of(inspection_id: uuid.UUID) -> Mapping[uuid.UUID, Finding]:
    """The findings of an inspection by item."""
    statement = select(Finding).where(Finding.inspection_id == inspection_id).limit(500)
    return {finding.item_id: finding for finding in db.session.scalars(statement)}


def actions_of(inspection_id: uuid.UUID) -> Mapping[uuid.UUID, CorrectiveAction]:
    """The corrective actions of an inspection by item."""
    statement = select(CorrectiveAction).where(CorrectiveAction.inspection_id == inspection_id).limit(500)
    return {action.item_id: action for action in db.session.scalars(statement)}


class Fault(NamedTuple):
    """Something that did not conform at an inspection that is closed, and what was asked for."""

    inspection: Inspection
    item: ChecklistItem
    finding: Finding
    action: CorrectiveAction | None


def faults_of(self_check_id: uuid.UUID, *, limit: int = 500) -> list[Fault]:
    """What did not conform at the closed inspections of a self-check, the last one first; at most `limit`."""
    statement = (
        select(Inspection, ChecklistItem, Finding, CorrectiveAction)
        .join(Finding, Finding.inspection_id == Inspection.id)
        .join(ChecklistItem, ChecklistItem.id == Finding.item_id)
        .outerjoin(
            CorrectiveAction,
            and_(CorrectiveAction.inspection_id == Finding.inspection_id, CorrectiveAction.item_id == Finding.item_id),
        )
        .where(
            Inspection.self_check_id == self_check_id, Inspection.closed_at.is_not(None), Finding.verdict == Answer.NO
        )
        .order_by(Inspection.number.desc(), ChecklistItem.position)
        .limit(limit)
    )
    return [Fault(*row) for row in db.session.execute(statement)]


def score_of_findings(sheet: Sheet, findings: Mapping[uuid.UUID, Finding]) -> Score:
    """The score of an inspection by the rule of the checklist's version."""
    checklist = sheet.self_check.checklist
    verdicts = {row.code: Answer(findings[row.item.id].verdict) for row in sheet.rows if row.item.id in findings}
    return score_of(
        sheet.levels,
        verdicts,
        required_percent_a=checklist.required_percent_a,
        required_percent_b=checklist.required_percent_b,
    )


class OpenAction(NamedTuple):
    """A corrective action that a producer still has to report, with what it is about."""

    action: CorrectiveAction
    item: ChecklistItem
    self_check: SelfCheck

    def days_left(self, today: date) -> int:
        """Days until it is due; below zero when it is overdue."""
        return (self.action.due_on - today).days


def open_actions_of(producer_ids: Collection[uuid.UUID], *, limit: int = 100) -> list[OpenAction]:
    """What these producers still have to mend, the most urgent first; at most `limit`."""
    return _open_actions(SelfCheck.producer_id.in_(producer_ids), limit=limit)


def actions_due_until(day: date, *, limit: int) -> list[OpenAction]:
    """What anybody has to mend until the end of `day`, the most urgent first; at most `limit`."""
    return _open_actions(CorrectiveAction.due_on <= day, limit=limit)


def _open_actions(condition: ColumnElement[bool], *, limit: int) -> list[OpenAction]:
    statement = (
        select(CorrectiveAction, ChecklistItem, SelfCheck)
        .join(Inspection, Inspection.id == CorrectiveAction.inspection_id)
        .join(SelfCheck, SelfCheck.id == Inspection.self_check_id)
        .join(ChecklistItem, ChecklistItem.id == CorrectiveAction.item_id)
        .options(joinedload(SelfCheck.producer))
        .where(
            condition,
            CorrectiveAction.reported_at.is_(None),
            SelfCheck.status == SelfCheckStatus.CORRECTIONS,
            Inspection.number == SelfCheck.inspection_count,
        )
        .order_by(CorrectiveAction.due_on, CorrectiveAction.id)
        .limit(limit)
    )
    return [OpenAction(*row) for row in db.session.execute(statement)]
