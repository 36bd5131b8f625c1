"""From the basket to the payment page and back."""

import uuid
from collections.abc import Mapping

import structlog
from flask import Blueprint, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from catalog.places.models import Commune
from core.accounts import User, current_actor
from core.accounts.identity import phone_as_read
from core.config import Settings
from core.db import atomic, db
from core.errors import AppError, Conflict, Invalid, NotFound, Unavailable
from core.i18n import current_locale
from core.i18n import gettext as _
from core.web.access import public, secret_link
from core.web.setup import limiter
from market.carts.browser import current_cart_id, forget_cart, remember_cart
from market.carts.queries import Basket, get_basket, is_open
from market.carts.usecases import change_lines, mark_prices_seen
from market.cash.errors import REFUSALS as CASH_REFUSALS
from market.cash.queries import cash_choice
from market.checkout.delivery import DeliveryChoice, why_not_agreed
from market.checkout.delivery_form import method_value, read_choices, time_field, time_value
from market.checkout.deposits import due_later_vnd
from market.checkout.errors import delivery_field
from market.checkout.forms import CheckoutForm
from market.checkout.queries import Checkout, get_checkout, waiting_order
from market.checkout.usecases import PlacedOrder, place_order, release_replaced_order
from market.orders.models import Order
from market.orders.queries import find_order_id
from market.payments.configuration import payment_gateway
from market.payments.flow import close_pages, finish_payments, start_payment
from market.payments.purposes import PurposeKind
from market.payments.usecases import Attempt, prepare_first_payment
from market.promotions.queries import list_promotions
from market.promotions.rules import Person
from market.storefront.rendering import render

blueprint = Blueprint("checkout", __name__)
log = structlog.get_logger("checkout")


@blueprint.get("/checkout")
@public
def checkout() -> ResponseReturnValue:
    """The form, filled with what is known already."""
    basket = get_basket(current_cart_id(), current_actor().user_id)
    waiting = waiting_order(basket)
    return _page(CheckoutForm(data=_known(waiting)), basket, waiting, choices=None)


@blueprint.post("/checkout")
@public
@limiter.limit("60/minute")
def send() -> ResponseReturnValue:
    """Place the order and lead on to the payment page; or only show what is offered and what it comes to by now."""
    form = CheckoutForm()
    cart_id = current_cart_id()
    if cart_id is None:
        return redirect(url_for("carts.basket"), code=303)
    choices = read_choices(request.form)
    if "choose_province" in request.form:
        return _page_again(form, cart_id, choices)
    if not form.validate_on_submit():
        return _page_again(form, cart_id, choices, status=422)
    if "accept_less" in request.form:
        return _page_again(form, _take_what_is_left(cart_id), choices)
    try:
        placed, prepared = _place(cart_id, form)
    except (Invalid, Conflict) as error:
        return _page_again(form, cart_id, choices, refusal=error, status=error.http_status)
    close_pages(placed.withdrawn, gateway=payment_gateway())
    return _confirmed(placed) if placed.pays_cash else _go_and_pay(placed.order_id, placed.token, prepared)


@blueprint.post("/orders/<token>/pay")
@secret_link
@limiter.limit("30/minute")
def pay(token: str) -> ResponseReturnValue:
    """To the payment page: the open one, or a new one after a refused card or a change of mind."""
    return _go_and_pay(find_order_id(token), token)


@blueprint.get("/orders/<token>/return")
@secret_link
def payment_return(token: str) -> ResponseReturnValue:
    """Back from the payment page: settle what was paid, then show the order. The webhook may have been here first."""
    order_id = find_order_id(token)
    try:
        finish_payments(kind=PurposeKind.ORDER, purpose_id=order_id, gateway=payment_gateway())
    except Unavailable:
        log.warning("return page could not ask the payment service", order_id=str(order_id))
        flash(_("We are still waiting to hear of your payment. Please reload this page in a minute."), "info")
    cart_id = current_cart_id()
    if cart_id is not None and not is_open(cart_id):
        forget_cart()
    return redirect(url_for("orders.order_page", token=token), code=303)


def _place(cart_id: uuid.UUID, form: CheckoutForm) -> tuple[PlacedOrder, Attempt | None]:
    """The order, and the payment of a new one, prepared in the same transaction."""
    settings: Settings = current_app.extensions["settings"]
    with atomic():
        placed = place_order(
            actor=current_actor(),
            cart_id=cart_id,
            recipient=form.recipient(),
            shown_goods_vnd=form.shown_goods,
            shown_promotions=form.promotions_shown,
            shown_province=form.province.data,
            shown_total_vnd=form.shown_total,
            commission_basis_points=settings.platform_fee_basis_points,
            locale=current_locale(),
            pays_cash=form.pays_cash.data,
            deliveries=read_choices(request.form),
        )
        if placed.request is None:
            return placed, None
        return placed, prepare_first_payment(
            kind=PurposeKind.ORDER, purpose_id=placed.order_id, request=placed.request, actor=current_actor()
        )


def _confirmed(placed: PlacedOrder) -> ResponseReturnValue:
    """To the order's page: nothing is paid before it comes."""
    forget_cart()
    return redirect(url_for("orders.order_page", token=placed.token), code=303)


