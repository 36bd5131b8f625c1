"""Pages of imports: bring a table, see what would become of it, confirm it."""

import uuid
from collections.abc import Sequence

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge

from catalog.producers.models import Producer
from catalog.producers.queries import get_producers_of, producers_of
from core.accounts import RoleName, current_actor
from core.db import atomic
from core.errors import AppError, Invalid, NotFound
from core.i18n import gettext as _
from core.i18n import ngettext, slugify
from core.tables.rows import LIMITS
from core.tables.rows import too_large as file_too_large
from core.web.access import roles
from traceability.diary_imports.forms import KIND_LABELS, ImportForm
from traceability.diary_imports.models import ImportKind, ImportState
from traceability.diary_imports.queries import get_import, imports_of, written_before
from traceability.diary_imports.running import run_import, state_message
from traceability.diary_imports.template_file import write_template
from traceability.diary_imports.usecases import accept_table, confirm_import, is_short
from traceability.forms import producer_choices, show_error

blueprint = Blueprint("diary_imports", __name__)


@blueprint.route("/farm/diary/import", methods=["GET", "POST"])
@roles(RoleName.PRODUCER_MEMBER)
def new() -> ResponseReturnValue:
    """Bring a table; the newest ones stand below."""
    actor = current_actor()
    producers = get_producers_of(actor)
    form = ImportForm()
    _offer(form, producers)
    if form.validate_on_submit():
        try:
            with atomic():
                work = accept_table(
                    actor=actor,
                    producer_id=uuid.UUID(form.producer_id.data),
                    kind=ImportKind(form.kind.data),
                    file=form.file.data.stream,
                    file_name=form.file.data.filename or "",
                )
        except AppError as error:
            show_error(form, error)
        else:
            if is_short(work):
                run_import(work.id)
            return redirect(url_for("diary_imports.detail", import_id=work.id), code=303)
    return _page(form, producers), 422 if form.errors else 200


@blueprint.errorhandler(RequestEntityTooLarge)
def too_large(error: RequestEntityTooLarge) -> ResponseReturnValue:
    """A file that is not even taken in: the form again, which says what to do."""
    producers = producers_of(current_actor())
    if not producers:
        return error
    form = ImportForm(formdata=None)
    _offer(form, producers)
    show_error(form, file_too_large(LIMITS, "file"))
    return _page(form, producers), 413


def _offer(form: ImportForm, producers: Sequence[Producer]) -> None:
    form.producer_id.choices = producer_choices(producers)


def _page(form: ImportForm, producers: Sequence[Producer]) -> str:
    return render_template(
        "traceability/diary_imports/new.html",
        form=form,
        imports=imports_of([producer.id for producer in producers]),
        kind_labels=KIND_LABELS,
        state_message=state_message,
    )


@blueprint.get("/farm/diary/import/template/<kind>.xlsx")
@roles(RoleName.PRODUCER_MEMBER)
def template(kind: str) -> ResponseReturnValue:
    """The table to fill in, with the names of one of the reader's farms."""
    producers = producers_of(current_actor())
    if kind not in set(ImportKind) or not producers:
        raise NotFound
    wanted = request.args.get("producer")
    producer = next((each for each in producers if str(each.id) == wanted), producers[0])
    response = Response(
        write_template(ImportKind(kind), producer.id),
        mimetype="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )
    name = slugify(_("Template %(kind)s", kind=KIND_LABELS[ImportKind(kind)]))
    response.headers.set("Content-Disposition", "attachment", filename=f"{name}.xlsx")
    response.cache_control.no_store = True
    return response


@blueprint.get("/farm/diary/import/<uuid:import_id>")
@roles(RoleName.PRODUCER_MEMBER)
def detail(import_id: uuid.UUID) -> ResponseReturnValue:
    """What would become of the table, or became of it."""
    return _detail(import_id)


@blueprint.post("/farm/diary/import/<uuid:import_id>")
@roles(RoleName.PRODUCER_MEMBER)
def confirm(import_id: uuid.UUID) -> ResponseReturnValue:
    """Write the table."""
    try:
        with atomic():
            work = confirm_import(
                actor=current_actor(), import_id=import_id, doubts_confirmed=bool(request.form.get("doubts_confirmed"))
            )
    except Invalid as error:
        return _detail(import_id, problem=str(error)), 422
    if is_short(work):
        run_import(work.id)
        work = get_import(current_actor(), import_id)
        if work.state == ImportState.WRITTEN:
            flash(ngettext("%(num)d row was written.", "All %(num)d rows were written.", work.total_count), "success")
    return redirect(url_for("diary_imports.detail", import_id=import_id), code=303)


def _detail(import_id: uuid.UUID, *, problem: str = "") -> Response:
    work = get_import(current_actor(), import_id)
    response = Response(
        render_template(
            "traceability/diary_imports/detail.html",
            work=work,
            kind_label=KIND_LABELS[ImportKind(work.kind)],
            written_before=written_before(work) if work.state == ImportState.CHECKED else None,
            problem=problem,
        )
    )
    response.cache_control.no_store = True
    return response
