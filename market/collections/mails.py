"""Mails about what is still to be paid. A buyer without an e-mail address gets none; the order's page says the same."""

from catalog.producers.queries import members_to_mail
from core.mail import mail_user
from core.money import format_vnd
from core.web.templating import local_time
from market.collections.models import Collection
from market.orders.mails import mail_buyer
from market.orders.models import Order, Parcel


def mail_collection_due(order: Order, parcel: Parcel, collection: Collection, *, is_reminder: bool) -> None:
    """To the buyer: so much is still to be paid, and until when."""
    _mail_buyer(order, parcel, collection, "collection_due", is_reminder=is_reminder)


def mail_collection_waived(order: Order, parcel: Parcel, collection: Collection) -> None:
    """To the buyer: nothing more is to be paid."""
    _mail_buyer(order, parcel, collection, "collection_waived")


def mail_collection_paid(order: Order, parcel: Parcel, collection: Collection) -> None:
    """To the members of the producer: the rest is paid, and the parcel may go."""
    for member in members_to_mail(parcel.producer_id):
        mail_user(
            member,
            "collection_paid",
            number=order.number,
            amount=format_vnd(collection.amount_vnd, member.locale),
            reason=str(collection.reason),
            path=f"/farm/orders/{parcel.id}",
        )


def _mail_buyer(order: Order, parcel: Parcel, collection: Collection, template: str, **context: object) -> None:
    mail_buyer(
        order,
        template,
        producer=parcel.producer.name,
        amount=format_vnd(collection.amount_vnd, order.locale),
        due=local_time(collection.due_at),
        reason=str(collection.reason),
        **context,
    )
