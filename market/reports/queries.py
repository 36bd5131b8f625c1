"""Reading reports."""

import uuid

from sqlalchemy import select

from core.accounts import Actor
from core.db import db
from core.errors import NotFound
from market.reports.models import Report
from market.reports.policies import require_reader
from market.reports.sources import Scope


def get_report(actor: Actor, report_id: uuid.UUID) -> Report:
    """The report as it is now. Raises NotFound, also for somebody else's."""
    report = db.session.get(Report, report_id, populate_existing=True)
    if report is None:
        raise NotFound
    require_reader(actor, report)
    return report


def reports_asked_by(actor: Actor, *, limit: int = 20) -> list[Report]:
    """The newest reports that `actor` asked for."""
    statement = select(Report).where(Report.requested_by == actor.user_id).order_by(Report.id.desc()).limit(limit)
    return list(db.session.scalars(statement))


def scope_of(report: Report) -> Scope:
    """What the report is about."""
    return Scope(report.owner_id, report.first_day, report.last_day)
