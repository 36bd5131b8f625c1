"""What disputes do upon their own news."""

from sqlalchemy import select

from core.accounts import User
from core.accounts.models import Role
from core.db import db
from core.mail import request_mail
from core.money import format_vnd
from market.disputes.events import DisputeChanged
from market.disputes.models import Dispute
from market.payments.policies import OFFICERS

MOST_RECIPIENTS = 50


def mail_officers(event: DisputeChanged) -> None:
    """Tell who looks after payments: a dispute that nobody answers in time is lost."""
    dispute = db.session.get(Dispute, event.dispute_id)
    if dispute is None:
        return
    for officer in _officers():
        request_mail(
            template="dispute_changed",
            recipient=str(officer.email),
            locale=officer.locale,
            context={
                "name": officer.display_name,
                "stage": event.stage,
                "amount": format_vnd(dispute.amount_vnd, officer.locale),
                "path": f"/payments/disputes/{dispute.id}",
            },
        )


def _officers() -> list[User]:
    names = [str(name) for name in OFFICERS]
    return list(
        db.session.scalars(
            select(User)
            .where(User.roles.any(Role.name.in_(names)), User.email.is_not(None), User.active)
            .order_by(User.id)
            .limit(MOST_RECIPIENTS)
        )
    )
