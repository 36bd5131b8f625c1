"""Plots, the diary's rows and lots for tests."""

from datetime import date, timedelta
from itertools import count

from catalog.producers.models import Producer
from catalog.products.models import Product
from core.db import db
from tests.factories.catalog import make_commune, make_producer, make_product
from traceability.diary.entry_models import DiaryEntry, InputUse
from traceability.diary.models import Equipment, FarmWorker, Plot
from traceability.diary.store_models import InputReceipt, ReceiptIngredient
from traceability.lots.ledger import Move, Place, write_movements
from traceability.lots.models import HoldingStatus, Lot
from traceability.lots.units import UNIT_GRAMS, LotUnit
from traceability.plant_protection.models import PlantProtectionIngredient, PlantProtectionList
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


def make_plant_protection_list(in_force_from: date = date(2020, 1, 1), **ingredients: object) -> PlantProtectionList:
    """A version of the list: `abamectin={"citrus": 7}` allows an ingredient, with its intervals in days by crop.

    `abamectin="banned"` bans it, without a last day; other values are columns of the ingredient.
    """
    number = next(_numbers)
    version = PlantProtectionList(
        source=f"Danh mục mẫu {number}",
        published_on=in_force_from,
        in_force_from=in_force_from,
        is_sample=True,
        content_hash=number.to_bytes(32, "big"),
    )
    db.session.add(version)
    db.session.flush()
    for code, said in ingredients.items():
        given: dict[str, object] = {"interval_days": {}}
        if said == "banned":
            given["status"] = "banned"
        elif isinstance(said, dict) and not {"interval_days", "status"} & set(said):
            given["interval_days"] = said
        elif isinstance(said, dict):
            given |= said
        values = {"name": code.replace("_", " "), "status": "allowed", "types": [], "pests_vi": [], "pests_en": []}
        db.session.add(PlantProtectionIngredient(list_id=version.id, code=code, **(values | given)))
    db.session.flush()
    return version


def make_receipt(
    producer: Producer, *ingredients: str, version: PlantProtectionList | None = None, **values: object
) -> InputReceipt:
    """A litre of a plant-protection product with these active ingredients; a kilogram of fertiliser without any."""
    number = next(_numbers)
    receipt = InputReceipt(
        **{
            "producer_id": producer.id,
            "kind": "plant_protection" if ingredients else "fertiliser",
            "trade_name": f"Thuốc mẫu {number}" if ingredients else f"Phân mẫu {number}",
            "batch_number": f"B{number}",
            "received_on": date(2026, 1, 1),
            "unit": "ml" if ingredients else "g",
            "received_amount": 1000,
            "used_amount": 0,
            "plant_protection_list_id": version.id if version else None,
            "ingredients": [ReceiptIngredient(code=code, name=code.replace("_", " ")) for code in ingredients],
            **values,
        }
    )
    db.session.add(receipt)
    db.session.flush()
    return receipt


def make_entry(plot: Plot, **values: object) -> DiaryEntry:
    """An entry as a bare row: watering on 1 November 2026."""
    entry = DiaryEntry(
        **{"plot_id": plot.id, "activity": "irrigation", "done_on": date(2026, 11, 1), "photo_keys": [], **values}
    )
    db.session.add(entry)
    db.session.flush()
    return entry


def make_spray(plot: Plot, receipt: InputReceipt, *, done_on: date, interval_days: int, amount: int = 10) -> DiaryEntry:
    """A spray as a bare row, by the list that let its product into the store."""
    use = InputUse(receipt_id=receipt.id, amount=amount, interval_days=interval_days)
    receipt.used_amount += amount
    return make_entry(
        plot,
        activity="pesticide_spraying",
        done_on=done_on,
        interval_days=interval_days,
        harvest_from=done_on + timedelta(days=interval_days),
        plant_protection_list_id=receipt.plant_protection_list_id,
        inputs=[use],
    )


def make_worker(producer: Producer, **values: object) -> FarmWorker:
    """Somebody who works on the plots of `producer`."""
    worker = FarmWorker(**{"producer_id": producer.id, "name": f"Người làm mẫu {next(_numbers)}", **values})
    db.session.add(worker)
    db.session.flush()
    return worker


def make_equipment(producer: Producer, **values: object) -> Equipment:
    """A sprayer of `producer`."""
    equipment = Equipment(
        **{"producer_id": producer.id, "name": f"Bình phun {next(_numbers)}", "kind": "sprayer", **values}
    )
    db.session.add(equipment)
    db.session.flush()
    return equipment


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
