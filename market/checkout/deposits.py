"""What of an order is due now, where a harvest is ordered beforehand with a deposit."""

from sqlalchemy import select

from core.db import db, utc_now
from core.i18n import local_today
from market.carts.pricing import PricedBasket
from market.carts.queries import Basket
from market.collections.rules import DepositTerms, balances
from market.offers.models import OrderCycle
from market.orders.models import Order


def ask_for_deposits(order: Order) -> None:
    """Write down, in parcels and lines of a new order, what of them is a deposit and what is due later."""
    cycle_ids = [line.cycle_id for parcel in order.parcels for line in parcel.lines if line.cycle_id is not None]
    if not cycle_ids:
        return
    cycles = {cycle.id: cycle for cycle in db.session.scalars(select(OrderCycle).where(OrderCycle.id.in_(cycle_ids)))}
    terms = {
        str(parcel.producer_id): [
            _terms(line.charged_vnd, cycles.get(line.cycle_id) if line.cycle_id is not None else None)
            for line in parcel.lines
        ]
        for parcel in order.parcels
    }
    later = balances(terms, total_vnd=order.total_vnd, today=local_today(utc_now()))
    for parcel in order.parcels:
        for line, balance_vnd in zip(parcel.lines, later[str(parcel.producer_id)], strict=True):
            line.balance_vnd = balance_vnd
        due_vnd = sum(later[str(parcel.producer_id)])
        if due_vnd:
            parcel.due_vnd = due_vnd
            parcel.deposit_vnd = parcel.goods_vnd + parcel.delivery_vnd - parcel.discount_vnd - due_vnd


def due_later_vnd(basket: Basket, priced: PricedBasket) -> int:
    """What of a basket would be paid later, if it were ordered now."""
    terms = {
        str(parcel.producer_id): [
            DepositTerms(
                item.total_vnd - priced.price.on_line(str(item.offer_id)), item.deposit_percent, item.harvest_from
            )
            for item in parcel.lines
        ]
        for parcel in basket.parcels
    }
    later = balances(terms, total_vnd=priced.price.total_vnd, today=local_today(utc_now()))
    return sum(sum(lines) for lines in later.values())


def _terms(charged_vnd: int, cycle: OrderCycle | None) -> DepositTerms:
    if cycle is None:
        return DepositTerms(charged_vnd)
    return DepositTerms(charged_vnd, cycle.deposit_percent, cycle.harvest_from)
