"""What the hosted payment page asks for an order."""

from collections.abc import Sequence

from core.i18n import gettext as _
from core.i18n import use_locale
from market.offers.models import SaleUnit
from market.offers.units import unit_label
from market.orders.models import Order, OrderLine
from market.payments.purposes import PaymentItem, PaymentRequest

MOST_ITEMS = 90
"""The vendor takes a hundred lines; an order with more is one line."""


def payment_request(order: Order) -> PaymentRequest:
    """Every line of the order, and delivery as the last one; its parcels and their lines have been read."""
    path = f"/orders/{order.token}"
    return PaymentRequest(
        reference=order.number,
        items=_items(order),
        return_path=f"{path}/return",
        cancel_path=path,
        locale=order.locale,
        email=order.buyer_email,
    )


def _items(order: Order) -> tuple[PaymentItem, ...]:
    lines = [line for parcel in order.parcels for line in parcel.lines]
    with use_locale(order.locale):
        if order.due_now_vnd != order.total_vnd:
            return (PaymentItem(_("Order %(number)s: what is due now", number=order.number), order.due_now_vnd),)
        if len(lines) > MOST_ITEMS:
            return (PaymentItem(_("Order %(number)s", number=order.number), order.total_vnd),)
        if order.discount_vnd:
            return _discounted(order, lines)
        goods = [PaymentItem(_name(line, order.locale), line.unit_price_vnd, line.quantity) for line in lines]
        delivery = [PaymentItem(_("Delivery"), order.delivery_vnd)] if order.delivery_vnd else []
    return (*goods, *delivery)


def _name(line: OrderLine, locale: str) -> str:
    """What is ordered, with its unit where it is not a single piece: as the order keeps both, so always the same."""
    name = line.name(locale)
    if line.unit == SaleUnit.PIECE and line.content_quantity == 1:
        return name
    return f"{name}, {unit_label(line.unit, line.content_quantity)}"


def _discounted(order: Order, lines: Sequence[OrderLine]) -> tuple[PaymentItem, ...]:
    """Each line less its discount, delivery as what is left of the total."""
    goods = [_discounted_item(line, order.locale) for line in lines if line.line_total_vnd > line.discount_vnd]
    delivery_vnd = order.total_vnd - sum(item.unit_amount_vnd * item.quantity for item in goods)
    return (*goods, PaymentItem(_("Delivery"), delivery_vnd)) if delivery_vnd else tuple(goods)


def _discounted_item(line: OrderLine, locale: str) -> PaymentItem:
    """One line less its discount: as one amount, with the count in its name, where that does not divide."""
    name, amount_vnd = _name(line, locale), line.line_total_vnd - line.discount_vnd
    if amount_vnd % line.quantity:
        return PaymentItem(f"{line.quantity} × {name}", amount_vnd)
    return PaymentItem(name, amount_vnd // line.quantity, line.quantity)
