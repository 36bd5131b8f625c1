"""Pages of exports: ask for one, see how far it is, fetch it."""

import uuid

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from catalog.producers.queries import get_producers_of
from core.accounts import RoleName, current_actor
from core.db import atomic, utc_now
from core.errors import AppError
from core.i18n import gettext as _
from core.i18n import local_today, slugify
from core.storage import private_storage
from core.web.access import roles
from core.web.files import work_file
from traceability.diary.queries import plots_of
from traceability.diary_exports.forms import ALL_PLOTS, ExportForm
from traceability.diary_exports.models import DiaryExport, FileFormat
from traceability.diary_exports.queries import exports_of, get_export
from traceability.diary_exports.running import make_file
from traceability.diary_exports.tasks import fonts_folder
from traceability.diary_exports.usecases import is_short, request_export
from traceability.forms import producer_choices, show_error

blueprint = Blueprint("diary_exports", __name__)


@blueprint.route("/farm/diary/export", methods=["GET", "POST"])
@roles(RoleName.PRODUCER_MEMBER)
def new() -> ResponseReturnValue:
    """Ask for a diary as a file; the newest ones stand below."""
    actor = current_actor()
    producers = get_producers_of(actor)
    ids = [producer.id for producer in producers]
    plots = plots_of(ids)
    form = ExportForm(plot_id=request.args.get("plot"))
    form.producer_id.choices = producer_choices(producers)
    form.plot_id.choices = [(ALL_PLOTS, _("All plots")), *((str(plot.id), plot.name) for plot in plots)]
    form.offer_last_year(local_today(utc_now()))
    if form.validate_on_submit():
        assert form.first_day.data is not None and form.last_day.data is not None
        plot = next((plot for plot in plots if str(plot.id) == form.plot_id.data), None)
        try:
            with atomic():
                export = request_export(
                    actor=actor,
                    # A plot says whose it is, whatever the other list shows.
                    producer_id=uuid.UUID(form.producer_id.data) if plot is None else plot.producer_id,
                    plot_id=None if plot is None else plot.id,
                    first_day=form.first_day.data,
                    last_day=form.last_day.data,
                    file_format=FileFormat(form.file_format.data),
                )
        except AppError as error:
            show_error(form, error)
        else:
            if is_short(export):
                make_file(export_id=export.id, storage=private_storage(), fonts=fonts_folder())
            return redirect(url_for("diary_exports.detail", export_id=export.id), code=303)
    status = 422 if form.errors else 200
    page = render_template("traceability/diary_exports/new.html", form=form, exports=exports_of(ids))
    return page, status


@blueprint.get("/farm/diary/export/<uuid:export_id>")
@roles(RoleName.PRODUCER_MEMBER)
def detail(export_id: uuid.UUID) -> ResponseReturnValue:
    """How far an export is; while it runs, the page comes again by itself."""
    export = get_export(current_actor(), export_id)
    page = render_template("traceability/diary_exports/detail.html", export=export)
    response = Response(page)
    response.cache_control.no_store = True
    return response


@blueprint.get("/farm/diary/export/<uuid:export_id>/file")
@roles(RoleName.PRODUCER_MEMBER)
def file(export_id: uuid.UUID) -> ResponseReturnValue:
    """The file of an export, to those who may act for the producer."""
    export = get_export(current_actor(), export_id)
    return work_file(export, private_storage(), name=file_name(export))


def file_name(export: DiaryExport) -> str:
    """A name that says in a folder of downloads whose diary it is, and of when; only signs that every system takes."""
    whose = export.producer.name if export.plot is None else export.plot.name
    days = f"{export.first_day:%Y%m%d}-{export.last_day:%Y%m%d}"
    name = slugify(_("Production diary"))
    return f"{name}-{slugify(whose, length=60)}-{days}.{export.file_format}"
