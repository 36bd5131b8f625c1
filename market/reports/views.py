"""Pages of reports: ask for one, see how far it is, fetch it."""

import uuid

import structlog
from flask import Blueprint, Response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from core.accounts import current_actor
from core.db import atomic
from core.errors import Invalid
from core.i18n import lazy_gettext as _l
from core.storage import private_storage
from core.web.access import roles
from core.web.files import work_file
from market.reports.forms import ReportForm
from market.reports.models import Report, ReportFormat, ReportKind
from market.reports.policies import READERS
from market.reports.queries import get_report, reports_asked_by, scope_of
from market.reports.running import write_report
from market.reports.sources import source_of
from market.reports.usecases import is_short, request_report

blueprint = Blueprint("reports", __name__, url_prefix="/reports")
log = structlog.get_logger("reports")


@blueprint.get("")
@roles(*READERS)
def index() -> ResponseReturnValue:
    """The files that the reader asked for, newest first."""
    return render_template("market/reports/index.html", reports=reports_asked_by(current_actor()), source_of=source_of)


@blueprint.post("")
@roles(*READERS)
def ask() -> ResponseReturnValue:
    """Ask for a report: a short one is the answer, of a long one the page that shows its progress."""
    form = ReportForm()
    if not form.validate():
        raise Invalid(_l("This file cannot be made. Please go back and choose the days again."))
    assert form.first_day.data is not None and form.last_day.data is not None
    with atomic():
        report = request_report(
            actor=current_actor(),
            kind=ReportKind(form.kind.data),
            owner_id=uuid.UUID(form.owner_id.data),
            first_day=form.first_day.data,
            last_day=form.last_day.data,
            file_format=ReportFormat(form.file_format.data),
        )
    return _lead_to(report)


@blueprint.get("/<uuid:report_id>")
@roles(*READERS)
def detail(report_id: uuid.UUID) -> ResponseReturnValue:
    """How far a report is; while it is written, the page comes again by itself."""
    report = get_report(current_actor(), report_id)
    source = source_of(report.kind)
    page = render_template(
        "market/reports/detail.html", report=report, title=source.title, page=source.page_of(scope_of(report))
    )
    response = Response(page)
    response.cache_control.no_store = True
    return response


@blueprint.get("/<uuid:report_id>/file")
@roles(*READERS)
def file(report_id: uuid.UUID) -> ResponseReturnValue:
    """The file of a report, to those who may read the figures."""
    report = get_report(current_actor(), report_id)
    return work_file(report, private_storage(), name=report.file_name)


@blueprint.post("/<uuid:report_id>/again")
@roles(*READERS)
def again(report_id: uuid.UUID) -> ResponseReturnValue:
    """Ask for the same once more, after it failed or the file went."""
    actor = current_actor()
    with atomic():
        before = get_report(actor, report_id)
        report = request_report(
            actor=actor,
            kind=ReportKind(before.kind),
            owner_id=before.owner_id,
            first_day=before.first_day,
            last_day=before.last_day,
            file_format=ReportFormat(before.file_format),
        )
    return _lead_to(report)


def _lead_to(report: Report) -> ResponseReturnValue:
    """Write a short report and go to its file; where that does not come about, to the page that tells how far it is.

    The file has an address of its own, for some phones fetch a file once more by themselves, and then never by POST.
    """
    if is_short(report):
        try:
            write_report(report_id=report.id, storage=private_storage(), is_awaited=True)
        except Exception:  # the sweep by the clock lets a worker try again, and the page tells of it
            log.exception("report could not be written at once", report_id=str(report.id))
    ready = get_report(current_actor(), report.id).is_ready
    return redirect(url_for("reports.file" if ready else "reports.detail", report_id=report.id), code=303)
