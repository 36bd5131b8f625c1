"""Who hears of a ledger that is off."""

import structlog
from sqlalchemy import select

from core.accounts import RoleName, User
from core.accounts.models import Role
from core.db import db
from core.mail import request_mail
from market.ledger.audit import Audit, audit_ledger

MOST_MAILS = 100
log = structlog.get_logger("ledger")


def warn_if_off() -> Audit:
    """Check the ledger; when it is off, log what is wrong and mail every administrator."""
    audit = audit_ledger()
    if audit.is_sound:
        log.info("the ledger is sound")
        return audit
    faults = [str(fault) for fault in audit.faults]
    log.error("the ledger is off", total_vnd=audit.total_vnd, faults=faults)
    administrators = select(User).where(User.active, User.roles.any(Role.name == RoleName.ADMINISTRATOR))
    for user in db.session.scalars(administrators.order_by(User.id).limit(MOST_MAILS)):
        if user.email is not None:
            request_mail(
                template="ledger_off",
                recipient=user.email,
                locale=user.locale,
                context={"name": user.display_name, "faults": faults, "path": "/ledger"},
            )
    return audit
