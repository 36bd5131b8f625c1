"""Plots and lots for tests."""

from datetime import date
from itertools import count

from catalog.producers.models import Producer
from catalog.products.models import Product
from core.db import db
from tests.factories.catalog import make_commune, make_producer, make_product
from traceability.diary.models import Plot
from traceability.lots.ledger import Move, Place, write_movements
from traceability.lots.models import HoldingStatus, Lot
from traceability.lots.units import UNIT_GRAMS, LotUnit

_numbers = count(1)


def make_plot(producer: Producer | None = None, **values: object) -> Plot:
    """A plot of `producer`."""
    number = next(_numbers)
    plot = Plot(
        **{
            "producer_id": (producer or make_producer()).id,
            "gln": f"{9521500000000 + number:013d}",
            "name": f"Vườn {number}",
            "commune_code": make_commune().code,
            "area_m2": 5000,
            "latitude": 18.095,
            "longitude": 105.78,
            **values,
        }
    )
    db.session.add(plot)
    db.session.flush()
    return plot


def make_lot(product: Product | None = None, **values: object) -> Lot:
    """A lot of `product` as a bare row; the journal knows nothing of it."""
    number = next(_numbers)
    lot = Lot(
        **{
            "product_id": (product or make_product()).id,
            "lot_number": f"L{number:05d}",
            "harvested_on": date(2026, 9, 15),
            "quantity": 500,
            "unit": "piece",
            **values,
        }
    )
    unit_grams = UNIT_GRAMS.get(LotUnit(lot.unit), 1000)
    lot.weight_grams = lot.weight_grams or lot.quantity * unit_grams
    db.session.add(lot)
    db.session.flush()
    loose = Place(db.session.get_one(Product, lot.product_id).producer_id, HoldingStatus.LOOSE)
    write_movements(None, [Move(lot.id, lot.amount, None, loose)])
    return lot
