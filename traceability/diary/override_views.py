"""The officer's page: find a plot, see what keeps it closed, permit one harvest and sign."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.accounts import RoleName, current_actor
from core.db import atomic, utc_now
from core.errors import AppError, NotFound
from core.i18n import gettext as _
from core.i18n import local_today
from core.web.access import roles
from core.web.paging import paginate, requested_page
from traceability.diary.entry_queries import all_harvest_overrides, overrides_of_plot, sprays_closing
from traceability.diary.forms import FindPlotForm, OverrideForm
from traceability.diary.overrides import grant_harvest_override
from traceability.diary.queries import find_plot_by_gln
from traceability.forms import show_error
from traceability.gs1.errors import Gs1Error
from traceability.gs1.identifiers import normalise_gln

blueprint = Blueprint("harvest_overrides", __name__)


@blueprint.get("/officer/harvest-overrides")
@roles(RoleName.PROVINCE_OFFICER)
def index() -> ResponseReturnValue:
    """Find a plot by its code; below, what was permitted so far."""
    form = FindPlotForm(request.args)
    if form.gln.data:
        try:
            gln = normalise_gln(form.gln.data.replace(" ", ""))
        except Gs1Error:
            form.gln.errors = [_("This is no location trace code. It has 13 digits and stands on the record of a lot.")]
        else:
            if find_plot_by_gln(gln) is not None:
                return redirect(url_for("harvest_overrides.plot", gln=gln), code=303)
            form.gln.errors = [_("No plot has this code.")]
    page = paginate(all_harvest_overrides(), page=requested_page(), per_page=20)
    status = 422 if form.gln.errors else 200
    return render_template("traceability/diary/overrides.html", form=form, page=page), status


@blueprint.route("/officer/harvest-overrides/<gln>", methods=["GET", "POST"])
@roles(RoleName.PROVINCE_OFFICER)
def plot(gln: str) -> ResponseReturnValue:
    """What keeps a plot closed, and the form that permits one harvest despite it."""
    shown = find_plot_by_gln(gln)
    if shown is None:
        raise NotFound
    today = local_today(utc_now())
    form = OverrideForm()
    if request.method == "GET":
        form.valid_from.process_data(today)
        form.valid_until.process_data(today)
    if form.validate_on_submit():
        assert form.valid_from.data is not None and form.valid_until.data is not None
        try:
            with atomic():
                grant_harvest_override(
                    actor=current_actor(),
                    plot_id=shown.id,
                    valid_from=form.valid_from.data,
                    valid_until=form.valid_until.data,
                    reason=form.reason.data or "",
                    signed_name=form.signed_name.data or "",
                )
        except AppError as error:
            show_error(form, error)
        else:
            flash(_("The harvest is permitted. It stands on the public record."), "success")
            return redirect(url_for("harvest_overrides.plot", gln=gln), code=303)
    status = 422 if form.errors else 200
    return render_template(
        "traceability/diary/override.html",
        form=form,
        plot=shown,
        closing=sprays_closing([shown.id], on=today),
        overrides=overrides_of_plot(shown.id),
    ), status
