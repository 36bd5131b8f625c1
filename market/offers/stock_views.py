"""The stock card of an offer: what moved, and writing down what happened."""

import uuid

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from core.accounts import RoleName, current_actor
from core.db import atomic
from core.errors import Conflict, Invalid
from core.i18n import gettext as _
from core.web import roles
from core.web.paging import paginate, requested_page
from market.offers.models import Offer, StockMovementKind
from market.offers.policies import require_own_offer
from market.offers.stock import count_stock, return_stock, take_in_harvest, write_off_spoilt
from market.offers.stock_forms import MOVEMENT_NAMES, MovementForm
from market.offers.stock_queries import lots_for, movements_of, order_numbers
from traceability.forms import show_error
from traceability.lots.showing import lot_with_grade

PER_PAGE = 25
PRODUCERS = (RoleName.PRODUCER_MEMBER, RoleName.ADMINISTRATOR)
blueprint = Blueprint("stock", __name__)


@blueprint.get("/farm/offers/<uuid:offer_id>/stock")
@roles(*PRODUCERS)
def card(offer_id: uuid.UUID) -> ResponseReturnValue:
    """The movements of an offer, the newest first."""
    offer = require_own_offer(current_actor(), offer_id)
    return _page(offer, _form(offer))


@blueprint.post("/farm/offers/<uuid:offer_id>/stock")
@roles(*PRODUCERS)
def move(offer_id: uuid.UUID) -> ResponseReturnValue:
    """Write down a harvest, goods that spoilt or came back, or a count."""
    offer = require_own_offer(current_actor(), offer_id)
    form = _form(offer)
    if form.validate_on_submit() and form.kind.data == StockMovementKind.SPOIL and not form.reason.data:
        form.reason.errors = [_("Say what happened to it.")]
    if form.errors or form.reason.errors:
        return _page(offer, form, status=422)
    try:
        with atomic():
            _move(offer_id, form)
    except (Invalid, Conflict) as error:
        show_error(form, _about_quantity(error))
        return _page(offer, form, status=error.http_status)
    flash(_("Written down."), "success")
    return redirect(url_for("stock.card", offer_id=offer_id), code=303)


def _move(offer_id: uuid.UUID, form: MovementForm) -> None:
    actor, quantity = current_actor(), form.quantity.data or 0
    if form.kind.data == StockMovementKind.COUNT:
        count_stock(actor=actor, offer_id=offer_id, on_hand=quantity)
    elif form.kind.data == StockMovementKind.SPOIL:
        write_off_spoilt(actor=actor, offer_id=offer_id, quantity=quantity, reason=form.reason.data or "")
    elif form.kind.data == StockMovementKind.RETURN:
        return_stock(actor=actor, offer_id=offer_id, quantity=quantity, reason=form.reason.data)
    else:
        lot_id = uuid.UUID(form.lot.data) if form.lot.data else None
        take_in_harvest(actor=actor, offer_id=offer_id, quantity=quantity, lot_id=lot_id)


def _about_quantity(error: Invalid | Conflict) -> Invalid | Conflict:
    """A count calls its number otherwise than the form does."""
    if error.field == "on_hand":
        error.field = "quantity"
    return error


def _form(offer: Offer) -> MovementForm:
    form = MovementForm()
    form.lot.choices = [("", _("not said")), *((str(lot.id), lot_with_grade(lot)) for lot in lots_for(offer))]
    return form


def _page(offer: Offer, form: MovementForm, *, status: int = 200) -> ResponseReturnValue:
    page = paginate(movements_of(offer.id), page=requested_page(), per_page=PER_PAGE)
    html = render_template(
        "market/offers/stock_card.html",
        offer=offer,
        form=form,
        page=page,
        names=MOVEMENT_NAMES,
        orders=order_numbers([movement.order_id for movement in page.items if movement.order_id is not None]),
    )
    return html, status
