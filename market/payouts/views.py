"""Pages of payout runs, for officers and administrators."""

import uuid
from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from core.accounts import current_actor
from core.db import atomic, utc_now
from core.errors import Conflict
from core.i18n import gettext as _
from core.web.access import roles
from core.web.files import csv_file
from core.web.paging import paginate, requested_page
from market.payouts import runs
from market.payouts.bank_file import bank_sheet
from market.payouts.banks import bank_name
from market.payouts.forms import BY_HAND, WEEKDAYS, FailureForm, TermsForm
from market.payouts.models import PayoutRun, RunStatus
from market.payouts.policies import PAYERS, TERM_SETTERS
from market.payouts.queries import get_run, get_terms, list_due, list_payables
from market.payouts.queries import runs as all_runs
from market.payouts.rules import masked
from market.payouts.usecases import change_terms

blueprint = Blueprint("payouts", __name__, url_prefix="/payouts")
PER_PAGE = 20
PAYABLES_SHOWN = 100


@blueprint.get("")
@roles(*PAYERS)
def index() -> ResponseReturnValue:
    """What is payable now, on what terms, and the runs."""
    return _index()


@blueprint.post("")
@roles(*PAYERS)
def draft() -> ResponseReturnValue:
    """Draft a run of all that is payable."""
    try:
        with atomic():
            run_id = runs.draft_run(actor=current_actor(), now=utc_now()).id
    except Conflict as error:
        flash(str(error.message), "error")
        return _index(status=error.http_status)
    flash(_("The run is drafted. Another person has to approve it."), "success")
    return redirect(url_for("payouts.detail", run_id=run_id), code=303)


@blueprint.route("/terms", methods=["GET", "POST"])
@roles(*TERM_SETTERS)
def terms() -> ResponseReturnValue:
    """The terms, to be changed."""
    now = get_terms()
    weekday = BY_HAND if now.weekday is None else str(now.weekday)
    form = TermsForm(weekday=weekday, hold_days=now.hold_days, minimum_vnd=now.minimum_vnd)
    if form.validate_on_submit():
        assert form.hold_days.data is not None and form.minimum_vnd.data is not None  # validated
        with atomic():
            change_terms(
                actor=current_actor(),
                weekday=None if form.weekday.data == BY_HAND else int(form.weekday.data),
                hold_days=form.hold_days.data,
                minimum_vnd=form.minimum_vnd.data,
            )
        flash(_("Saved. New drafts follow these terms."), "success")
        return redirect(url_for("payouts.index"), code=303)
    return render_template("market/payouts/terms.html", form=form), 422 if form.errors else 200


@blueprint.get("/<uuid:run_id>")
@roles(*PAYERS)
def detail(run_id: uuid.UUID) -> ResponseReturnValue:
    """One run: who gets what, how far it is, and what to do next."""
    return _detail(run_id)


@blueprint.post("/<uuid:run_id>/approve")
@roles(*PAYERS)
def approve(run_id: uuid.UUID) -> ResponseReturnValue:
    """Release a run that somebody else drafted."""
    return _step(run_id, runs.approve_run, _("Approved. Fetch the file for the bank now."))


@blueprint.post("/<uuid:run_id>/cancel")
@roles(*PAYERS)
def cancel(run_id: uuid.UUID) -> ResponseReturnValue:
    """Give up a draft."""
    return _step(run_id, runs.cancel_run, _("Cancelled. What stood in it is payable again."))


@blueprint.post("/<uuid:run_id>/bank-file.csv")
@roles(*PAYERS)
def bank_file(run_id: uuid.UUID) -> ResponseReturnValue:
    """The file for the bank; fetching it is noted."""
    try:
        with atomic():
            run = runs.export_run(actor=current_actor(), run_id=run_id, now=utc_now())
            sheet, number = bank_sheet(run), run.number
    except Conflict as error:
        flash(str(error.message), "error")
        return _detail(run_id, status=error.http_status)
    return csv_file(sheet, name=f"payouts-{number}.csv")


@blueprint.post("/<uuid:run_id>/paid")
@roles(*PAYERS)
def mark_all_paid(run_id: uuid.UUID) -> ResponseReturnValue:
    """The bank has paid all that is still in transit."""
    return _settle(run_id, None)


@blueprint.post("/<uuid:run_id>/lines/<uuid:line_id>/paid")
@roles(*PAYERS)
def mark_paid(run_id: uuid.UUID, line_id: uuid.UUID) -> ResponseReturnValue:
    """The bank has paid one line."""
    return _settle(run_id, line_id)


@blueprint.post("/<uuid:run_id>/lines/<uuid:line_id>/failed")
@roles(*PAYERS)
def mark_failed(run_id: uuid.UUID, line_id: uuid.UUID) -> ResponseReturnValue:
    """The bank could not pay one line."""
    form = FailureForm()
    if not form.validate_on_submit():
        return _detail(run_id, failure=form, failed_line_id=line_id, status=422)
    try:
        with atomic():
            runs.mark_failed(
                actor=current_actor(), run_id=run_id, line_id=line_id, reason=form.reason.data, now=utc_now()
            )
    except Conflict as error:
        flash(str(error.message), "error")
        return _detail(run_id, status=error.http_status)
    flash(_("Noted. The sum is payable again."), "success")
    return redirect(url_for("payouts.detail", run_id=run_id), code=303)


def _settle(run_id: uuid.UUID, line_id: uuid.UUID | None) -> ResponseReturnValue:
    try:
        with atomic():
            runs.mark_paid(actor=current_actor(), run_id=run_id, line_id=line_id, now=utc_now())
    except Conflict as error:
        flash(str(error.message), "error")
        return _detail(run_id, status=error.http_status)
    flash(_("Noted as paid. The producers get a mail."), "success")
    return redirect(url_for("payouts.detail", run_id=run_id), code=303)


def _step(run_id: uuid.UUID, step: Callable[..., PayoutRun], done: str) -> ResponseReturnValue:
    try:
        with atomic():
            step(actor=current_actor(), run_id=run_id, now=utc_now())
    except Conflict as error:
        flash(str(error.message), "error")
        return _detail(run_id, status=error.http_status)
    flash(done, "success")
    return redirect(url_for("payouts.detail", run_id=run_id), code=303)


def _index(*, status: int = 200) -> ResponseReturnValue:
    now, found = utc_now(), get_terms()
    due = list_due(hold_days=found.hold_days, minimum_vnd=found.minimum_vnd, now=now)
    page = render_template(
        "market/payouts/index.html",
        terms=found,
        weekday=dict(WEEKDAYS)[BY_HAND if found.weekday is None else str(found.weekday)],
        payables=list_payables(hold_days=found.hold_days, now=now, limit=PAYABLES_SHOWN),
        due_count=len(due),
        due_vnd=sum(payable.due_vnd for payable in due),
        may_set_terms=current_actor().has_role(*TERM_SETTERS),
        page=paginate(all_runs(), page=requested_page(), per_page=PER_PAGE),
    )
    return page, status


def _detail(
    run_id: uuid.UUID,
    *,
    failure: FailureForm | None = None,
    failed_line_id: uuid.UUID | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    actor, run = current_actor(), get_run(run_id)
    page = render_template(
        "market/payouts/detail.html",
        run=run,
        is_drafter=run.drafted_by == actor.user_id,
        may_be_settled=run.status == RunStatus.EXPORTED,
        failure=failure,
        failed_line_id=failed_line_id,
        bank_name=bank_name,
        masked=masked,
    )
    return page, status
