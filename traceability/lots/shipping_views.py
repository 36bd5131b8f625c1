"""Pages of shipments between producers: sent, on the way, received."""

import uuid
from itertools import chain

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from catalog.producers.models import Producer
from catalog.producers.policies import may_act_for
from core.accounts import RoleName, current_actor
from core.i18n import gettext as _
from core.web.access import roles
from core.web.paging import paginate, requested_page
from traceability.lots.amounts import Amount, format_kilograms
from traceability.lots.edges import asked_holder, asked_id, done, with_asked_lot
from traceability.lots.guards import find_obstacles
from traceability.lots.queries import (
    find_parties,
    get_shipment,
    goods_at_hand,
    lots_that_came_from,
    shipments_from,
    shipments_to,
    units_at_hand,
)
from traceability.lots.shipment_forms import ReceivingForm, receiving_form, shipping_form
from traceability.lots.shipment_models import Shipment, ShipmentStatus
from traceability.lots.showing import DIFFERENCE_NAMES, SHIPMENT_STATUS_NAMES, UNIT_KIND_NAMES, lot_amount, product_name
from traceability.lots.usecases import receive, ship

blueprint = Blueprint("shipments", __name__)
PER_PAGE = 20


@blueprint.get("/farm/shipments")
@roles(RoleName.PRODUCER_MEMBER)
def index() -> ResponseReturnValue:
    """Shipments to the reader's producers, or from them."""
    actor = current_actor()
    going_out = request.args.get("way") == "out"
    statement = shipments_from(actor) if going_out else shipments_to(actor)
    page = paginate(statement, page=requested_page(), per_page=PER_PAGE)
    return render_template(
        "traceability/lots/shipments.html",
        page=page,
        going_out=going_out,
        weights={shipment.id: format_kilograms(_weight(shipment)) for shipment in page.items},
        status_names=SHIPMENT_STATUS_NAMES,
    )


def _weight(shipment: Shipment) -> int:
    return sum(line.grams for line in shipment.lines)


@blueprint.route("/farm/shipments/new", methods=["GET", "POST"])
@roles(RoleName.PRODUCER_MEMBER)
def new() -> ResponseReturnValue:
    """Send goods to another producer, who is looked for by name."""
    actor = current_actor()
    holder, holders = asked_holder(actor)
    lots, chosen = with_asked_lot(holder)
    units = units_at_hand(holder.id)
    words = request.args.get("to", "")
    found = [producer for producer in find_parties(words) if producer.id != holder.id]
    inside = goods_at_hand(units)
    offered = [choice.lot for choice in (*lots, *chain.from_iterable(inside.values()))]
    obstacles = find_obstacles(offered)
    blocked = [lot for lot in offered if lot.id in obstacles]
    came_from = lots_that_came_from(blocked, holder_id=holder.id, party_ids=[producer.id for producer in found])
    form = shipping_form(
        lots,
        chosen=chosen.lot.id if chosen else None,
        units=units,
        receivers=[(str(producer.id), _place_of(producer)) for producer in found],
        obstacles=obstacles,
        closed=obstacles.keys() - came_from,
    )
    if not form.is_submitted():
        form.ssccs.data = request.args.getlist("sscc")
        if len(found) == 1:
            form.receiver_id.data = str(found[0].id)
    if form.validate_on_submit():
        shipment_id = done(
            form,
            lambda: (
                ship(
                    actor=actor,
                    sender_id=holder.id,
                    receiver_id=uuid.UUID(form.receiver_id.data),
                    ssccs=form.ssccs.data or (),
                    contents=form.contents(),
                    note=form.note.data,
                ).id
            ),
        )
        if shipment_id is not None:
            flash(_("The goods are on their way. The receiver sees them and confirms what arrived."), "success")
            return redirect(url_for("shipments.detail", shipment_id=shipment_id), code=303)
    page = render_template(
        "traceability/lots/ship.html",
        form=form,
        holder=holder,
        holders=holders,
        lots=lots,
        units=units,
        inside=inside,
        words=words,
        found=found,
        asked_lot_id=asked_id("lot"),
        asked_ssccs=request.args.getlist("sscc"),
        lot_amount=lot_amount,
        product_name=product_name,
    )
    return page, 422 if form.errors else 200


def _place_of(producer: Producer) -> str:
    return f"{producer.name} · {producer.commune.name}, {producer.commune.province.name}"


@blueprint.route("/farm/shipments/<uuid:shipment_id>", methods=["GET", "POST"])
@roles(RoleName.PRODUCER_MEMBER, RoleName.PROVINCE_OFFICER)
def detail(shipment_id: uuid.UUID) -> ResponseReturnValue:
    """One shipment; its receiver says here what arrived."""
    actor = current_actor()
    shipment = get_shipment(actor, shipment_id)
    form = receiving_form(shipment)
    is_receiver = may_act_for(actor, shipment.receiver_id)
    if is_receiver and form.validate_on_submit():
        if _receive(form, shipment):
            flash(_("What arrived is on record."), "success")
            return redirect(url_for("shipments.detail", shipment_id=shipment_id), code=303)
        # What was refused was rolled back, and with that what had been read.
        shipment = get_shipment(actor, shipment_id)
    page = render_template(
        "traceability/lots/shipment.html",
        shipment=shipment,
        form=form,
        can_receive=is_receiver and shipment.status == ShipmentStatus.SENT,
        is_member=actor.has_role(RoleName.PRODUCER_MEMBER),
        weight=format_kilograms(_weight(shipment)),
        received={
            line.id: lot_amount(line.lot, Amount(line.received_grams, line.received_units or 0))
            for line in shipment.lines
            if line.received_grams is not None
        },
        kind_names=UNIT_KIND_NAMES,
        status_names=SHIPMENT_STATUS_NAMES,
        difference_names=DIFFERENCE_NAMES,
        lot_amount=lot_amount,
        product_name=product_name,
    )
    return page, 422 if form.errors else 200


def _receive(form: ReceivingForm, shipment: Shipment) -> bool:
    """Whether it was done; else the form says why not."""
    actor, refuse = current_actor(), "refuse" in request.form
    outcome = done(
        form,
        lambda: (
            receive(
                actor=actor,
                shipment_id=shipment.id,
                received=form.received(shipment, refuse=refuse),
                difference=form.chosen_difference(),
                reason=form.reason.data,
            ).id
        ),
    )
    return outcome is not None
