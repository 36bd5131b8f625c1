"""Mails about returns, each in its reader's language."""

from catalog.producers.queries import members_to_mail
from core.accounts.queries import users_to_mail
from core.mail import request_mail
from core.money import format_vnd
from market.orders.models import Order, Parcel
from market.returns.models import Return, Side
from market.returns.policies import DECIDERS

STATEMENT = "statement"
MONEY_MISSED = "money_missed"
REPLACEMENT_SENT = "replacement_sent"


def mail_buyer(found: Return, order: Order, news: str) -> None:
    """Tell the buyer; one without an e-mail address reads it on the order's page."""
    if order.buyer_email is not None:
        _mail(
            found,
            order,
            news,
            to=Side.BUYER,
            recipient=order.buyer_email,
            locale=order.locale,
            name=order.buyer_name,
            path=f"/orders/{order.token}/returns/{found.id}",
        )


def mail_producer(found: Return, order: Order, parcel: Parcel, news: str) -> None:
    """Tell the members of the producer."""
    for member in members_to_mail(parcel.producer_id):
        _mail(
            found,
            order,
            news,
            to=Side.PRODUCER,
            recipient=str(member.email),
            locale=member.locale,
            name=member.display_name,
            path=f"/farm/returns/{found.id}",
        )


def mail_deciders(found: Return, order: Order, news: str) -> None:
    """Tell the administrators, who decide."""
    for decider in users_to_mail(DECIDERS):
        _mail(
            found,
            order,
            news,
            to=Side.SITE,
            recipient=str(decider.email),
            locale=decider.locale,
            name=decider.display_name,
            path=f"/complaints/{found.id}",
        )


def _mail(
    found: Return, order: Order, news: str, *, to: Side, recipient: str, locale: str, name: str, path: str
) -> None:
    owed = found.cash_return if found.cash_return is not None and found.cash_return.is_owed else None
    request_mail(
        template="return_changed",
        recipient=recipient,
        locale=locale,
        context={
            "number": order.number,
            "name": name,
            "news": news,
            "to": str(to),
            "path": path,
            "owed": format_vnd(owed.amount_vnd, locale) if owed is not None else None,
        },
    )