def _go_and_pay(order_id: uuid.UUID, token: str, prepared: Attempt | None = None) -> ResponseReturnValue:
    """To the payment page, or to the order's page with the reason why not."""
    try:
        page_url = start_payment(
            kind=PurposeKind.ORDER,
            purpose_id=order_id,
            gateway=payment_gateway(),
            prepared=prepared,
            actor=current_actor(),
        )
    except Unavailable:
        flash(
            _("The payment page does not answer at the moment. Your order is kept; please try again in a minute."),
            "error",
        )
    except NotFound:
        raise
    except AppError as error:
        flash(str(error.message), "info")
    else:
        return redirect(page_url, code=303)
    return redirect(url_for("orders.order_page", token=token), code=303)


def _take_what_is_left(cart_id: uuid.UUID) -> uuid.UUID:
    """Let every line of the basket ask for no more than there is; the basket's id, which may be a new one."""
    with atomic():
        withdrawn = release_replaced_order(actor=current_actor(), cart_id=cart_id)
    close_pages(withdrawn, gateway=payment_gateway())
    basket = get_basket(cart_id, current_actor().user_id)
    with atomic():
        cart_id = change_lines(
            actor=current_actor(),
            cart_id=cart_id,
            quantities={line.id: line.can_take for line in basket.lines if line.is_short},
            locale=current_locale(),
        )
    remember_cart(cart_id, lines=len(get_basket(cart_id, current_actor().user_id).lines))
    return cart_id


def _known(order: Order | None) -> dict[str, str | None]:
    """What an unpaid order of this basket, or the account, already says."""
    if order is not None:
        commune = db.session.get_one(Commune, order.commune_code)
        return {
            "name": order.buyer_name,
            "phone": phone_as_read(order.buyer_phone),
            "province": commune.province_code,
            "commune": order.commune_code,
            "address": order.address,
            "email": order.buyer_email,
            "note": order.note,
        }
    user_id = current_actor().user_id
    user = db.session.get(User, user_id) if user_id is not None else None
    if user is None:
        return {}
    phone = phone_as_read(user.phone) if user.phone is not None else None
    return {"name": user.display_name, "phone": phone, "email": user.email}


def _page_again(
    form: CheckoutForm,
    cart_id: uuid.UUID,
    choices: Mapping[uuid.UUID, DeliveryChoice],
    *,
    refusal: AppError | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    """The page with what was typed, for the basket as it is by now."""
    basket = get_basket(cart_id, current_actor().user_id)
    return _page(form, basket, waiting_order(basket), choices=choices, refusal=refusal, status=status)


def _page(
    form: CheckoutForm,
    basket: Basket,
    waiting: Order | None,
    *,
    choices: Mapping[uuid.UUID, DeliveryChoice] | None,
    refusal: AppError | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    state = get_checkout(
        basket,
        waiting=waiting,
        destination=form.ask_destination(),
        person=Person(current_actor().user_id, form.phone_number),
        choices=choices,
    )
    if not state.basket.parcels:
        if request.method == "POST":
            flash(_("Your basket is empty."), "info")
        return redirect(url_for("carts.basket"), code=303)
    if refusal is not None and refusal.field == "commune":
        form.refuse_place(refusal)
    ended = form.promotions_shown - state.priced.price.applied
    if refusal is None:
        ended &= state.priced.used_up  # by the phone number that was typed; what else ended is named once it matters
    form.shown_goods_vnd.data = str(state.net_goods_vnd)
    form.shown_total_vnd.data = str(state.priced.price.total_vnd)
    form.shown_promotions.data = " ".join(sorted(str(promotion_id) for promotion_id in state.priced.price.applied))
    has_preorder = any(line.harvest_from for line in state.basket.lines)
    may_pay_cash, why_not = cash_choice(
        current_actor().user_id, total_vnd=state.priced.price.total_vnd, has_preorder=has_preorder
    )
    open_deliveries = _open_deliveries(state, refusal) if status >= 400 else {}
    page = render(
        "market/checkout/checkout.html",
        due_later_vnd=due_later_vnd(state.basket, state.priced),
        may_pay_cash=may_pay_cash,
        why_not_cash=CASH_REFUSALS[why_not] if why_not is not None else None,
        form=form,
        ended_promotions=list_promotions(ended),
        checkout=state,
        delivery_field=delivery_field,
        method_value=method_value,
        time_field=time_field,
        time_value=time_value,
        refusal=refusal if refusal is not None and refusal.field not in ("commune", *open_deliveries) else None,
        open_deliveries=open_deliveries,
    )
    _remember_prices(state.basket)
    return page, status


def _open_deliveries(state: Checkout, refusal: AppError | None) -> dict[str, AppError]:
    """By field, what is wrong with the delivery of each parcel: with all of them, not only the first one."""
    found: dict[str, AppError] = {}
    for parcel in state.basket.parcels:
        field, delivery = delivery_field(parcel.producer_id), state.deliveries[parcel.producer_id]
        if refusal is not None and refusal.field == field:
            found[field] = refusal
        elif delivery.chosen is None:
            found[field] = why_not_agreed(delivery, parcel.producer_name)
    return found


def _remember_prices(basket: Basket) -> None:
    """What the page has just named as new is what the shopper saw last."""
    news = {line.id: line.price_vnd for line in basket.lines if line.price_changed}
    if news and basket.id is not None:
        with atomic():
            mark_prices_seen(cart_id=basket.id, prices=news)
