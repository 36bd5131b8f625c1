"""Mails about orders that are paid at the door. A buyer without an e-mail address gets none."""

from catalog.producers.queries import members_to_mail
from core.accounts.queries import users_to_mail
from core.mail import mail_user
from core.money import format_vnd
from market.cash.models import CashReturn
from market.cash.policies import LIST_KEEPERS
from market.orders.mails import lines_for_mail, mail_buyer
from market.orders.models import Order, Parcel


def mail_order_confirmed(order: Order) -> None:
    """The order is taken, and is paid in cash when it comes."""
    mail_buyer(order, "order_confirmed", total=format_vnd(order.total_vnd, order.locale), lines=lines_for_mail(order))


def mail_parcel_refused(order: Order, parcel: Parcel) -> None:
    """The producer noted that the parcel was not taken."""
    mail_buyer(order, "parcel_refused", producer=parcel.producer.name)


def mail_cash_given_back(order: Order, parcel: Parcel, amount_vnd: int) -> None:
    """It is noted that the buyer got money back; if it did not come, they can say so."""
    amount = format_vnd(amount_vnd, order.locale)
    mail_buyer(order, "cash_given_back", producer=parcel.producer.name, amount=amount)


def mail_cash_missed(returned: CashReturn) -> None:
    """To the producer's members and to who looks at it: a buyer says that cash did not come."""
    parcel, order = returned.parcel, returned.parcel.order
    told = [(member, f"/farm/orders/{parcel.id}/cash") for member in members_to_mail(parcel.producer_id)]
    told += [(keeper, f"/cash/missing/{returned.id}") for keeper in users_to_mail(LIST_KEEPERS)]
    for user, path in told:
        mail_user(
            user,
            "cash_missed",
            number=order.number,
            amount=format_vnd(returned.amount_vnd, user.locale),
            words=returned.missing_words,
            path=path,
        )
