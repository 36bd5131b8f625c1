"""Plots and lots for tests."""

from datetime import date
from itertools import count

from catalog.producers.models import Producer
from catalog.products.models import Product
from core.db import db
from tests.factories.catalog import make_commune, make_producer, make_product
from traceability.diary.models import Plot
from traceability.lots.models import Lot
from traceability.sensors.models import Measure, SensorDevice, SensorRange

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
    db.session.add(lot)
    db.session.flush()
    return lot


def make_sensor(producer: Producer | None = None, **values: object) -> SensorDevice:
    """A thermometer of `producer` without a token; 2 to 8 °C are good, and half an hour outside is borne."""
    number = next(_numbers)
    device = SensorDevice(
        **{
            "producer_id": (producer or make_producer()).id,
            "giai": f"9521{number:08d}",
            "name": f"Kho lạnh {number} (mẫu)",
            "ranges": [SensorRange(measure=Measure.TEMPERATURE, minimum=2.0, maximum=8.0, minutes_allowed=30)],
            **values,
        }
    )
    db.session.add(device)
    db.session.flush()
    return device
