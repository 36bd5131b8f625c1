"""Wiring of collections."""

from flask import Flask

from core.jobs import every
from core.outbox import subscribe
from market.collections.entries import SETTLED_BALANCES
from market.collections.handlers import ask_for_balances, ask_for_heavier
from market.collections.purpose import CollectionPurpose
from market.collections.queries import collections_of_order, collections_of_parcel, order_id_of_payment
from market.collections.tasks import remind
from market.collections.views import blueprint
from market.ledger.audit import register_source
from market.orders.events import OrderPaid, ParcelRepriced
from market.payments.purposes import PurposeKind, register_purpose


def init_app(app: Flask) -> None:
    """The pages, the reminders, what a payment does, and what the templates of orders show."""
    app.register_blueprint(blueprint)
    register_purpose(PurposeKind.COLLECTION, CollectionPurpose())
    register_source(SETTLED_BALANCES)
    subscribe(ParcelRepriced, ask_for_heavier)
    subscribe(OrderPaid, ask_for_balances)
    every(app, seconds=3600, task=remind)
    app.jinja_env.globals.update(
        collections_of_order=collections_of_order,
        collections_of_parcel=collections_of_parcel,
        order_id_of_payment=order_id_of_payment,
    )
