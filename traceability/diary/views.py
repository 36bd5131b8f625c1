"""Pages of plots."""

import uuid

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from catalog.producers.queries import producers_of
from core.accounts import RoleName, current_actor
from core.db import atomic
from core.errors import AppError, NotFound
from core.i18n import gettext as _
from core.web.access import roles
from traceability.diary.forms import PlotForm
from traceability.diary.usecases import PlotFacts, create_plot
from traceability.forms import show_error

blueprint = Blueprint("diary", __name__)


@blueprint.route("/farm/plots/new", methods=["GET", "POST"])
@roles(RoleName.PRODUCER_MEMBER)
def new_plot() -> ResponseReturnValue:
    """Add a plot."""
    actor = current_actor()
    producers = producers_of(actor)
    if not producers:
        raise NotFound
    form = PlotForm()
    form.producer_id.choices = [(str(producer.id), producer.name) for producer in producers]
    form.offer_places()
    if form.validate_on_submit():
        assert isinstance(form.area_m2.data, int)
        try:
            with atomic():
                plot = create_plot(
                    actor=actor,
                    producer_id=uuid.UUID(form.producer_id.data),
                    facts=PlotFacts(
                        name=form.name.data or "",
                        commune_code=form.commune_code.data,
                        area_m2=form.area_m2.data,
                        latitude=None if form.latitude.data is None else float(form.latitude.data),
                        longitude=None if form.longitude.data is None else float(form.longitude.data),
                    ),
                    planting_area_code=form.planting_area_code.data,
                )
                name = plot.name
        except NotFound:
            raise
        except AppError as error:
            show_error(form, error)
        else:
            flash(_("Plot “%(name)s” was added.", name=name), "success")
            return redirect(url_for("lots.index", _anchor="plots"), code=303)
    status = 422 if form.errors else 200
    return render_template("traceability/diary/new_plot.html", form=form), status
