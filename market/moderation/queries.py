"""Reading reported content."""

import uuid
from collections.abc import Sequence

from sqlalchemy import Select, func, select
from sqlalchemy.orm import selectinload

from core.accounts import Actor
from core.db import db
from core.errors import NotFound
from market.moderation.contents import Content, find_contents
from market.moderation.models import CaseStatus, ContentKind, ModerationCase
from market.moderation.policies import may_moderate


def cases_in(status: CaseStatus) -> Select[ModerationCase]:
    """The cases in one state: what waits longest comes first, what is decided last."""
    waits = status == CaseStatus.OPEN
    order = (ModerationCase.changed_at, ModerationCase.id)
    return (
        select(ModerationCase)
        .where(ModerationCase.status == status)
        .options(selectinload(ModerationCase.reports))
        .order_by(*(order if waits else (column.desc() for column in order)))
    )


def count_cases() -> dict[CaseStatus, int]:
    """How many cases are in each state."""
    rows = db.session.execute(select(ModerationCase.status, func.count()).group_by(ModerationCase.status))
    found = {CaseStatus(status): count for status, count in rows}
    return {status: found.get(status, 0) for status in CaseStatus}


def contents_of(cases: Sequence[ModerationCase]) -> dict[uuid.UUID, Content]:
    """What each case is about, by the case's id."""
    found = find_contents((case.content_kind, case.content_id) for case in cases)
    keys = {case.id: (ContentKind(case.content_kind), case.content_id) for case in cases}
    return {case_id: found[key] for case_id, key in keys.items() if key in found}


def get_case(actor: Actor, case_id: uuid.UUID) -> tuple[ModerationCase, Content]:
    """A case with its reports and decisions, and what it is about. Raises NotFound, also for who may not moderate."""
    case = db.session.scalars(
        select(ModerationCase)
        .where(ModerationCase.id == case_id)
        .options(selectinload(ModerationCase.reports), selectinload(ModerationCase.decisions))
        .execution_options(populate_existing=True)
    ).one_or_none()
    content = contents_of([case]).get(case.id) if case is not None else None
    if case is None or content is None or not may_moderate(actor):
        raise NotFound
    return case, content


def get_content(kind: ContentKind, content_id: uuid.UUID) -> Content:
    """What everybody can read under this id. Raises NotFound, also for what is hidden."""
    content = find_contents([(kind, content_id)]).get((kind, content_id))
    if content is None or content.hidden_at is not None:
        raise NotFound
    return content


def find_reason(kind: ContentKind, content_id: uuid.UUID) -> str | None:
    """Why this is hidden, or None when it is not."""
    reason: str | None = db.session.scalar(
        select(ModerationCase.reason).where(
            ModerationCase.content_kind == kind,
            ModerationCase.content_id == content_id,
            ModerationCase.status == CaseStatus.HIDDEN,
        )
    )
    return reason
