"""A producer's pages of evidence: files and entries of the diary that show something about one item."""

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.accounts import RoleName, current_actor
from core.db import atomic, utc_now
from core.errors import AppError
from core.i18n import gettext as _
from core.i18n import local_today
from core.web.access import roles
from traceability.attestations.files.views import allow_papers, uploaded
from traceability.attestations.self_checks.forms import DiaryEvidenceForm, EvidenceForm
from traceability.attestations.self_checks.models import SelfCheck, SelfCheckStatus
from traceability.attestations.self_checks.queries import (
    Row,
    Sheet,
    entries_to_show,
    files_to_choose_from,
    get_self_check,
    sheet_of,
)
from traceability.attestations.self_checks.usecases import add_evidence, remove_evidence, show_entries
from traceability.diary.words import ENTRY_WORDS, activity_name
from traceability.forms import show_error

blueprint = Blueprint(
    "evidence", __name__, url_prefix="/farm/attestations/self-checks/<uuid:self_check_id>/items/<code>"
)
blueprint.url_value_preprocessor(allow_papers)


@blueprint.route("", methods=["GET", "POST"])
@roles(RoleName.PRODUCER_MEMBER)
def item(self_check_id: uuid.UUID, code: str) -> ResponseReturnValue:
    """The evidence of one item, a form to add a file, and the entries of the diary that fit."""
    sheet = sheet_of(get_self_check(current_actor(), self_check_id))
    row = sheet.row(code)
    form = _file_form(sheet.self_check, row)
    if form.validate_on_submit():
        try:
            with atomic():
                add_evidence(
                    actor=current_actor(),
                    self_check_id=self_check_id,
                    item_id=row.item.id,
                    upload=uploaded(form.file),
                    file_id=uuid.UUID(form.file_id.data) if form.file_id.data else None,
                )
        except AppError as error:
            show_error(form, error)
        else:
            flash(_("The evidence was added."), "success")
            return redirect(url_for("evidence.item", self_check_id=self_check_id, code=code), code=303)
    return _page(sheet, row, form, None), 422 if form.errors else 200


@blueprint.post("/entries")
@roles(RoleName.PRODUCER_MEMBER)
def entries(self_check_id: uuid.UUID, code: str) -> ResponseReturnValue:
    """Show entries of the diary for the item."""
    sheet = sheet_of(get_self_check(current_actor(), self_check_id))
    row = sheet.row(code)
    form = DiaryEvidenceForm()
    _offer_entries(form, sheet.self_check, row)
    if form.validate_on_submit():
        try:
            with atomic():
                shown = show_entries(
                    actor=current_actor(),
                    self_check_id=self_check_id,
                    item_id=row.item.id,
                    entry_ids=form.entry_ids.ids(),
                )
                count = len(shown)
        except AppError as error:
            show_error(form, error)
        else:
            flash(_("Entries of the diary that were added: %(count)s.", count=count), "success")
            return redirect(url_for("evidence.item", self_check_id=self_check_id, code=code), code=303)
    return _page(sheet, row, None, form), 422


@blueprint.post("/evidence/<uuid:evidence_id>/remove")
@roles(RoleName.PRODUCER_MEMBER)
def remove(self_check_id: uuid.UUID, code: str, evidence_id: uuid.UUID) -> ResponseReturnValue:
    """Take a file or an entry away from an item."""
    with atomic():
        remove_evidence(actor=current_actor(), self_check_id=self_check_id, evidence_id=evidence_id)
    flash(_("It was taken away from this item."), "success")
    return redirect(url_for("evidence.item", self_check_id=self_check_id, code=code), code=303)


def _file_form(self_check: SelfCheck, row: Row, **values: object) -> EvidenceForm:
    form = EvidenceForm(**values)
    files = files_to_choose_from(self_check, row.item.id)
    form.file_id.choices = [("", _("None"))] + [(str(file.id), file.name) for file in files]
    return form


def _offer_entries(form: DiaryEvidenceForm, self_check: SelfCheck, row: Row) -> None:
    """Fill the list; `?all=1` asks for the entries of every activity, for items that name none or forget one."""
    found = entries_to_show(
        self_check, row.item, today=local_today(utc_now()), every_activity=request.args.get("all") == "1"
    )
    several = len(self_check.plots) > 1
    form.entry_ids.choices = [
        (
            str(entry.id),
            " · ".join(
                filter(
                    None,
                    (
                        f"{entry.done_on:%d/%m/%Y}",
                        activity_name(entry.activity),
                        ", ".join(use.receipt.trade_name for use in entry.inputs),
                        entry.plot.name if several else "",
                    ),
                )
            ),
        )
        for entry in found
    ]


def _page(sheet: Sheet, row: Row, form: EvidenceForm | None, entry_form: DiaryEvidenceForm | None) -> str:
    """The page, with the form that was refused as it came and the other one fresh."""
    self_check = sheet.self_check
    if entry_form is None:
        entry_form = DiaryEvidenceForm(formdata=None)
        _offer_entries(entry_form, self_check, row)
    form = form or _file_form(self_check, row, formdata=None)
    return render_template(
        "traceability/attestations/self_checks/item.html",
        form=form,
        entry_form=entry_form,
        self_check=self_check,
        row=row,
        corrections=sheet.corrections,
        entry_words=ENTRY_WORDS,
        every_activity=request.args.get("all") == "1",
        can_add=self_check.status in (SelfCheckStatus.DRAFT, SelfCheckStatus.CORRECTIONS),
        can_remove=self_check.status == SelfCheckStatus.DRAFT,
    )
