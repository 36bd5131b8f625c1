"""The buyer's order page, and the producers' pages of orders."""

import uuid
from datetime import date

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.accounts import RoleName, current_actor
from core.db import atomic
from core.errors import Conflict, Invalid
from core.i18n import current_locale, format_number, normalize
from core.i18n import gettext as _
from core.web.access import roles, secret_link, signed_in
from core.web.paging import paginate, requested_page
from market.delivery.models import MethodKind
from market.orders import packing
from market.orders.forms import PackForm, pack_form
from market.orders.models import OrderStatus, Parcel, ParcelStatus
from market.orders.picking import MOST_LETTERS, count_to_pack, days_to_pack, on_day, pick_list, with_words, words_of
from market.orders.queries import (
    as_listed,
    as_packed,
    count_parcels,
    get_order_by_token,
    get_parcel,
    lots_to_pack_from,
    orders_of_buyer,
    parcels_of,
    units_of,
)
from market.orders.rules import commission_vnd, steps_done
from market.payments.models import PaymentStatus
from market.payments.purposes import PurposeKind
from market.payments.queries import list_payments

PER_PAGE = 20
BOUGHT = (OrderStatus.PAID, OrderStatus.SHIPPED, OrderStatus.CANCELLED)
LISTED = (ParcelStatus.TO_PACK, ParcelStatus.PACKED, ParcelStatus.SHIPPED)
blueprint = Blueprint("orders", __name__)


@blueprint.get("/orders/<token>")
@secret_link
def order_page(token: str) -> ResponseReturnValue:
    """The buyer's order: how far it is, what is in it, from which lots it was packed."""
    order = get_order_by_token(token)
    payments = list_payments(PurposeKind.ORDER, order.id)
    live = next((payment for payment in payments if payment.is_live), None)
    page = render_template(
        "market/orders/order.html",
        order=order,
        steps_done=steps_done(order.status, [parcel.status for parcel in order.parcels]),
        is_awaiting=order.status == OrderStatus.AWAITING_PAYMENT,
        pay_until=live.expires_at if live is not None else None,
        may_be_bought_again=order.status in BOUGHT,
        gives_back=order.status == OrderStatus.EXPIRED
        # A refund that came back from the bank is looked at by a person, and goes back all the same.
        and any(payment.status in (PaymentStatus.SUCCEEDED, PaymentStatus.NEEDS_REVIEW) for payment in payments),
        gave_back=order.status == OrderStatus.EXPIRED
        and any(payment.status == PaymentStatus.REFUNDED for payment in payments),
    )
    response = make_response(page)
    # Whoever has the address can read it: no cache and no search engine may keep it.
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@blueprint.get("/orders")
@signed_in
def own_index() -> ResponseReturnValue:
    """What the reader has bought while signed in, with the way to each order."""
    user_id = current_actor().user_id
    assert user_id is not None
    page = paginate(orders_of_buyer(user_id), page=requested_page(), per_page=PER_PAGE)
    return render_template("market/orders/own_index.html", page=page, bought=BOUGHT)


@blueprint.get("/farm/orders")
@roles(RoleName.PRODUCER_MEMBER, RoleName.ADMINISTRATOR)
def farm_index() -> ResponseReturnValue:
    """The parcels of the actor's producers in one state."""
    actor = current_actor()
    state, text = _asked_state(), _asked_text()
    words, counts = words_of(text), count_parcels(actor)
    page = paginate(
        as_listed(with_words(parcels_of(actor, state), words)),
        page=requested_page(),
        per_page=PER_PAGE,
        total=None if words else counts[state],
    )
    return render_template(
        "market/orders/farm_index.html", page=page, state=state, states=LISTED, counts=counts, text=text
    )


@blueprint.get("/farm/orders/pick-list")
@roles(RoleName.PRODUCER_MEMBER, RoleName.ADMINISTRATOR)
def farm_pick_list() -> ResponseReturnValue:
    """What to take from the store for all parcels that wait to be packed, for the screen and for paper."""
    actor, text, day = current_actor(), _asked_text(), _asked_day()
    return render_template(
        "market/orders/pick_list.html",
        picks=pick_list(actor, words_of(text), day),
        parcels=count_to_pack(actor, words_of(text), day),
        days=days_to_pack(actor),
        day=day,
        text=text,
        locale=current_locale(),
        format_number=format_number,
    )


