"""Loading checklists."""

from pathlib import Path
from typing import NamedTuple

from sqlalchemy import func, select

from core.db import db
from core.errors import Conflict
from traceability.attestations.checklists.models import Checklist, ChecklistItem
from traceability.attestations.checklists.rules import ChecklistData, read_checklist

REFERENCE = Path(__file__).with_name("reference_checklist.json")
_LOCK = 0xC4EC
"""Key of the advisory lock that keeps two imports apart."""


class Imported(NamedTuple):
    """The checklist, and whether it is new."""

    checklist: Checklist
    is_new: bool


def import_checklist(data: ChecklistData) -> Imported:
    """Add a version of a checklist; the same content twice changes nothing.

    Self-checks that run keep the version they began with. Raises Conflict when the version is there with other
    content: what somebody was inspected by does not change afterwards.
    """
    db.session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    known = db.session.scalar(
        select(Checklist).where(Checklist.standard == data.standard, Checklist.version == data.version)
    )
    if known is not None:
        if known.digest != data.digest:
            raise Conflict(
                f"{data.standard}, version {data.version} is there already with other content: give it a new version"
            )
        return Imported(known, False)
    head = data.model_dump(exclude={"required_percent", "groups", "items"})
    checklist = Checklist(
        **head,
        required_percent_a=data.required_percent.A,
        required_percent_b=data.required_percent.B,
        digest=data.digest,
    )
    db.session.add(checklist)
    db.session.flush()
    groups = {group.code: group for group in data.groups}
    for position, item in enumerate(data.items, start=1):
        group = groups[item.group]
        db.session.add(
            ChecklistItem(
                checklist_id=checklist.id,
                position=position,
                code=item.code,
                group_code=group.code,
                group_vi=group.vi,
                group_en=group.en,
                level=item.level,
                scope=item.scope,
                title_vi=item.vi,
                title_en=item.en,
                evidence=[str(kind) for kind in item.evidence],
                diary_activities=item.diary_activities,
                frequency_vi=item.frequency.vi,
                frequency_en=item.frequency.en,
            )
        )
    db.session.flush()
    return Imported(checklist, True)


def import_reference_checklist() -> Imported:
    """Add the checklist that comes with the site, which is a sample."""
    return import_checklist(read_checklist(REFERENCE.read_text()))
