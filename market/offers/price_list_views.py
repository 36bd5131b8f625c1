"""The producers' pages of price lists for business buyers."""

import uuid

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from catalog.producers.queries import producers_of
from core.accounts import RoleName, current_actor
from core.db import atomic
from core.errors import Conflict, Invalid
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.web import roles
from core.web.forms import REQUIRED, Form, MoneyField, SelectField, TextField, WholeNumberField
from core.web.paging import paginate, requested_page
from market.offers import price_lists
from traceability.forms import producer_choices, show_error

PER_PAGE = 20
PRODUCERS = (RoleName.PRODUCER_MEMBER, RoleName.ADMINISTRATOR)
blueprint = Blueprint("price_lists", __name__, url_prefix="/farm/price-lists")


class NewListForm(Form):
    """A new price list."""

    producer = SelectField(_l("Producer"), validators=[DataRequired(REQUIRED)])
    name = TextField(_l("Name of the list"), validators=[DataRequired(REQUIRED), Length(max=80)])


class ListedPriceForm(Form):
    """What one offer costs on the list; an empty price takes it off."""

    offer = HiddenField(validators=[DataRequired()])
    from_quantity = WholeNumberField(_l("From how many"), validators=[InputRequired(REQUIRED)], default=1)
    price_vnd = MoneyField(_l("Price for each"), validators=[Optional()])


class BuyerForm(Form):
    """A buyer, as they sign in."""

    buyer = TextField(
        _l("Phone number or e-mail of the buyer’s account"), validators=[DataRequired(REQUIRED), Length(max=254)]
    )


@blueprint.get("")
@roles(*PRODUCERS)
def index() -> ResponseReturnValue:
    """The price lists, and a form for a new one."""
    return _index(_new_form())


@blueprint.post("")
@roles(*PRODUCERS)
def create() -> ResponseReturnValue:
    """Begin a price list."""
    form = _new_form()
    if not form.validate_on_submit():
        return _index(form, status=422)
    with atomic():
        made = price_lists.create_price_list(
            actor=current_actor(), producer_id=uuid.UUID(form.producer.data), name=form.name.data or ""
        ).id
    return redirect(url_for("price_lists.detail", price_list_id=made), code=303)


@blueprint.get("/<uuid:price_list_id>")
@roles(*PRODUCERS)
def detail(price_list_id: uuid.UUID) -> ResponseReturnValue:
    """The prices and the buyers of a list."""
    return _detail(price_list_id)


@blueprint.post("/<uuid:price_list_id>/prices")
@roles(*PRODUCERS)
def set_price(price_list_id: uuid.UUID) -> ResponseReturnValue:
    """Set what one offer costs on the list."""
    form = ListedPriceForm()
    offer_id = _uuid_or_none(form.offer.data)
    if offer_id is None or not form.validate_on_submit():
        return _detail(price_list_id, price_form=form, status=422)
    try:
        with atomic():
            price_lists.set_listed_price(
                actor=current_actor(),
                price_list_id=price_list_id,
                offer_id=offer_id,
                from_quantity=form.from_quantity.data or 0,
                price_vnd=form.price_vnd.data,
            )
    except (Invalid, Conflict) as error:
        show_error(form, error)
        return _detail(price_list_id, price_form=form, status=error.http_status)
    flash(_("Saved."), "success")
    return redirect(url_for("price_lists.detail", price_list_id=price_list_id), code=303)


@blueprint.post("/<uuid:price_list_id>/buyers")
@roles(*PRODUCERS)
def add_buyer(price_list_id: uuid.UUID) -> ResponseReturnValue:
    """Put a buyer on the list."""
    form = BuyerForm()
    if not form.validate_on_submit():
        return _detail(price_list_id, buyer_form=form, status=422)
    try:
        with atomic():
            price_lists.add_buyer(actor=current_actor(), price_list_id=price_list_id, name=form.buyer.data or "")
    except (Invalid, Conflict) as error:
        show_error(form, error)
        return _detail(price_list_id, buyer_form=form, status=error.http_status)
    flash(_("This buyer now sees the prices of the list."), "success")
    return redirect(url_for("price_lists.detail", price_list_id=price_list_id), code=303)


@blueprint.post("/<uuid:price_list_id>/buyers/<uuid:user_id>/remove")
@roles(*PRODUCERS)
def remove_buyer(price_list_id: uuid.UUID, user_id: uuid.UUID) -> ResponseReturnValue:
    """Take a buyer off the list."""
    with atomic():
        price_lists.remove_buyer(actor=current_actor(), price_list_id=price_list_id, user_id=user_id)
    return redirect(url_for("price_lists.detail", price_list_id=price_list_id), code=303)


@blueprint.post("/<uuid:price_list_id>/end")
@roles(*PRODUCERS)
def end(price_list_id: uuid.UUID) -> ResponseReturnValue:
    """Let the list count no more."""
    with atomic():
        price_lists.end_price_list(actor=current_actor(), price_list_id=price_list_id)
    flash(_("The list counts no more."), "success")
    return redirect(url_for("price_lists.index"), code=303)


def _new_form() -> NewListForm:
    form = NewListForm()
    form.producer.choices = producer_choices(producers_of(current_actor()))
    return form


def _index(form: NewListForm, *, status: int = 200) -> ResponseReturnValue:
    page = paginate(price_lists.price_lists_of(current_actor()), page=requested_page(), per_page=PER_PAGE)
    return render_template("market/offers/price_lists.html", page=page, form=form), status


def _detail(
    price_list_id: uuid.UUID,
    *,
    price_form: ListedPriceForm | None = None,
    buyer_form: BuyerForm | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    price_list = price_lists.get_price_list(current_actor(), price_list_id)
    page = render_template(
        "market/offers/price_list.html",
        price_list=price_list,
        prices=price_lists.listed_prices(price_list),
        buyers=price_lists.buyers_of(price_list_id),
        price_form=price_form,
        buyer_form=buyer_form or BuyerForm(formdata=None),
    )
    return page, status


def _uuid_or_none(text: str | None) -> uuid.UUID | None:
    try:
        return uuid.UUID(text or "")
    except ValueError:
        return None
