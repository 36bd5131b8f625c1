"""Pages of reported problems: the public form and the reporter's own page, and the list for who answers."""

import uuid

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.accounts import RoleName, current_actor
from core.db import atomic
from core.errors import AppError
from core.i18n import current_locale
from core.i18n import gettext as _
from core.web.access import public, roles, secret_link
from core.web.paging import paginate, requested_page
from core.web.setup import limiter
from traceability.forms import show_error
from traceability.gs1.links import lot_uri
from traceability.lots.models import Lot
from traceability.lots.showing import product_name
from traceability.problem_reports.forms import KIND_NAMES, AnswerForm, ReportForm
from traceability.problem_reports.queries import get_report, get_report_by_token, reports_for
from traceability.problem_reports.usecases import answer_problem, get_reportable_lot, report_problem

blueprint = Blueprint("problem_reports", __name__)
REPORTS_OF_AN_ADDRESS = "5/minute;30/day"
ANSWERING = (RoleName.PRODUCER_MEMBER, RoleName.PROVINCE_OFFICER, RoleName.ADMINISTRATOR)


@blueprint.route("/problems/new/<string(length=14):gtin>/<path:lot_number>", methods=["GET", "POST"])
@limiter.limit(REPORTS_OF_AN_ADDRESS, methods=["POST"])
@public
def new(gtin: str, lot_number: str) -> ResponseReturnValue:
    """Report a problem with a lot, without an account."""
    lot = get_reportable_lot(gtin, lot_number)
    form = ReportForm()
    if form.validate_on_submit():
        try:
            with atomic():
                token = report_problem(
                    gtin=gtin,
                    lot_number=lot_number,
                    kind=form.kind.data,
                    description=form.description.data or "",
                    contact=form.contact.data,
                    serial=request.args.get("serial"),
                    locale=current_locale(),
                ).token
        except AppError as error:
            show_error(form, error)
        else:
            return redirect(url_for("problem_reports.own", token=token), code=303)
    page = render_template(
        "traceability/problem_reports/new.html", form=form, lot=lot, name=product_name(lot.product), record=_record(lot)
    )
    return page, 422 if form.errors else 200


@blueprint.get("/problems/<string(length=43):token>")
@secret_link
def own(token: str) -> ResponseReturnValue:
    """What became of a report, for who made it and kept the link."""
    report = get_report_by_token(token)
    response = make_response(
        render_template(
            "traceability/problem_reports/own.html",
            report=report,
            name=product_name(report.lot.product),
            record=_record(report.lot),
            kind_names=KIND_NAMES,
        )
    )
    response.cache_control.no_store = True
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@blueprint.get("/problem-reports")
@roles(*ANSWERING)
def index() -> ResponseReturnValue:
    """The reports that the reader may answer, unanswered ones first."""
    page = paginate(reports_for(current_actor()), page=requested_page(), per_page=20)
    return render_template(
        "traceability/problem_reports/index.html", page=page, kind_names=KIND_NAMES, product_name=product_name
    )


@blueprint.route("/problem-reports/<uuid:report_id>", methods=["GET", "POST"])
@roles(*ANSWERING)
def detail(report_id: uuid.UUID) -> ResponseReturnValue:
    """One report with its answers, and the form for another one."""
    actor = current_actor()
    report = get_report(actor, report_id)
    form = AnswerForm()
    if form.validate_on_submit():
        try:
            with atomic():
                answer_problem(actor=actor, report_id=report_id, body=form.body.data or "")
        except AppError as error:
            show_error(form, error)
        else:
            flash(_("Your answer stands on the page that the reporter has the link of."), "success")
            return redirect(url_for("problem_reports.detail", report_id=report_id), code=303)
    page = render_template(
        "traceability/problem_reports/detail.html",
        report=report,
        form=form,
        name=product_name(report.lot.product),
        record=_record(report.lot),
        kind_names=KIND_NAMES,
    )
    return page, 422 if form.errors else 200


def _record(lot: Lot) -> str:
    """The path of the lot's public record."""
    return lot_uri("https://x", lot.product.gtin, lot.lot_number).removeprefix("https://x")
