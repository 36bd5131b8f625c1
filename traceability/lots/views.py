"""A producer's pages of lots."""

import uuid
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from catalog.producers.queries import producers_of
from core.accounts import RoleName, current_actor
from core.db import utc_now
from core.errors import AppError
from core.i18n import format_number, local_today
from core.i18n import gettext as _
from core.web.access import roles
from core.web.paging import paginate, requested_page
from traceability.diary.entry_doubts import harvest_warnings
from traceability.diary.queries import plots_of
from traceability.diary.writing import atomic_soon
from traceability.forms import show_error
from traceability.gs1.element_strings import format_element_string
from traceability.gs1.links import lot_uri
from traceability.journal.identifiers import lot_identifier
from traceability.journal.issuer import site_url
from traceability.journal.queries import SENSOR_REPORTING, events_of
from traceability.lots.amounts import NOTHING, format_kilograms
from traceability.lots.forms import LotForm, lot_form
from traceability.lots.guards import find_obstacles
from traceability.lots.panels import lot_panels
from traceability.lots.policies import may_work_with
from traceability.lots.queries import (
    amounts_at_hand,
    count_incoming,
    departures_of,
    get_lot_in_trade,
    holdings_of,
    loose_with,
    lots_after,
    lots_before,
    lots_of,
    origins_of,
    products_of,
    usual_unit_grams,
)
from traceability.lots.showing import HOLDING_NAMES, lot_amount, product_name
from traceability.lots.timeline import entries_of_events
from traceability.lots.units import LotUnit
from traceability.lots.usecases import PlotShare, create_lot

blueprint = Blueprint("lots", __name__)


@blueprint.get("/farm/lots")
@roles(RoleName.PRODUCER_MEMBER)
def index() -> ResponseReturnValue:
    """All lots that the reader's producers made or have, and their plots."""
    actor = current_actor()
    page = paginate(lots_of(actor), page=requested_page(), per_page=20)
    at_hand = amounts_at_hand([lot.id for lot in page.items], actor)
    producers = producers_of(actor)
    return render_template(
        "traceability/lots/index.html",
        page=page,
        obstacles=find_obstacles(page.items),
        at_hand={lot.id: at_hand.get(lot.id, NOTHING) for lot in page.items},
        incoming=count_incoming(actor),
        own={producer.id for producer in producers},
        plots=plots_of([producer.id for producer in producers]),
        lot_amount=lot_amount,
        product_name=product_name,
        number=format_number,
    )


@blueprint.route("/farm/lots/new", methods=["GET", "POST"])
@roles(RoleName.PRODUCER_MEMBER)
def new() -> ResponseReturnValue:
    """Make a lot of a harvest."""
    actor = current_actor()
    products = products_of(actor)
    plots = plots_of([producer.id for producer in producers_of(actor)])
    form = lot_form(plots)
    form.product_id.choices = [(str(product.id), product_name(product)) for product in products]
    if request.method == "GET":
        form.harvested_on.process_data(local_today(utc_now()))
        form.product_id.data = request.args.get("product")
        for product in products:
            if str(product.id) == form.product_id.data:
                form.unit_weight.process_data(usual_unit_grams(product.id, LotUnit.PIECE))
        if len(plots) == 1:
            form.plot_ids.data = [str(plots[0].id)]
    if form.validate_on_submit():
        lot_id = _create(form)
        if lot_id is not None:
            flash(_("The lot was made. Print its label and stick it on."), "success")
            return redirect(url_for("lots.detail", lot_id=lot_id), code=303)
    status = 422 if form.errors else 200
    return render_template("traceability/lots/new.html", form=form, products=products, plots=plots), status


def _create(form: LotForm) -> uuid.UUID | None:
    """The id of the new lot; None when the use case refused it, with its reason in the form."""
    harvested_on = form.harvested_on.data
    assert isinstance(harvested_on, date)
    try:
        with atomic_soon():
            lot = create_lot(
                actor=current_actor(),
                product_id=uuid.UUID(form.product_id.data),
                plots=[PlotShare(plot_id, grams) for plot_id, grams in form.shares()],
                harvested_on=harvested_on,
                quantity=form.quantity.data,
                unit=form.unit.data,
                weight_grams=form.weight.data,
                unit_weight_grams=form.unit_weight.data,
                tolerance_grams=form.tolerance.data or 0,
                lot_number=form.lot_number.data,
                best_before=form.best_before.data,
                note=form.note.data,
            )
            lot_id = lot.id
            warnings = harvest_warnings([row.plot for row in lot.plots], on=harvested_on)
    except AppError as error:
        show_error(form, error)
        return None
    for warning in warnings:
        flash(warning, "warning")
    return lot_id


@blueprint.get("/farm/lots/<uuid:lot_id>")
@roles(RoleName.PRODUCER_MEMBER)
def detail(lot_id: uuid.UUID) -> ResponseReturnValue:
    """One lot: what it is, who has how much of it, what to do next, its code and labels, and what happened."""
    actor = current_actor()
    lot = get_lot_in_trade(actor, lot_id)
    product = lot.product
    is_own = may_work_with(actor, lot)
    held = holdings_of(lot.id)
    holders = producers_of(actor)
    own = {producer.id for producer in holders}
    # A maker sees where all of it went; who got some of it sees their own part.
    shown = [part for part in held if is_own or part.holder_id in own]
    events = events_of(lot_identifier(product.gtin, lot.lot_number), without_step=SENSOR_REPORTING)
    places = {product.producer.gln: product.producer.name}
    places |= {row.plot.gln: f"{row.plot.name}, {row.plot.commune.name}" for row in lot.plots}
    places |= {producer.gln: producer.name for producer in holders}
    link = lot_uri(site_url(), product.gtin, lot.lot_number)
    return render_template(
        "traceability/lots/detail.html",
        lot=lot,
        name=product_name(product),
        is_own=is_own,
        obstacle=find_obstacles([lot]).get(lot.id),
        held=shown,
        holders=[(producer, loose_with(held, producer.id)) for producer in holders if loose_with(held, producer.id)],
        departures=departures_of(lot.id, own),
        before=lots_before(lot),
        after=[other for other in lots_after(lot) if is_own or other.product.producer_id in own],
        own=own,
        origins=() if lot.plots else origins_of(lot.id),
        lot_amount=lot_amount,
        kilograms=format_kilograms,
        holding_names=HOLDING_NAMES,
        product_name=product_name,
        timeline=entries_of_events(events, lot=lot, places=places),
        panels=lot_panels(lot),
        link=link,
        public_path=link.removeprefix(site_url()),
        human_readable=format_element_string((("01", product.gtin), ("10", lot.lot_number))),
    )
