"""Mails about orders that are paid at the door. A buyer without an e-mail address gets none."""

from core.mail import request_mail
from core.money import format_vnd
from market.orders.mails import lines_for_mail
from market.orders.models import Order, Parcel


def mail_order_confirmed(order: Order) -> None:
    """The order is taken, and is paid in cash when it comes."""
    _mail(order, "order_confirmed", total=format_vnd(order.total_vnd, order.locale), lines=lines_for_mail(order))


def mail_parcel_refused(order: Order, parcel: Parcel) -> None:
    """The producer noted that the parcel was not taken."""
    _mail(order, "parcel_refused", producer=parcel.producer.name)


def _mail(order: Order, template: str, **context: object) -> None:
    if order.buyer_email is not None:
        request_mail(
            template=template,
            recipient=order.buyer_email,
            locale=order.locale,
            context={"number": order.number, "name": order.buyer_name, "path": f"/orders/{order.token}", **context},
        )
