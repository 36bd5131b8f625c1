"""Mails to buyers. An order without an e-mail address gets none; its page says the same."""

from core.mail import request_mail
from core.money import format_vnd
from market.orders.models import Order, Parcel


def mail_order_paid(order: Order) -> None:
    """The money is there, and the producers pack."""
    _mail(order, "order_paid", total=format_vnd(order.total_vnd, order.locale), lines=_lines(order))


def mail_parcel_shipped(order: Order, parcel: Parcel) -> None:
    """One producer's parcel is on its way."""
    _mail(order, "parcel_shipped", producer=parcel.producer.name, sscc=parcel.sscc)


def mail_order_refunded(order: Order, amount_vnd: int) -> None:
    """A payment that came too late, or was not right, was given back."""
    _mail(order, "order_refunded", amount=format_vnd(amount_vnd, order.locale))


def _mail(order: Order, template: str, **context: object) -> None:
    if order.buyer_email is None:
        return
    request_mail(
        template=template,
        recipient=order.buyer_email,
        locale=order.locale,
        context={"number": order.number, "name": order.buyer_name, "path": f"/orders/{order.token}", **context},
    )


def _lines(order: Order) -> list[dict[str, object]]:
    return [
        {
            "name": line.product_name_en if order.locale == "en" else line.product_name_vi,
            "quantity": line.quantity,
            "amount": format_vnd(line.line_total_vnd, order.locale),
        }
        for parcel in order.parcels
        for line in parcel.lines
    ]
