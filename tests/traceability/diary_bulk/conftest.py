"""A cooperative with forty plots and something in its store."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from core.db import db
from tests.factories.traceability import make_plant_protection_list, make_plot, make_receipt
from tests.traceability.farm import Farm, make_farm
from traceability.diary.entry_models import DiaryEntry
from traceability.diary.models import Plot
from traceability.diary.store_models import InputReceipt

DAY = date(2026, 11, 10)


@dataclass
class Cooperative:
    """A farm, its plots by number, fertiliser (50 kg) and a product to spray (1 l, 14 days on citrus)."""

    farm: Farm
    plots: list[Plot]
    fertiliser: InputReceipt
    product: InputReceipt

    def fields(self, *plots: Plot, **changed: Any) -> dict[str, Any]:
        """The form for these plots (all without any): 2,5 kg of fertiliser each 1000 m²."""
        return {
            "producer_id": str(self.farm.producer.id),
            "submission_id": "0192f0c4-0000-7000-8000-000000000001",
            "activity": "top_dressing",
            "done_on": DAY.isoformat(),
            "amount_unit": "kg",
            "amount_basis": "plot",
            "inputs-0-receipt_id": str(self.fertiliser.id),
            "inputs-0-amount": "2,5",
            "inputs-0-unit": "kg",
            "inputs-0-basis": "area",
            **{
                f"inputs-{row}-{name}": value
                for row in (1, 2)
                for name, value in (("receipt_id", ""), ("amount", ""), ("unit", "kg"), ("basis", "area"))
            },
            **dict.fromkeys(("amount", "operator_id", "equipment_id", "weather", "target_pest", "crop", "words"), ""),
            "plot": [str(plot.id) for plot in plots or self.plots],
            "step": "check",
            **changed,
        }


def count_entries() -> int:
    """How many entries there are."""
    return db.session.scalar(select(func.count()).select_from(DiaryEntry)) or 0


@pytest.fixture
def cooperative(session: scoped_session[Session]) -> Cooperative:
    farm = make_farm()
    db.session.delete(farm.plot)
    plots = [
        make_plot(farm.producer, name=f"Vườn bưởi {number:02d}", area_m2=400 + number, crop="pomelo_phuc_trach")
        for number in range(40)
    ]
    plots[39].crop, plots[39].name = "orange_khe_may", "Đồi cam"
    version = make_plant_protection_list(abamectin={"citrus": 14})
    return Cooperative(
        farm,
        plots,
        make_receipt(farm.producer, trade_name="Phân NPK mẫu", received_amount=50_000),
        make_receipt(farm.producer, "abamectin", version=version, trade_name="Thuốc mẫu 1.8EC"),
    )
