"""A producer's pages of self-checks."""

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from catalog.producers.queries import get_producers_of
from core.accounts import RoleName, current_actor
from core.db import atomic, utc_now
from core.errors import AppError, NotFound
from core.i18n import gettext as _
from core.i18n import local_today
from core.web.access import roles
from traceability.attestations.certificates.queries import certificate_of_self_check
from traceability.attestations.checklists.queries import checklists_in_force
from traceability.attestations.forms import plot_choices
from traceability.attestations.inspections.queries import (
    actions_of,
    faults_of,
    findings_of,
    inspections_of,
    score_of_findings,
)
from traceability.attestations.inspections.usecases import report_correction
from traceability.attestations.self_checks.forms import (
    AnswerSheet,
    CorrectionForm,
    PlainForm,
    SelfCheckForm,
    read_answers,
)
from traceability.attestations.self_checks.queries import get_self_check, sheet_of
from traceability.attestations.self_checks.usecases import (
    answer_items,
    start_self_check,
    submit_self_check,
    take_back_self_check,
)
from traceability.diary.queries import plots_of
from traceability.forms import producer_choices, show_error

blueprint = Blueprint("self_checks", __name__, url_prefix="/farm/attestations/self-checks")


@blueprint.route("/new", methods=["GET", "POST"])
@roles(RoleName.PRODUCER_MEMBER)
def new() -> ResponseReturnValue:
    """Begin a self-check."""
    actor = current_actor()
    producers = get_producers_of(actor)
    checklists = checklists_in_force(on=local_today(utc_now()))
    plots = plots_of([producer.id for producer in producers])
    form = SelfCheckForm()
    form.producer_id.choices = producer_choices(producers)
    form.checklist_id.choices = [
        (str(checklist.id), f"{checklist.standard}, {checklist.version}") for checklist in checklists
    ]
    form.plot_ids.choices = plot_choices(plots, producers)
    if request.method == "GET":
        form.is_group.data = any(producer.kind == "cooperative" for producer in producers)
    if form.validate_on_submit():
        try:
            with atomic():
                self_check_id = start_self_check(
                    actor=actor,
                    producer_id=uuid.UUID(form.producer_id.data),
                    checklist_id=uuid.UUID(form.checklist_id.data),
                    plot_ids=form.plot_ids.ids(),
                    is_group=bool(form.is_group.data),
                ).id
        except AppError as error:
            show_error(form, error)
        else:
            return redirect(url_for("self_checks.show", self_check_id=self_check_id), code=303)
    status = 422 if form.errors else 200
    page = render_template(
        "traceability/attestations/self_checks/new.html", form=form, checklists=checklists, plots=plots
    )
    return page, status


@blueprint.get("/<uuid:self_check_id>")
@roles(RoleName.PRODUCER_MEMBER)
def show(self_check_id: uuid.UUID) -> ResponseReturnValue:
    """How far a self-check is, what is open, and what inspectors found."""
    return _self_check_page(self_check_id)


@blueprint.route("/<uuid:self_check_id>/groups/<code>", methods=["GET", "POST"])
@roles(RoleName.PRODUCER_MEMBER)
def group(self_check_id: uuid.UUID, code: str) -> ResponseReturnValue:
    """The items of one chapter, to be answered together."""
    actor = current_actor()
    sheet = sheet_of(get_self_check(actor, self_check_id))
    chapter = sheet.group(code)
    answers = AnswerSheet()
    form = PlainForm()
    if form.validate_on_submit():
        rows = {row.code: row for row in chapter.rows}
        answers = read_answers(rows, request.form)
        with atomic():
            answer_items(
                actor=actor,
                self_check_id=self_check_id,
                answers={rows[code].item.id: given for code, given in answers.answers.items()},
            )
        if not answers.errors:
            flash(_("Saved."), "success")
            codes = [other.code for other in sheet.groups]
            following = codes[codes.index(code) + 1 : codes.index(code) + 2]
            if following and "next" in request.form:
                return redirect(url_for("self_checks.group", self_check_id=self_check_id, code=following[0]), code=303)
            return redirect(url_for("self_checks.show", self_check_id=self_check_id), code=303)
        sheet = sheet_of(get_self_check(actor, self_check_id))
        chapter = sheet.group(code)
    page = render_template(
        "traceability/attestations/self_checks/group.html",
        form=form,
        sheet=sheet,
        self_check=sheet.self_check,
        chapter=chapter,
        answers=answers,
        is_last=chapter is sheet.groups[-1],
    )
    return page, 422 if answers.errors else 200


@blueprint.post("/<uuid:self_check_id>/submit")
@roles(RoleName.PRODUCER_MEMBER)
def submit(self_check_id: uuid.UUID) -> ResponseReturnValue:
    """Hand it in."""
    with atomic():
        submit_self_check(actor=current_actor(), self_check_id=self_check_id)
    flash(_("Handed in. An inspector will take it; you see here when."), "success")
    return redirect(url_for("self_checks.show", self_check_id=self_check_id), code=303)


@blueprint.post("/<uuid:self_check_id>/take-back")
@roles(RoleName.PRODUCER_MEMBER)
def take_back(self_check_id: uuid.UUID) -> ResponseReturnValue:
    """Make it a draft again."""
    with atomic():
        take_back_self_check(actor=current_actor(), self_check_id=self_check_id)
    flash(_("It is a draft again."), "success")
    return redirect(url_for("self_checks.show", self_check_id=self_check_id), code=303)


@blueprint.post("/<uuid:self_check_id>/actions/<uuid:action_id>")
@roles(RoleName.PRODUCER_MEMBER)
def report(self_check_id: uuid.UUID, action_id: uuid.UUID) -> ResponseReturnValue:
    """Say how something was mended."""
    form = CorrectionForm()
    if not form.validate_on_submit():
        return _self_check_page(self_check_id, refused=(action_id, form)), 422
    with atomic():
        report_correction(
            actor=current_actor(),
            self_check_id=self_check_id,
            action_id=action_id,
            response=form.response.data or "",
        )
    flash(_("Noted. An inspector will look at it again."), "success")
    return redirect(url_for("self_checks.show", self_check_id=self_check_id, _anchor="corrections"), code=303)


def _self_check_page(self_check_id: uuid.UUID, *, refused: tuple[uuid.UUID, CorrectionForm] | None = None) -> str:
    """The page of a self-check; `refused` is the form of a correction that came back."""
    self_check = get_self_check(current_actor(), self_check_id)
    sheet = sheet_of(self_check)
    inspections = inspections_of(self_check.id)
    closed = next((inspection for inspection in inspections if inspection.closed_at is not None), None)
    findings = findings_of(closed.id) if closed else {}
    actions = actions_of(closed.id) if closed else {}
    forms = {action.id: CorrectionForm(formdata=None, response=action.response) for action in actions.values()}
    if refused is not None:
        if refused[0] not in forms:
            raise NotFound
        forms[refused[0]] = refused[1]
    return render_template(
        "traceability/attestations/self_checks/show.html",
        self_check=self_check,
        sheet=sheet,
        progress=sheet.progress,
        items={row.code: row.item for row in sheet.rows},
        inspections=inspections,
        faults=faults_of(self_check.id),
        closed=closed,
        findings=findings,
        actions=actions,
        forms=forms,
        score=score_of_findings(sheet, findings) if closed else None,
        certificate=certificate_of_self_check(self_check.id),
        today=local_today(utc_now()),
    )
