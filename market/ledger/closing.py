"""Closing a month: from then on nothing is booked in it, nor in any month before."""

from datetime import date

import structlog
from sqlalchemy import func, select

from core.accounts import Actor
from core.db import db, utc_now
from core.errors import Conflict
from core.i18n import lazy_gettext as _l
from core.i18n import local_today
from market.ledger.audit import audit_ledger
from market.ledger.models import LedgerMonthClose
from market.ledger.policies import require_bookkeeper
from market.ledger.queries import find_month_close, next_month_to_close
from market.ledger.rules import month_of

_CLOSING = "ledger_month_close"
"""Name of the lock that everybody who enters something holds together (see the trigger), and who closes alone."""
log = structlog.get_logger("ledger")


def close_month(*, actor: Actor, month: date) -> LedgerMonthClose:
    """Close the month that begins on `month`; once it is closed, the same again changes nothing.

    Waits for entries that are being made. Raises NotFound for everybody but administrators; Conflict while the month
    is not over or an earlier one is open, and when the check of the ledger finds a fault.
    """
    require_bookkeeper(actor)
    db.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(_CLOSING, 0))))
    month = month_of(month)
    close = find_month_close(month)
    if close is not None:
        return close
    due = next_month_to_close(local_today(utc_now()))
    if due is None or due < month:
        raise Conflict(_l("This month cannot be closed yet: it is not over, or an earlier one is still open."))
    if due > month:
        raise Conflict(_l("This month is closed already, with a later one."))
    audit = audit_ledger()
    if not audit.is_sound:
        log.error(
            "month not closed: the ledger is off", month=str(month), faults=[str(fault) for fault in audit.faults]
        )
        raise Conflict(_l("The ledger is off. Mend what the check names, then close the month."))
    close = LedgerMonthClose(month=month, closed_by=actor.user_id)
    db.session.add(close)
    db.session.flush()
    return close
