"""Reporting what somebody wrote, and deciding about it."""

import uuid
from typing import Final

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from core.accounts import Actor
from core.db import db, new_id, utc_now
from core.errors import Conflict, Invalid, NotFound
from core.i18n import lazy_gettext as _l
from core.outbox import publish
from market.moderation.contents import find_contents, source_of
from market.moderation.events import ContentModerated
from market.moderation.models import (
    CaseStatus,
    ContentKind,
    ContentReport,
    Decision,
    ModerationCase,
    ModerationDecision,
    ReportReason,
)
from market.moderation.policies import may_decide
from market.moderation.queries import get_content
from market.moderation.rules import checked_words, status_after, status_after_report

LONGEST_NOTE: Final = 500
SHORTEST_REASON: Final = 10


def report_content(
    *, actor: Actor, kind: ContentKind, content_id: uuid.UUID, reason: str, note: str | None = None
) -> ModerationCase:
    """Report something that everybody can read; whoever is signed in and reports it again changes nothing.

    Raises NotFound for what is not there or hidden, Invalid (with `field`).
    """
    get_content(kind, content_id)
    if reason not in set(ReportReason):
        raise Invalid(_l("Choose what is wrong."), field="reason")
    words = checked_words(note, field="note", shortest=0, longest=LONGEST_NOTE) or None
    db.session.execute(
        insert(ModerationCase)
        .values(id=new_id(), content_kind=kind, content_id=content_id, status=CaseStatus.OPEN, changed_at=utc_now())
        .on_conflict_do_nothing()
    )
    case = db.session.scalars(
        select(ModerationCase)
        .where(ModerationCase.content_kind == kind, ModerationCase.content_id == content_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    is_new = db.session.scalar(
        insert(ContentReport)
        .values(case_id=case.id, reason=ReportReason(reason), note=words, reporter_id=actor.user_id)
        .on_conflict_do_nothing()
        .returning(ContentReport.id)
    )
    after = status_after_report(case.status)
    if is_new is not None and after != case.status:
        case.status, case.changed_at = after, utc_now()
    db.session.flush()
    return case


def moderate(*, actor: Actor, case_id: uuid.UUID, decision: Decision, reason: str | None = None) -> ModerationCase:
    """Hide reported content (with the reason that its author is told), keep it, or show it again.

    Raises NotFound when it is not the actor's to decide; Invalid (with `field`); Conflict when it was decided
    meanwhile.
    """
    case = db.session.get(ModerationCase, case_id, with_for_update=True, populate_existing=True)
    if case is None or actor.user_id is None:
        raise NotFound
    kind = ContentKind(case.content_kind)
    content = find_contents([(kind, case.content_id)]).get((kind, case.content_id))
    if content is None or not may_decide(actor, content):
        raise NotFound
    after = status_after(case.status, decision)
    if after is None:
        raise Conflict
    shortest = SHORTEST_REASON if decision == Decision.HIDE else 0
    words = checked_words(reason, field="reason", shortest=shortest, longest=LONGEST_NOTE)
    made = ModerationDecision(
        id=new_id(), case_id=case.id, decision=decision, reason=words, decided_by=actor.user_id, decided_at=utc_now()
    )
    db.session.add(made)
    was_hidden, case.status, case.changed_at = case.status == CaseStatus.HIDDEN, after, made.decided_at
    if decision == Decision.HIDE:
        case.reason = words
    is_hidden = after == CaseStatus.HIDDEN
    if is_hidden != was_hidden:
        row = db.session.get_one(source_of(kind).model, case.content_id, with_for_update=True)
        row.hidden_at = made.decided_at if is_hidden else None
        publish(ContentModerated(decision_id=made.id))
    db.session.flush()
    return case
