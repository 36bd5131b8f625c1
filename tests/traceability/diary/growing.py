"""A pomelo garden for tests of the diary: a list of plant protection, a store with two products, somebody who works."""

from dataclasses import dataclass
from datetime import date

from tests.factories import make_plant_protection_list, make_receipt, make_worker
from tests.traceability.farm import Farm, days_ago, make_farm
from traceability.diary.entries import record_entry
from traceability.diary.entry_models import DiaryEntry
from traceability.diary.models import FarmWorker
from traceability.diary.rules import EntryFacts, InputAmount
from traceability.diary.store_models import AmountUnit, InputReceipt
from traceability.plant_protection.models import PlantProtectionList

INTERVAL = 7


@dataclass
class Garden:
    """A farm with one pomelo plot of half a hectare, and what is in its store."""

    farm: Farm
    version: PlantProtectionList
    spray: InputReceipt
    fertiliser: InputReceipt
    worker: FarmWorker

    def record(self, activity: str = "irrigation", *, days: int = 1, **values: object) -> DiaryEntry:
        """An activity of so many days ago, by the use case; `confirmed` and `submission_id` go to it too."""
        call = {name: values.pop(name) for name in ("confirmed", "submission_id", "actor") if name in values}
        facts = EntryFacts(**{"activity": activity, "done_on": days_ago(days), **values})
        return record_entry(**{"actor": self.farm.actor, "plot_id": self.farm.plot.id, "facts": facts, **call})

    def sprayed(self, *, days: int, amount: int = 50, **values: object) -> DiaryEntry:
        """A spray of so many days ago, whose interval is INTERVAL."""
        return self.record("pesticide_spraying", days=days, inputs=(self.of_spray(amount),), **values)

    def harvested(self, *, days: int, **values: object) -> DiaryEntry:
        """A harvest of 200 kg so many days ago."""
        given = {"amount": 200_000, "unit": AmountUnit.GRAM, **values}
        return self.record("harvesting", days=days, **given)

    def of_spray(self, amount: int, unit: AmountUnit = AmountUnit.MILLILITRE) -> InputAmount:
        """So much of the product in the store."""
        return InputAmount(self.spray.id, amount, unit)


def make_garden(*, crop: str | None = "pomelo_phuc_trach", received_on: date | None = None) -> Garden:
    """A garden whose store holds a litre of a product with abamectin and fifty kilograms of fertiliser."""
    farm = make_farm()
    farm.plot.crop = crop
    version = make_plant_protection_list(
        abamectin={"citrus": INTERVAL},
        mancozeb={"citrus": 14},
        matrine={"vegetables": 3},
        carbofuran="banned",
        paraquat={"status": "banned", "last_use_on": days_ago(60)},
    )
    came = received_on or days_ago(400)
    spray = make_receipt(farm.producer, "abamectin", version=version, received_on=came)
    fertiliser = make_receipt(farm.producer, received_on=came, received_amount=50_000)
    return Garden(farm, version, spray, fertiliser, make_worker(farm.producer))
