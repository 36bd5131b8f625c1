"""The basket: looking at it, filling it, changing it."""

import uuid
from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.accounts import current_actor
from core.db import atomic
from core.errors import Conflict, Invalid, NotFound
from core.i18n import current_locale
from core.i18n import gettext as _
from core.web import public
from core.web.setup import limiter
from market.carts import usecases
from market.carts.browser import current_cart_id, forget_cart, remember_cart
from market.carts.errors import LinesRefused
from market.carts.forms import AddLineForm, LineForm, VoucherForm, line_forms
from market.carts.offer_on_sale import find_offer_on_sale
from market.carts.pricing import ask_promotions_of, least_fees, price_of
from market.carts.queries import Basket, get_basket
from market.promotions.rules import Person

blueprint = Blueprint("carts", __name__)


@blueprint.get("/basket")
@public
def basket() -> ResponseReturnValue:
    """What is in the basket, with what changed since the shopper looked last."""
    return _basket_page()


@blueprint.post("/basket/lines")
@public
def add_line() -> ResponseReturnValue:
    """Put an offer into the basket, and show the basket; a number that cannot be is asked for again."""
    form = AddLineForm()
    offer_id = _uuid_or_none(form.offer.data)
    if offer_id is None:
        raise NotFound
    if not form.validate_on_submit():
        return _add_line_page(form, offer_id), 422
    try:
        with atomic():
            cart_id = usecases.add_line(
                actor=current_actor(),
                cart_id=current_cart_id(),
                offer_id=offer_id,
                quantity=form.quantity.data or 0,
                locale=current_locale(),
            )
            lines = usecases.count_lines(cart_id=cart_id)
    except (Invalid, Conflict) as error:
        form.quantity.errors = [str(error.message)]
        return _add_line_page(form, offer_id), error.http_status
    remember_cart(cart_id, lines=lines.value)
    flash(_("It is in your basket."), "success")
    return redirect(url_for("carts.basket"), code=303)


@blueprint.post("/basket/quantities")
@public
def change_lines() -> ResponseReturnValue:
    """Other numbers for lines, 0 or the button "remove" to take one out; then back to the basket, or on to checkout."""
    cart_id = current_cart_id()
    basket = get_basket(cart_id, current_actor().user_id)
    if cart_id is None or basket.id is None:
        return redirect(url_for("carts.basket"), code=303)
    forms = line_forms(basket)
    pressed = (request.form.get("remove"), request.form.get("take"))
    wrong = [line_id for line_id, form in forms.items() if str(line_id) not in pressed and not form.validate()]
    if wrong:
        return _basket_page(lines=forms, status=422)
    try:
        with atomic():
            cart_id = usecases.change_lines(
                actor=current_actor(),
                cart_id=cart_id,
                quantities=_changed(basket, forms),
                locale=current_locale(),
            )
            count = usecases.count_lines(cart_id=cart_id)
    except LinesRefused as refusal:
        for line_id, error in refusal.by_line.items():
            forms[line_id].quantity.errors = [str(error.message)]
        return _basket_page(lines=forms, status=refusal.http_status)
    remember_cart(cart_id, lines=count.value)
    return redirect(url_for("checkout.checkout" if "checkout" in request.form else "carts.basket"), code=303)


@blueprint.post("/basket/vouchers")
@public
@limiter.limit("20/minute")
def add_voucher() -> ResponseReturnValue:
    """Put a voucher into the basket by its code."""
    form = VoucherForm()
    if not form.validate_on_submit():
        return _basket_page(voucher_form=form, status=422)
    try:
        with atomic():
            cart_id = usecases.add_voucher(
                actor=current_actor(), cart_id=current_cart_id(), code=form.code.data or "", locale=current_locale()
            )
    except (Invalid, Conflict) as error:
        form.code.errors = [str(error.message)]
        return _basket_page(voucher_form=form, status=error.http_status)
    remember_cart(cart_id)
    flash(_("The voucher is in your basket."), "success")
    return redirect(url_for("carts.basket"), code=303)


@blueprint.post("/basket/vouchers/<uuid:promotion_id>/remove")
@public
def remove_voucher(promotion_id: uuid.UUID) -> ResponseReturnValue:
    """Take a voucher out of the basket."""
    with atomic():
        cart_id = usecases.remove_voucher(
            actor=current_actor(), cart_id=current_cart_id(), promotion_id=promotion_id, locale=current_locale()
        )
    remember_cart(cart_id)
    return redirect(url_for("carts.basket"), code=303)


def _changed(basket: Basket, forms: Mapping[uuid.UUID, LineForm]) -> dict[uuid.UUID, int]:
    """The numbers that were typed and differ, and those of the buttons "remove" and "take what there is"."""
    wanted = {line_id: form.quantity.data for line_id, form in forms.items()}
    for line in basket.lines:
        if request.form.get("remove") == str(line.id):
            wanted[line.id] = 0
        elif request.form.get("take") == str(line.id):
            wanted[line.id] = line.can_take
    had = {line.id: line.quantity for line in basket.lines}
    return {line_id: number for line_id, number in wanted.items() if number is not None and number != had[line_id]}


def _add_line_page(form: AddLineForm, offer_id: uuid.UUID) -> str:
    """The offer, to be asked for again with another number. Raises NotFound when it is not on sale."""
    offer = find_offer_on_sale(offer_id, current_cart_id(), current_actor().user_id)
    if offer is None:
        raise NotFound
    return render_template("market/carts/add_line.html", form=form, offer=offer)


def _basket_page(
    *,
    lines: Mapping[uuid.UUID, LineForm] | None = None,
    voucher_form: VoucherForm | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    basket = get_basket(current_cart_id(), current_actor().user_id)
    if basket.id is None:
        forget_cart()
    else:
        remember_cart(basket.id, lines=len(basket.lines))
        news = {line.id: line.price_vnd for line in basket.lines if line.price_changed}
        if news and request.method == "GET":
            with atomic():
                usecases.mark_prices_seen(cart_id=basket.id, prices=news)
    page = render_template(
        "market/carts/basket.html",
        basket=basket,
        priced=price_of(
            basket,
            {},
            promotions=ask_promotions_of(basket),
            person=Person(current_actor().user_id),
            held_by=basket.waiting_order_id,
        ),
        least_fees=least_fees(basket),
        lines=lines or {},
        voucher_form=voucher_form or VoucherForm(formdata=None),
    )
    return page, status


def _uuid_or_none(text: str | None) -> uuid.UUID | None:
    try:
        return uuid.UUID(text or "")
    except ValueError:
        return None
