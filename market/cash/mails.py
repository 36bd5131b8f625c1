"""Mails about orders that are paid at the door. A buyer without an e-mail address gets none."""

from catalog.producers.queries import members_to_mail
from core.accounts.queries import users_to_mail
from core.mail import request_mail
from core.money import format_vnd
from market.cash.models import CashReturn
from market.cash.policies import LIST_KEEPERS
from market.orders.mails import lines_for_mail
from market.orders.models import Order, Parcel


def mail_order_confirmed(order: Order) -> None:
    """The order is taken, and is paid in cash when it comes."""
    _mail(order, "order_confirmed", total=format_vnd(order.total_vnd, order.locale), lines=lines_for_mail(order))


def mail_parcel_refused(order: Order, parcel: Parcel) -> None:
    """The producer noted that the parcel was not taken."""
    _mail(order, "parcel_refused", producer=parcel.producer.name)


def mail_cash_given_back(order: Order, parcel: Parcel, amount_vnd: int) -> None:
    """It is noted that the buyer got money back; if it did not come, they can say so."""
    amount = format_vnd(amount_vnd, order.locale)
    _mail(order, "cash_given_back", producer=parcel.producer.name, amount=amount)


def mail_cash_missed(returned: CashReturn) -> None:
    """To the producer's members and to who looks at it: a buyer says that cash did not come."""
    parcel, order = returned.parcel, returned.parcel.order
    told = [(member, f"/farm/orders/{parcel.id}/cash") for member in members_to_mail(parcel.producer_id)]
    told += [(keeper, f"/cash/missing/{returned.id}") for keeper in users_to_mail(LIST_KEEPERS)]
    for user, path in told:
        request_mail(
            template="cash_missed",
            recipient=str(user.email),
            locale=user.locale,
            context={
                "number": order.number,
                "name": user.display_name,
                "amount": format_vnd(returned.amount_vnd, user.locale),
                "words": returned.missing_words,
                "path": path,
            },
        )


def _mail(order: Order, template: str, **context: object) -> None:
    if order.buyer_email is not None:
        request_mail(
            template=template,
            recipient=order.buyer_email,
            locale=order.locale,
            context={"number": order.number, "name": order.buyer_name, "path": f"/orders/{order.token}", **context},
        )
