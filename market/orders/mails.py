"""Mails about orders. A buyer without an e-mail address gets none; the order's page says the same."""

import uuid
from collections.abc import Mapping
from enum import StrEnum

from catalog.producers.queries import members_to_mail
from core.i18n import use_locale
from core.mail import mail_user, request_mail
from core.money import format_vnd
from market.delivery.models import MethodKind
from market.delivery.words import delivery_words
from market.orders.models import Order, OrderStatus, Parcel
from market.payments.purposes import DisputeNews


class OrderEnding(StrEnum):
    """Why an order ended of which its buyer is told by mail."""

    NOT_PAID = "not_paid"
    CANCELLED = "cancelled"
    RECALLED = "recalled"
    HARVEST_FAILED = "harvest_failed"
    GIVEN_BACK_BEFORE = "given_back_before"


def mail_order_paid(order: Order) -> None:
    """The money is there, and the producers pack."""
    mail_buyer(
        order,
        "order_paid",
        total=format_vnd(order.due_now_vnd, order.locale),
        lines=lines_for_mail(order),
        deliveries=[_delivery(order, parcel) for parcel in order.parcels],
    )


def mail_order_waits(order: Order) -> None:
    """Nobody has paid it yet; its goods are held for a while."""
    mail_buyer(order, "order_waits", total=format_vnd(order.due_now_vnd, order.locale), lines=lines_for_mail(order))


def mail_order_ended(order: Order, ending: OrderEnding) -> None:
    """Nothing of it was paid, or all of that went back before; nothing of it is sent."""
    mail_buyer(order, "order_ended", ending=str(ending))


def mail_parcel_packed(order: Order, parcel: Parcel) -> None:
    """One producer's parcel is packed, and its lots are known."""
    mail_buyer(order, "parcel_packed", sscc=parcel.sscc, producer=parcel.producer.name)


def mail_parcel_shipped(order: Order, parcel: Parcel) -> None:
    """One producer's parcel is on its way, or waits to be picked up."""
    is_pick_up = parcel.delivery_kind == MethodKind.PICK_UP
    mail_buyer(order, "parcel_shipped", sscc=parcel.sscc, is_pick_up=is_pick_up, **_delivery(order, parcel))


def mail_order_refunded(order: Order, amount_vnd: int, *, by_transfer: bool = False) -> None:
    """A payment that came too late, or was not right, was given back."""
    mail_buyer(order, "order_refunded", amount=format_vnd(amount_vnd, order.locale), by_transfer=by_transfer)


def mail_refund_made(order: Order, amount_vnd: int, reason: str, *, by_transfer: bool = False) -> None:
    """Part of the money, or all of it, is on its way back."""
    amount = format_vnd(amount_vnd, order.locale)
    mail_buyer(order, "refund_made", amount=amount, reason=str(reason), by_transfer=by_transfer)


def mail_goods_left_out(order: Order, units: Mapping[uuid.UUID, int]) -> None:
    """What a producer cannot deliver, as units by order line, and no money goes back for: a mail for each parcel."""
    for parcel in order.parcels:
        lines = [(line, units[line.id]) for line in parcel.lines if units.get(line.id)]
        if not lines:
            continue
        mail_buyer(
            order,
            "goods_left_out",
            producer=parcel.producer.name,
            lines=[{"name": line.name(order.locale), "quantity": quantity} for line, quantity in lines],
            pays_cash=order.pays_cash,
            is_ended=order.status == OrderStatus.CANCELLED,
        )


def mail_order_disputed(order: Order, parcel: Parcel, news: DisputeNews) -> None:
    """To the members of a producer: the buyer's bank asked for the money back, or decided."""
    for member in members_to_mail(parcel.producer_id):
        mail_user(
            member,
            "order_disputed",
            number=order.number,
            amount=format_vnd(news.amount_vnd, member.locale),
            is_open=news.is_open,
            is_lost=news.is_lost,
            path=f"/farm/orders/{parcel.id}",
        )


def mail_buyer(order: Order, template: str, **context: object) -> None:
    """To the buyer of an order, as far as there is an address; number, name and the order's path are in each."""
    if order.buyer_email is None:
        return
    request_mail(
        template=template,
        recipient=order.buyer_email,
        locale=order.locale,
        context={"number": order.number, "name": order.buyer_name, "path": f"/orders/{order.token}", **context},
    )


def _delivery(order: Order, parcel: Parcel) -> dict[str, object]:
    """Who sends a parcel, and how it arrives, in the words of the order's language."""
    with use_locale(order.locale):
        return {"producer": parcel.producer.name, "facts_of_delivery": delivery_words(parcel)}


def lines_for_mail(order: Order) -> list[dict[str, object]]:
    """What an order holds, as its mails list it."""
    return [
        {
            "name": line.name(order.locale),
            "quantity": line.quantity,
            "amount": format_vnd(line.line_total_vnd, order.locale),
        }
        for parcel in order.parcels
        for line in parcel.lines
    ]