@blueprint.get("/farm/orders/slips")
@roles(RoleName.PRODUCER_MEMBER, RoleName.ADMINISTRATOR)
def farm_slips() -> ResponseReturnValue:
    """The slips that go into the parcels in one state, a page of paper each."""
    actor, state, text = current_actor(), _asked_state(), _asked_text()
    found = as_packed(on_day(with_words(parcels_of(actor, state), words_of(text)), _asked_day()))
    page = paginate(found, page=requested_page(), per_page=PER_PAGE)
    return render_template("market/orders/slips.html", page=page, state=state, text=text)


@blueprint.get("/farm/orders/<uuid:parcel_id>")
@roles(RoleName.PRODUCER_MEMBER, RoleName.ADMINISTRATOR)
def farm_parcel(parcel_id: uuid.UUID) -> ResponseReturnValue:
    """One parcel: who gets it, what goes in, from which lots."""
    parcel = get_parcel(current_actor(), parcel_id)
    return _parcel_page(parcel, _form_for(parcel))


@blueprint.post("/farm/orders/<uuid:parcel_id>/pack")
@roles(RoleName.PRODUCER_MEMBER, RoleName.ADMINISTRATOR)
def pack(parcel_id: uuid.UUID) -> ResponseReturnValue:
    """Pack the parcel from the chosen lots."""
    actor = current_actor()
    parcel = get_parcel(actor, parcel_id)
    form = _form_for(parcel)
    if not form.validate_on_submit():
        return _parcel_page(parcel, form, status=422)
    try:
        with atomic():
            packing.pack_parcel(actor=actor, parcel_id=parcel_id, lots=form.chosen_lots(), weights=form.weights())
    except (Invalid, Conflict) as error:
        message = str(error.message)
        parcel = get_parcel(actor, parcel_id)
        form = _form_for(parcel)
        field = form._fields.get(error.field or "")
        if field is not None:
            field.errors = [message]
        else:
            flash(message, "error")
        return _parcel_page(parcel, form, status=error.http_status)
    flash(_("Packed. The parcel has its number now."), "success")
    return redirect(url_for("orders.farm_parcel", parcel_id=parcel_id), code=303)


@blueprint.post("/farm/orders/<uuid:parcel_id>/ship")
@roles(RoleName.PRODUCER_MEMBER, RoleName.ADMINISTRATOR)
def ship(parcel_id: uuid.UUID) -> ResponseReturnValue:
    """Hand the parcel over for delivery."""
    actor = current_actor()
    try:
        with atomic():
            packing.ship_parcel(actor=actor, parcel_id=parcel_id)
    except Conflict as error:
        flash(str(error.message), "error")
        parcel = get_parcel(actor, parcel_id)
        return _parcel_page(parcel, _form_for(parcel), status=error.http_status)
    if get_parcel(actor, parcel_id).delivery_kind == MethodKind.PICK_UP:
        flash(_("The buyer has been told that the parcel can be picked up."), "success")
    else:
        flash(_("The parcel is on its way. The buyer has been told."), "success")
    return redirect(url_for("orders.farm_parcel", parcel_id=parcel_id), code=303)


def _asked_state() -> ParcelStatus:
    asked = request.args.get("state", "")
    return ParcelStatus(asked) if asked in LISTED else ParcelStatus.TO_PACK


def _asked_text() -> str:
    return normalize(request.args.get("q", ""))[:MOST_LETTERS]


def _asked_day() -> date | None:
    try:
        return date.fromisoformat(request.args.get("day", ""))
    except ValueError:
        return None


def _form_for(parcel: Parcel) -> PackForm:
    to_pack = [line for line in parcel.lines if units_of(line)] if parcel.status == ParcelStatus.TO_PACK else []
    return pack_form(to_pack, lots_to_pack_from(to_pack), choose_first=request.method == "GET")


def _parcel_page(parcel: Parcel, form: PackForm, *, status: int = 200) -> ResponseReturnValue:
    page = render_template(
        "market/orders/farm_parcel.html",
        parcel=parcel,
        order=parcel.order,
        form=form,
        units_of=units_of,
        commission=commission_vnd(parcel.earned_vnd, parcel.commission_basis_points),
        can_pack=all(len(field.choices) > 1 for name, field in form._fields.items() if name.startswith("lot_")),
    )
    return page, status
