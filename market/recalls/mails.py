"""The mail to buyers of recalled goods."""

from collections.abc import Sequence

from core.mail import request_mail
from market.orders.models import Order
from traceability.recalls.models import Recall


def mail_lot_recalled(order: Order, recall: Recall, goods: Sequence[str]) -> None:
    """What they have must not be eaten, and how to get the money back; nobody is told without an e-mail address."""
    if order.buyer_email is None:
        return
    request_mail(
        template="lot_recalled",
        recipient=order.buyer_email,
        locale=order.locale,
        context={
            "number": order.number,
            "name": order.buyer_name,
            "goods": list(goods),
            "notice": recall.notice(order.locale),
            "recall_number": recall.number,
            "recall_class": recall.recall_class,
            "path": f"/orders/{order.token}",
        },
    )
