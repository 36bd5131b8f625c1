"""Pages of inspectors: what waits, what the producer says and shows, what was found."""

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.accounts import RoleName, current_actor
from core.db import atomic, utc_now
from core.errors import Conflict, Invalid, NotFound
from core.i18n import gettext as _
from core.i18n import local_today
from core.web.access import roles
from core.web.paging import paginate, requested_page
from traceability.attestations.certificates.queries import certificate_of_self_check
from traceability.attestations.inspections.forms import ClosingForm, FindingSheet, read_findings
from traceability.attestations.inspections.models import Inspection
from traceability.attestations.inspections.policies import INSPECTORS
from traceability.attestations.inspections.queries import (
    STATES,
    actions_of,
    count_by_state,
    faults_of,
    findings_of,
    get_self_check_to_inspect,
    inspections_of,
    score_of_findings,
    self_checks_to_inspect,
)
from traceability.attestations.inspections.usecases import (
    close_inspection,
    record_findings,
    start_inspection,
    take_over_inspection,
)
from traceability.attestations.self_checks.forms import PlainForm
from traceability.attestations.self_checks.models import SelfCheck, SelfCheckStatus
from traceability.attestations.self_checks.queries import sheet_of
from traceability.diary.words import ENTRY_WORDS
from traceability.forms import show_error

blueprint = Blueprint("inspections", __name__, url_prefix="/inspections")


@blueprint.get("")
@roles(*INSPECTORS)
def index() -> ResponseReturnValue:
    """Self-checks to inspect, by where they stand."""
    state = request.args.get("state", STATES[0])
    if state not in STATES:
        raise NotFound
    return render_template(
        "traceability/attestations/inspections/index.html",
        state=state,
        counts=count_by_state(current_actor()),
        page=paginate(self_checks_to_inspect(current_actor(), state), page=requested_page(), per_page=20),
    )


@blueprint.get("/self-checks/<uuid:self_check_id>")
@roles(*INSPECTORS)
def show(self_check_id: uuid.UUID) -> ResponseReturnValue:
    """One self-check with what was found so far, and how to close the inspection."""
    return _page(self_check_id, ClosingForm(inspected_on=local_today(utc_now())))


@blueprint.post("/self-checks/<uuid:self_check_id>/start")
@roles(*INSPECTORS)
def start(self_check_id: uuid.UUID) -> ResponseReturnValue:
    """Take it."""
    with atomic():
        start_inspection(actor=current_actor(), self_check_id=self_check_id)
    flash(_("The inspection is yours now."), "success")
    return redirect(url_for("inspections.show", self_check_id=self_check_id), code=303)


@blueprint.post("/self-checks/<uuid:self_check_id>/take-over")
@roles(RoleName.PROVINCE_OFFICER)
def take_over(self_check_id: uuid.UUID) -> ResponseReturnValue:
    """Go on with what somebody else began."""
    with atomic():
        take_over_inspection(actor=current_actor(), self_check_id=self_check_id)
    flash(_("The inspection is yours now."), "success")
    return redirect(url_for("inspections.show", self_check_id=self_check_id), code=303)


@blueprint.route("/self-checks/<uuid:self_check_id>/groups/<code>", methods=["GET", "POST"])
@roles(*INSPECTORS)
def group(self_check_id: uuid.UUID, code: str) -> ResponseReturnValue:
    """The items of one chapter: what the producer says and shows, and what is found."""
    actor = current_actor()
    self_check = get_self_check_to_inspect(actor, self_check_id)
    sheet = sheet_of(self_check)
    chapter = sheet.group(code)
    findings, form = FindingSheet(), PlainForm()
    if form.validate_on_submit():
        rows = {row.code: row for row in chapter.rows}
        findings = read_findings(rows, request.form)
        try:
            with atomic():
                record_findings(
                    actor=actor,
                    self_check_id=self_check_id,
                    findings={rows[code].item.id: given for code, given in findings.findings.items()},
                )
        except Invalid as error:
            form.form_errors.append(str(error.message))
        if not findings.errors and not form.form_errors:
            flash(_("Saved."), "success")
            codes = [other.code for other in sheet.groups]
            following = codes[codes.index(code) + 1 : codes.index(code) + 2]
            if following and "next" in request.form:
                return redirect(url_for("inspections.group", self_check_id=self_check_id, code=following[0]), code=303)
            return redirect(url_for("inspections.show", self_check_id=self_check_id), code=303)
        self_check = get_self_check_to_inspect(actor, self_check_id)
        sheet = sheet_of(self_check)
        chapter = sheet.group(code)
    inspection = next(iter(inspections_of(self_check.id)), None)
    page = render_template(
        "traceability/attestations/inspections/group.html",
        form=form,
        self_check=self_check,
        chapter=chapter,
        corrections=sheet.corrections,
        entry_words=ENTRY_WORDS,
        typed=findings.typed,
        errors=findings.errors,
        findings=findings_of(inspection.id) if inspection else {},
        actions=actions_of(inspection.id) if inspection else {},
        can_write=_is_mine(self_check, inspection, actor.user_id),
        is_last=chapter is sheet.groups[-1],
    )
    return page, 422 if findings.errors or form.form_errors else 200


@blueprint.post("/self-checks/<uuid:self_check_id>/close")
@roles(*INSPECTORS)
def close(self_check_id: uuid.UUID) -> ResponseReturnValue:
    """End the inspection."""
    form = ClosingForm()
    if not form.validate_on_submit():
        return _page(self_check_id, form), 422
    assert form.inspected_on.data is not None  # validated
    try:
        with atomic():
            close_inspection(
                actor=current_actor(),
                self_check_id=self_check_id,
                inspected_on=form.inspected_on.data,
                summary=form.summary.data,
                may_correct=form.outcome.data == "corrections",
            )
    except (Invalid, Conflict) as error:
        show_error(form, error)
        return _page(self_check_id, form), error.http_status
    flash(_("The inspection is closed."), "success")
    return redirect(url_for("inspections.show", self_check_id=self_check_id), code=303)


def _page(self_check_id: uuid.UUID, form: ClosingForm) -> str:
    actor = current_actor()
    self_check = get_self_check_to_inspect(actor, self_check_id)
    sheet = sheet_of(self_check)
    inspections = inspections_of(self_check.id)
    last = inspections[0] if inspections else None
    findings = findings_of(last.id) if last else {}
    return render_template(
        "traceability/attestations/inspections/show.html",
        form=form,
        self_check=self_check,
        sheet=sheet,
        inspections=inspections,
        faults=faults_of(self_check.id),
        last=last,
        findings=findings,
        actions=actions_of(last.id) if last else {},
        score=score_of_findings(sheet, findings) if last else None,
        is_mine=_is_mine(self_check, last, actor.user_id),
        may_take_over=actor.has_role(RoleName.PROVINCE_OFFICER),
        certificate=certificate_of_self_check(self_check.id),
        today=local_today(utc_now()),
    )


def _is_mine(self_check: SelfCheck, inspection: Inspection | None, user_id: uuid.UUID | None) -> bool:
    """Whether the reader holds the open inspection."""
    is_open = self_check.status == SelfCheckStatus.UNDER_INSPECTION
    return is_open and inspection is not None and inspection.inspector_id == user_id
