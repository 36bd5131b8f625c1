"""A producer's pages of lots."""

import uuid
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from catalog.producers.queries import producers_of
from core.accounts import RoleName, current_actor
from core.db import atomic, utc_now
from core.errors import AppError, NotFound
from core.i18n import current_locale
from core.i18n import gettext as _
from core.web.access import roles
from core.web.paging import paginate, requested_page
from traceability.diary.queries import plots_of
from traceability.forms import show_error
from traceability.gs1.element_strings import format_element_string
from traceability.gs1.links import lot_uri
from traceability.journal.identifiers import lot_identifier
from traceability.journal.issuer import site_url
from traceability.journal.queries import SENSOR_REPORTING, events_of
from traceability.lots.forms import LotForm
from traceability.lots.models import Lot
from traceability.lots.queries import get_lot, lots_of, products_of
from traceability.lots.rules import local_today
from traceability.lots.units import format_number, format_quantity
from traceability.lots.usecases import create_lot
from traceability.passport.timeline import entries_of_events
from traceability.sensors.panels import sensors_beside_lot
from traceability.sensors.words import range_words, value_words

blueprint = Blueprint("lots", __name__)


def lot_quantity(lot: Lot, quantity: int) -> str:
    """So many units of `lot` in words."""
    return format_quantity(quantity, lot.unit, lot.product.category)


def product_name(product: object) -> str:
    """The product's name in the reader's language."""
    return str(getattr(product, "name_en" if current_locale() == "en" else "name_vi"))


@blueprint.get("/farm/lots")
@roles(RoleName.PRODUCER_MEMBER)
def index() -> ResponseReturnValue:
    """All lots of the producers the reader acts for, and their plots."""
    actor = current_actor()
    page = paginate(lots_of(actor), page=requested_page(), per_page=20)
    plots = plots_of([producer.id for producer in producers_of(actor)])
    return render_template(
        "traceability/lots/index.html",
        page=page,
        plots=plots,
        lot_quantity=lot_quantity,
        product_name=product_name,
        number=format_number,
    )


@blueprint.route("/farm/lots/new", methods=["GET", "POST"])
@roles(RoleName.PRODUCER_MEMBER)
def new() -> ResponseReturnValue:
    """Make a lot of a harvest."""
    actor = current_actor()
    products, form = products_of(actor), LotForm()
    plots = plots_of([producer.id for producer in producers_of(actor)])
    form.product_id.choices = [(str(product.id), product_name(product)) for product in products]
    form.plot_id.choices = [(str(plot.id), f"{plot.name} · {plot.commune.name}") for plot in plots]
    if request.method == "GET":
        form.harvested_on.process_data(local_today(utc_now()))
        form.product_id.data = request.args.get("product")
    if form.validate_on_submit():
        lot_id = _create(form)
        if lot_id is not None:
            flash(_("The lot was made. Print its label and stick it on."), "success")
            return redirect(url_for("lots.detail", lot_id=lot_id), code=303)
    status = 422 if form.errors else 200
    return render_template("traceability/lots/new.html", form=form, products=products, plots=plots), status


def _create(form: LotForm) -> uuid.UUID | None:
    """The id of the new lot; None when the use case refused it, with its reason in the form."""
    harvested_on, quantity = form.harvested_on.data, form.quantity.data
    assert isinstance(harvested_on, date) and isinstance(quantity, int)
    try:
        with atomic():
            lot = create_lot(
                actor=current_actor(),
                product_id=uuid.UUID(form.product_id.data),
                plot_id=uuid.UUID(form.plot_id.data),
                harvested_on=harvested_on,
                quantity=quantity,
                unit=form.unit.data,
                lot_number=form.lot_number.data,
                best_before=form.best_before.data,
                note=form.note.data,
            )
            lot_id = lot.id
    except NotFound:
        raise
    except AppError as error:
        show_error(form, error)
        return None
    return lot_id


@blueprint.get("/farm/lots/<uuid:lot_id>")
@roles(RoleName.PRODUCER_MEMBER)
def detail(lot_id: uuid.UUID) -> ResponseReturnValue:
    """One lot: what it is, what is left of it, its code and labels, and what happened."""
    lot = get_lot(current_actor(), lot_id)
    product = lot.product
    events = events_of(lot_identifier(product.gtin, lot.lot_number), without_step=SENSOR_REPORTING)
    places = {product.producer.gln: product.producer.name}
    if lot.plot is not None:
        places[lot.plot.gln] = f"{lot.plot.name}, {lot.plot.commune.name}"
    timeline = entries_of_events(events, lot=lot, places=places)
    link = lot_uri(site_url(), product.gtin, lot.lot_number)
    return render_template(
        "traceability/lots/detail.html",
        lot=lot,
        name=product_name(product),
        lot_quantity=lot_quantity,
        timeline=timeline,
        sensors=sensors_beside_lot(lot, now=utc_now()),
        value_words=value_words,
        range_words=range_words,
        link=link,
        public_path=link.removeprefix(site_url()),
        human_readable=format_element_string((("01", product.gtin), ("10", lot.lot_number))),
    )
