"""Warnings of deadlines: who has to decide, or to report, hears of it before and after."""

from datetime import datetime

from sqlalchemy import select

from catalog.producers.models import ProducerMember
from core.accounts import RoleName, User
from core.accounts.models import Role
from core.db import db
from core.mail import request_mail
from core.web.templating import local_time
from traceability.recalls import rules
from traceability.recalls.models import Recall, RecallStatus

MOST_RECALLS = 200


def warn_of_deadlines(*, now: datetime) -> int:
    """Mail each warning that is due at `now` once; returns how many recalls were warned about."""
    open_recalls = db.session.scalars(
        select(Recall)
        .where(Recall.status.in_((RecallStatus.PROPOSED, RecallStatus.ACTIVE)))
        .order_by(Recall.id)
        .limit(MOST_RECALLS)
        .with_for_update(of=Recall, skip_locked=True)
    ).all()
    return sum(_warn(recall, now) for recall in open_recalls)


def _warn(recall: Recall, now: datetime) -> bool:
    if recall.status == RecallStatus.PROPOSED:
        alert, given = rules.decision_warning(recall.proposed_at, now), recall.decision_warning
        due, readers = rules.decision_due(recall.proposed_at), _officers()
    else:
        assert recall.decided_at is not None
        alert, given = rules.report_warning(recall.decided_at, now), recall.report_warning
        due, readers = rules.report_due(recall.decided_at), _members(recall)
    if alert is None or alert == given:
        return False
    if recall.status == RecallStatus.PROPOSED:
        recall.decision_warning = alert
    else:
        recall.report_warning = alert
    for user in readers:
        if user.email is not None:
            request_mail(
                template="recall_deadline",
                recipient=user.email,
                locale=user.locale,
                context={
                    "name": user.display_name,
                    "number": recall.number,
                    "is_decision": recall.status == RecallStatus.PROPOSED,
                    "is_overdue": alert == rules.Alert.OVERDUE,
                    "due": local_time(due),
                    "path": f"/farm/recalls/{recall.id}",
                },
            )
    return True


def _officers() -> list[User]:
    names = (RoleName.PROVINCE_OFFICER, RoleName.ADMINISTRATOR)
    statement = select(User).where(User.active, User.roles.any(Role.name.in_(names))).order_by(User.id).limit(100)
    return list(db.session.scalars(statement))


def _members(recall: Recall) -> list[User]:
    statement = (
        select(User)
        .join(ProducerMember, ProducerMember.user_id == User.id)
        .where(ProducerMember.producer_id == recall.producer_id, User.active)
        .order_by(User.id)
        .limit(100)
    )
    return list(db.session.scalars(statement))
