"""The public form to report what somebody wrote, and the officers' queue."""

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.accounts import current_actor
from core.db import atomic
from core.errors import AppError, Conflict, NotFound
from core.i18n import gettext as _
from core.web.access import public, roles
from core.web.paging import paginate, requested_page
from core.web.setup import limiter
from market.moderation.forms import CONTENT_NAMES, DECISION_NAMES, REASON_NAMES, STATUS_NAMES, DecisionForm, ReportForm
from market.moderation.models import CaseStatus, ContentKind, Decision
from market.moderation.policies import MODERATORS, may_decide
from market.moderation.queries import cases_in, contents_of, count_cases, get_case, get_content
from market.moderation.rules import possible_decisions
from market.moderation.usecases import moderate, report_content
from traceability.forms import show_error

blueprint = Blueprint("moderation", __name__)
REPORTS_OF_AN_ADDRESS = "5/minute;30/day"
PER_PAGE = 20


@blueprint.route("/report/<kind>/<uuid:content_id>", methods=["GET", "POST"])
@limiter.limit(REPORTS_OF_AN_ADDRESS, methods=["POST"])
@public
def report(kind: str, content_id: uuid.UUID) -> ResponseReturnValue:
    """Report something that everybody can read, without an account."""
    if kind not in set(ContentKind):
        raise NotFound
    content = get_content(ContentKind(kind), content_id)
    form = ReportForm()
    if form.validate_on_submit():
        try:
            with atomic():
                report_content(
                    actor=current_actor(),
                    kind=content.kind,
                    content_id=content_id,
                    reason=form.reason.data,
                    note=form.note.data,
                )
        except AppError as error:
            show_error(form, error)
        else:
            flash(_("Thank you. Somebody of the province looks at it."), "success")
            return redirect(content.path, code=303)
    page = render_template("market/moderation/report.html", form=form, content=content, content_names=CONTENT_NAMES)
    return page, 422 if form.errors else 200


@blueprint.get("/moderation")
@roles(*MODERATORS)
def index() -> ResponseReturnValue:
    """The cases in one state, those to be decided by default."""
    asked = request.args.get("state", "")
    state = CaseStatus(asked) if asked in set(CaseStatus) else CaseStatus.OPEN
    page = paginate(cases_in(state), page=requested_page(), per_page=PER_PAGE)
    return render_template(
        "market/moderation/index.html",
        page=page,
        contents=contents_of(page.items),
        state=state,
        counts=count_cases(),
        status_names=STATUS_NAMES,
        content_names=CONTENT_NAMES,
        reason_names=REASON_NAMES,
    )


@blueprint.route("/moderation/<uuid:case_id>", methods=["GET", "POST"])
@roles(*MODERATORS)
def detail(case_id: uuid.UUID) -> ResponseReturnValue:
    """One case with its reports, and what can be decided."""
    actor = current_actor()
    form = DecisionForm()
    status = 200
    if form.validate_on_submit():
        try:
            with atomic():
                moderate(actor=actor, case_id=case_id, decision=_chosen(), reason=form.reason.data)
        except Conflict as error:
            flash(str(error.message), "error")
            status = error.http_status
        except AppError as error:
            show_error(form, error)
        else:
            flash(_("Decided."), "success")
            return redirect(url_for("moderation.index"), code=303)
    case, content = get_case(actor, case_id)
    page = render_template(
        "market/moderation/detail.html",
        case=case,
        content=content,
        form=form,
        decisions=possible_decisions(case.status) if may_decide(actor, content) else [],
        status_names=STATUS_NAMES,
        content_names=CONTENT_NAMES,
        reason_names=REASON_NAMES,
        decision_names=DECISION_NAMES,
    )
    return page, 422 if form.errors else status


def _chosen() -> Decision:
    """The button that was pressed."""
    asked = request.form.get("decision", "")
    if asked not in set(Decision):
        raise Conflict
    return Decision(asked)
