"""Factories: rows for tests, valid unless told otherwise, flushed and never committed."""

from tests.factories.catalog import make_commune, make_producer, make_product
from tests.factories.market import make_market, make_offer, make_stall
from tests.factories.people import make_user, sign_in
from tests.factories.traceability import make_lot, make_plot, make_sensor

__all__ = [
    "make_commune",
    "make_lot",
    "make_market",
    "make_offer",
    "make_plot",
    "make_producer",
    "make_product",
    "make_sensor",
    "make_stall",
    "make_user",
    "sign_in",
]
