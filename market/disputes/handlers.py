"""What disputes do upon their own news."""

from core.accounts.queries import users_to_mail
from core.db import db
from core.mail import mail_user
from core.money import format_vnd
from market.disputes.events import DisputeChanged
from market.disputes.models import Dispute
from market.payments.policies import OFFICERS


def mail_officers(event: DisputeChanged) -> None:
    """Tell who looks after payments: a dispute that nobody answers in time is lost."""
    dispute = db.session.get(Dispute, event.dispute_id)
    if dispute is None:
        return
    for officer in users_to_mail(OFFICERS):
        mail_user(
            officer,
            "dispute_changed",
            stage=event.stage,
            amount=format_vnd(dispute.amount_vnd, officer.locale),
            path=f"/payments/disputes/{dispute.id}",
        )
