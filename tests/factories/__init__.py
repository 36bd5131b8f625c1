"""Factories: rows for tests, valid unless told otherwise, flushed and never committed."""

from tests.factories.catalog import make_commune, make_producer, make_product, make_variant
from tests.factories.delivery import add_slot, add_zone, make_method
from tests.factories.market import make_market, make_offer, make_stall
from tests.factories.people import make_user, sign_in
from tests.factories.promotions import make_promotion
from tests.factories.traceability import (
    make_entry,
    make_equipment,
    make_lot,
    make_plant_protection_list,
    make_plot,
    make_receipt,
    make_sensor,
    make_spray,
    make_worker,
)

__all__ = [
    "add_slot",
    "add_zone",
    "make_commune",
    "make_entry",
    "make_equipment",
    "make_lot",
    "make_market",
    "make_method",
    "make_offer",
    "make_plant_protection_list",
    "make_plot",
    "make_producer",
    "make_product",
    "make_promotion",
    "make_receipt",
    "make_sensor",
    "make_spray",
    "make_stall",
    "make_user",
    "make_variant",
    "make_worker",
    "sign_in",
]
