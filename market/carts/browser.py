"""Which basket this browser holds: its id in the signed session cookie, with the number of lines for the header."""

import uuid

from flask import session

_CART = "cart_id"
_COUNT = "basket_count"


def current_cart_id() -> uuid.UUID | None:
    """The id of this browser's basket, if it has one; the basket itself may be gone."""
    text = session.get(_CART)
    return uuid.UUID(text) if text else None


def remember_cart(cart_id: uuid.UUID, *, lines: int | None = None) -> None:
    """Let this browser hold the basket `cart_id`, with so many lines."""
    session[_CART] = str(cart_id)
    if lines is not None:
        session[_COUNT] = lines


def forget_cart() -> None:
    """Let this browser hold no basket."""
    session.pop(_CART, None)
    session.pop(_COUNT, None)


def basket_count() -> int:
    """How many lines the basket has, for the header: read from the cookie, so that no page asks the database for it."""
    count: int = session.get(_COUNT, 0)
    return count
