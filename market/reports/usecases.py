"""Writes of reports: asking for one. A worker writes it, or whoever asked while they wait (see `running`)."""

import uuid
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from core.accounts import Actor
from core.db import after_commit, db
from core.errors import NotFound
from core.i18n import current_locale
from core.jobs import enqueue
from market.reports.models import Report, ReportFormat, ReportKind
from market.reports.sources import Scope, source_of
from market.reports.tasks import write


def request_report(
    *,
    actor: Actor,
    kind: ReportKind,
    owner_id: uuid.UUID,
    first_day: date,
    last_day: date,
    file_format: ReportFormat,
) -> Report:
    """Ask for a report as a file, in the language of the current reader.

    A long one is written by a worker after the commit; a short one the caller writes (`write_report`). Asking again
    while the same is being written gives that one. Raises NotFound for what the actor may not read, Invalid for days
    that cannot be reported.
    """
    source = source_of(kind)
    if actor.user_id is None:
        raise NotFound
    subject = source.subject_of(actor, owner_id)
    source.check_days(first_day, last_day)
    key = {
        "requested_by": actor.user_id,
        "kind": kind,
        "owner_id": owner_id,
        "first_day": first_day,
        "last_day": last_day,
        "file_format": file_format,
        "locale": current_locale(),
    }
    values = {
        "total_count": source.count_rows(Scope(owner_id, first_day, last_day)),
        "subject": subject.name,
        "file_name": f"{subject.file_stem}-{first_day:%Y%m%d}-{last_day:%Y%m%d}.{file_format}",
    }
    while True:  # the other one may finish between the two questions
        report = _begin(key | values) or _running(key)
        if report is not None:
            return report


def is_short(report: Report) -> bool:
    """Whether the file is written while its reader waits."""
    return report.total_count <= source_of(report.kind).most_at_once


def _begin(values: dict[str, Any]) -> Report | None:
    """A new report; None when the same is being written, after waiting for whoever is just asking for it."""
    statement = insert(Report).values(values).on_conflict_do_nothing().returning(Report)
    report: Report | None = db.session.scalar(statement)
    if report is not None and not is_short(report):
        report_id = str(report.id)
        after_commit(lambda: enqueue(write, report_id))
    return report


def _running(key: dict[str, Any]) -> Report | None:
    found: Report | None = db.session.scalar(select(Report).filter_by(**key, finished_at=None))
    return found
