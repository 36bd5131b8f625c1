"""A year of diary for each plot of the demo world: who works there, what is in the store, what was done.

Everything follows the growing calendar of the plot's crop. A spray is written down only where its pre-harvest
interval had passed before the next harvest, and before the day of planting, so that no demo plot is closed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Final

from seeds.copying import copy_rows
from seeds.diary_rows import (
    DiaryEntryRow,
    EquipmentRow,
    FarmWorkerRow,
    InputReceiptRow,
    InputUseRow,
    ReceiptIngredientRow,
)
from seeds.identifiers import KeySource
from seeds.lot_rows import LotRow
from seeds.rows import PlotRow
from seeds.seasons import local_moment
from seeds.sprays import CONTENT, KnownIngredients, spray_millilitres
from traceability.diary.calendars import (
    FERTILISING,
    SPRAYING,
    GrowingCalendar,
    PlannedActivity,
    activities,
    calendars,
    farm_inputs,
)
from traceability.plant_protection.models import PlantProtectionIngredient

YEAR: Final = timedelta(days=365)
_WORKERS: Final = ("Anh Lâm (mẫu)", "Chị Hoài (mẫu)")
_EQUIPMENT: Final = (("Bình phun điện 16 lít", "sprayer"), ("Máy bơm tưới", "pump"), ("Kéo cắt cành", "cutter"))
_FERTILISER_GRAMS_PER_M2: Final = 40
_WATER_ML_PER_M2: Final = 6_000
_LOT_UNITS: Final = {"kg": ("g", 1000), "100g": ("g", 100)}


@dataclass
class Diaries:
    """The rows of all diaries, by table, while they are being made up."""

    workers: list[FarmWorkerRow] = field(default_factory=list)
    equipment: list[EquipmentRow] = field(default_factory=list)
    receipts: list[InputReceiptRow] = field(default_factory=list)
    ingredients: list[ReceiptIngredientRow] = field(default_factory=list)
    entries: list[DiaryEntryRow] = field(default_factory=list)
    uses: list[InputUseRow] = field(default_factory=list)


def copy_diaries(diaries: Diaries) -> None:
    """Write everything, in an order that foreign keys allow."""
    copy_rows(FarmWorkerRow, diaries.workers)
    copy_rows(EquipmentRow, diaries.equipment)
    copy_rows(InputReceiptRow, diaries.receipts)
    copy_rows(ReceiptIngredientRow, diaries.ingredients)
    copy_rows(DiaryEntryRow, diaries.entries)
    copy_rows(InputUseRow, diaries.uses)


class DiaryMaker:
    """Makes up the diary of one farm."""

    def __init__(self, diaries: Diaries, keys: KeySource, known: KnownIngredients, *, today: date) -> None:
        self._diaries, self._keys, self._known, self._today = diaries, keys, known, today
        self._receipts: dict[str, InputReceiptRow] = {}
        self._used: dict[str, int] = {}
        self._workers: list[FarmWorkerRow] = []
        self._equipment: dict[str, EquipmentRow] = {}

    def keep(self, plot: PlotRow, lots: Sequence[LotRow]) -> None:
        """Write down the year of `plot`, from which `lots` were harvested."""
        calendar = calendars().get(plot.crop or "")
        if calendar is None:
            return
        if not self._workers:
            self._hire(plot)
        random = Random(f"diary {plot.id} {self._today}")
        harvests = sorted({lot.harvested_on for lot in lots})
        start = self._today - YEAR
        for month_start in _months(start, self._today):
            for planned in calendar.months.get(month_start.month, ()):
                activity = activities()[planned.activity]
                if activity.is_harvest:
                    continue
                for day in self._days(planned, month_start, random):
                    self._write(plot, calendar, planned, day, harvests, random)
        for lot in lots:
            self._write_harvest(plot, calendar, lot, random)

    def finish(self) -> None:
        """Hand over what came into the store, now that it is known how much was used."""
        self._diaries.receipts += [
            receipt._replace(used_amount=self._used[code], received_amount=_bought(self._used[code], receipt.unit))
            for code, receipt in self._receipts.items()
        ]

    def _hire(self, plot: PlotRow) -> None:
        made_at, producer_id = plot.created_at, plot.producer_id
        trained = self._today - timedelta(days=120)
        for name in _WORKERS:
            row = FarmWorkerRow(self._keys.key(made_at), producer_id, name, None, trained, None, made_at)
            self._workers.append(row)
        for name, kind in _EQUIPMENT:
            self._equipment[kind] = EquipmentRow(self._keys.key(made_at), producer_id, name, kind, None, None, made_at)
        self._diaries.workers += self._workers
        self._diaries.equipment += self._equipment.values()

    def _days(self, planned: PlannedActivity, month_start: date, random: Random) -> list[date]:
        """On which days of the month the activity was done, within the year that is told."""
        times = min(random.randint(planned.at_least, planned.at_most), 4)
        days = sorted({month_start + timedelta(days=random.randrange(28)) for _ in range(times)})
        return [day for day in days if self._today - YEAR <= day < self._today]

    def _write(
        self,
        plot: PlotRow,
        calendar: GrowingCalendar,
        planned: PlannedActivity,
        day: date,
        harvests: Sequence[date],
        random: Random,
    ) -> None:
        activity = activities()[planned.activity]
        if planned.activity in SPRAYING:
            self._write_spray(plot, calendar, planned, day, harvests, random)
            return
        entry = self._entry(plot, planned.activity, day, random)
        if activity.category == "water" and planned.activity == "irrigation":
            entry = entry._replace(amount=plot.area_m2 * _WATER_ML_PER_M2, unit="ml", equipment_id=self._tool("pump"))
        if planned.activity in ("pruning", "fruit_thinning", "sprout_removal"):
            entry = entry._replace(equipment_id=self._tool("cutter"))
        self._diaries.entries.append(entry)
        for code in planned.inputs[:1] if activity.category in (FERTILISING, "animal_care", "canopy") else ():
            self._use_material(plot, entry, code, random)

    def _use_material(self, plot: PlotRow, entry: DiaryEntryRow, code: str, random: Random) -> None:
        material = farm_inputs()[code]
        if code not in self._receipts:
            kind = {"material": "material", "bee_feed": "feed", "animal_feed": "feed"}.get(
                material.category, "fertiliser"
            )
            interval = None if kind == "material" else material.harvest_interval_days
            name = f"{material.name_vi} (mẫu)"
            self._receive(plot, code, kind=kind, name=name, unit=material.unit, interval=interval)
        amount = max(1, plot.area_m2 * _FERTILISER_GRAMS_PER_M2 * random.randint(80, 120) // 100)
        if material.category in ("bee_feed", "animal_feed"):
            amount = random.randrange(4_000, 12_000, 500)
        if material.unit == "piece":
            amount = max(1, plot.area_m2 // 2)
        self._take(entry, code, amount)

    def _write_spray(
        self,
        plot: PlotRow,
        calendar: GrowingCalendar,
        planned: PlannedActivity,
        day: date,
        harvests: Sequence[date],
        random: Random,
    ) -> None:
        """With the first ingredient that leaves time enough until the next harvest and until today; else not at all."""
        next_harvest = next((harvested for harvested in harvests if harvested >= day), self._today)
        suitable = []
        for code in planned.ingredients:
            listed = self._known.by_code.get(code)
            interval = listed.interval_days.get(calendar.plant_protection_crop or "") if listed else None
            if listed is not None and interval is not None and day + timedelta(days=interval) <= next_harvest:
                suitable.append((listed, interval))
        if not suitable:
            return
        listed, interval = random.choice(suitable)
        code = f"spray {listed.code}"
        if code not in self._receipts:
            self._receive(
                plot, code, kind="plant_protection", name=f"Thuốc mẫu {listed.name} {CONTENT}", unit="ml", listed=listed
            )
        entry = self._entry(plot, planned.activity, day, random)._replace(
            target_pest=", ".join(planned.pests[:2]) or None,
            equipment_id=self._tool("sprayer"),
            area_m2=plot.area_m2,
            interval_days=interval,
            plant_protection_list_id=self._known.list_id,
            harvest_from=day + timedelta(days=interval),
        )
        self._diaries.entries.append(entry)
        self._take(entry, code, spray_millilitres(listed, plot.area_m2), dose=listed.dose_text, interval=interval)

    def _write_harvest(self, plot: PlotRow, calendar: GrowingCalendar, lot: LotRow, random: Random) -> None:
        harvesting = {"honey_bee": "honey_extraction", "deer_velvet": "velvet_cutting"}.get(calendar.code, "harvesting")
        unit, factor = _LOT_UNITS.get(lot.unit, ("piece", 1))
        entry = self._entry(plot, harvesting, lot.harvested_on, random)
        self._diaries.entries.append(entry._replace(amount=lot.quantity * factor, unit=unit, area_m2=None))

    def _entry(self, plot: PlotRow, activity: str, day: date, random: Random) -> DiaryEntryRow:
        """An entry written down that evening, or a day or two later."""
        recorded_at = local_moment(day, 19, random.randrange(60)) + timedelta(days=random.choice((0, 0, 0, 1, 2)))
        recorded_at = min(recorded_at, local_moment(self._today, 6))
        return DiaryEntryRow(
            id=self._keys.key(recorded_at),
            plot_id=plot.id,
            activity=activity,
            done_on=day,
            done_at=None,
            operator_id=random.choice(self._workers).id,
            area_m2=None,
            amount=None,
            unit=None,
            weather=random.choice(("sunny", "sunny", "cloudy", "hot" if 5 <= day.month <= 8 else "cold")),
            target_pest=None,
            equipment_id=None,
            interval_days=None,
            plant_protection_list_id=None,
            harvest_from=None,
            note=None,
            photo_keys=[],
            supersedes_id=None,
            correction_reason=None,
            is_withdrawal=False,
            submission_id=None,
            recorded_at=recorded_at,
            recorded_by=None,
        )

    def _receive(
        self,
        plot: PlotRow,
        code: str,
        *,
        kind: str,
        name: str,
        unit: str,
        interval: int | None = None,
        listed: PlantProtectionIngredient | None = None,
    ) -> None:
        received_on = self._today - YEAR - timedelta(days=10)
        made_at: datetime = local_moment(received_on, 9)
        row = InputReceiptRow(
            id=self._keys.key(made_at),
            producer_id=plot.producer_id,
            kind=kind,
            trade_name=name,
            supplier="Cửa hàng vật tư (mẫu)",
            batch_number=f"M{len(self._receipts) + 1:03d}",
            received_on=received_on,
            expires_on=self._today + YEAR,
            unit=unit,
            received_amount=1,
            used_amount=0,
            plant_protection_list_id=self._known.list_id if listed else None,
            harvest_interval_days=interval,
            withdrawn_at=None,
            withdrawn_reason=None,
            created_by=None,
            created_at=made_at,
        )
        self._receipts[code], self._used[code] = row, 0
        if listed is not None:
            self._diaries.ingredients.append(ReceiptIngredientRow(row.id, listed.code, listed.name, float(CONTENT)))

    def _take(
        self, entry: DiaryEntryRow, code: str, amount: int, *, dose: str | None = None, interval: int | None = None
    ) -> None:
        self._used[code] += amount
        self._diaries.uses.append(InputUseRow(entry.id, self._receipts[code].id, amount, dose and dose[:80], interval))

    def _tool(self, kind: str) -> str:
        return self._equipment[kind].id


def _months(first: date, last: date) -> list[date]:
    """The first days of the months from that of `first` to that of `last`."""
    months, month = [], first.replace(day=1)
    while month <= last:
        months.append(month)
        month = (month + timedelta(days=32)).replace(day=1)
    return months


def _bought(used: int, unit: str) -> int:
    """What was bought when so much was used: a round amount with something left."""
    step = 100 if unit == "piece" else 5_000
    return (used * 5 // 4 // step + 1) * step
