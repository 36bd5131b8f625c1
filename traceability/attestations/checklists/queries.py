"""Reads of checklists."""

import uuid
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import distinct_on

from core.db import db
from core.errors import NotFound
from traceability.attestations.checklists.models import Checklist, ChecklistItem


def checklists_in_force(*, on: date, limit: int = 50) -> list[Checklist]:
    """The newest version in force on that day of each standard, by standard; at most `limit`."""
    statement = (
        select(Checklist)
        .ext(distinct_on(Checklist.standard))
        .where(Checklist.in_force_from <= on, or_(Checklist.in_force_until.is_(None), Checklist.in_force_until >= on))
        .order_by(Checklist.standard, Checklist.in_force_from.desc(), Checklist.id.desc())
        .limit(limit)
    )
    return list(db.session.scalars(statement))


def get_checklist(checklist_id: uuid.UUID) -> Checklist:
    """The checklist. Raises NotFound."""
    checklist = db.session.get(Checklist, checklist_id)
    if checklist is None:
        raise NotFound
    return checklist


def items_of(checklist_id: uuid.UUID, *, with_groups: bool) -> list[ChecklistItem]:
    """The items of a checklist in their order; those for groups of members only `with_groups`."""
    statement = select(ChecklistItem).where(ChecklistItem.checklist_id == checklist_id).order_by(ChecklistItem.position)
    if not with_groups:
        statement = statement.where(ChecklistItem.scope == "all")
    return list(db.session.scalars(statement.limit(500)))
