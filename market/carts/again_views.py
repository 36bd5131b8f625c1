"""The button "buy again" of an order, and what becomes of baskets at sign-in and sign-out."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Flask, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from core.accounts import Actor, RoleName, User, current_actor
from core.db import atomic, known
from core.i18n import current_locale, ngettext
from core.i18n import gettext as _
from core.money import format_vnd
from core.web.access import secret_link
from core.web.setup import limiter
from market.carts.browser import current_cart_id, forget_cart, remember_cart
from market.carts.buying_again import LineAgain, buy_again
from market.carts.merging import merge_baskets
from market.carts.rules import MAX_LINES
from market.carts.usecases import count_lines
from market.orders.queries import find_order_id

MOST_NAMED = 5
"""How many goods are named at once: what is said waits in the session's cookie, which is small."""
blueprint = Blueprint("buying_again", __name__)


@blueprint.post("/orders/<token>/again")
@limiter.limit("20/minute")
@secret_link
def again(token: str) -> ResponseReturnValue:
    """Put what is still sold of the order into the basket, and name what is gone, fewer or priced differently."""
    order_id = find_order_id(token)
    with atomic():
        cart_id, lines = buy_again(
            actor=current_actor(), cart_id=current_cart_id(), order_id=order_id, locale=current_locale()
        )
        count = count_lines(cart_id=cart_id) if cart_id is not None else known(0)
    if all(line.is_gone for line in lines):
        flash(_("Nothing of this order is sold at the moment."), "warning")
        return redirect(url_for("orders.order_page", token=token), code=303)
    assert cart_id is not None
    remember_cart(cart_id, lines=count.value)
    if any(line.in_basket for line in lines):
        flash(_("What is still sold of the order is in your basket, at today's prices."), "success")
    _name_differences(lines)
    return redirect(url_for("carts.basket"), code=303)


def merge_at_sign_in(app: Flask, user: User, **_more: Any) -> None:
    """Let the browser that has just signed in hold one basket: its own and the account's together."""
    if request.endpoint != "security.login":
        return
    actor = Actor(user.id, frozenset(RoleName(role.name) for role in user.roles), user.display_name)
    with atomic():
        cart_id, left_out = merge_baskets(actor=actor, cart_id=current_cart_id(), locale=current_locale())
        count = count_lines(cart_id=cart_id) if cart_id is not None else known(0)
    if cart_id is None:
        forget_cart()  # it is bought, empty, or was filled by another account on this device
    else:
        remember_cart(cart_id, lines=count.value)
    if left_out:
        flash(
            ngettext(
                "A basket takes %(most)s different goods. %(num)s that you had put in before is no longer in it.",
                "A basket takes %(most)s different goods. %(num)s that you had put in before are no longer in it.",
                left_out,
                most=MAX_LINES,
            ),
            "warning",
        )


def forget_at_sign_out(app: Flask, **_more: Any) -> None:
    """Let the browser hold no basket: it is the account's, which finds it again at its next sign-in."""
    forget_cart()


def _name_differences(lines: Sequence[LineAgain]) -> None:
    locale = current_locale()
    gone = [_name(line) for line in lines if line.is_gone]
    left_out = [_name(line) for line in lines if not line.has_room]
    fewer = [f"{_name(line)} ({line.in_basket}/{line.wanted})" for line in lines if line.is_fewer]
    other = [
        f"{_name(line)} ({format_vnd(line.before_vnd, locale)} → {format_vnd(line.price_vnd, locale)})"
        for line in lines
        if line.costs_else
    ]
    for words, named in (
        (_("Not sold at the moment: %(names)s.", names=_list(gone)), gone),
        (_("There was no room in your basket for: %(names)s.", names=_list(left_out)), left_out),
        (_("Fewer than last time: %(names)s.", names=_list(fewer)), fewer),
        (_("Another price than last time: %(names)s.", names=_list(other)), other),
    ):
        if named:
            flash(words, "warning")


def _list(names: Sequence[str]) -> str:
    more = len(names) - MOST_NAMED
    shown = ", ".join(names[:MOST_NAMED])
    return shown if more < 1 else shown + " " + ngettext("and %(num)s more", "and %(num)s more", more)


def _name(line: LineAgain) -> str:
    return line.name_en if current_locale() == "en" else line.name_vi
