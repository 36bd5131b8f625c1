"""What a row of each table writes, by the same use cases as a form."""

import re
import uuid
from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal
from typing import Final, Protocol

from sqlalchemy import select

from catalog.places.queries import HOME_PROVINCE, bare_name, list_communes, list_provinces
from core.accounts import Actor
from core.db import db
from core.i18n import gettext as _
from core.tables import Record, read_decimal, read_text
from core.tables.cells import CellError
from traceability.diary.amounts import base_amount
from traceability.diary.calendars import activities, calendars
from traceability.diary.entries import record_entry
from traceability.diary.errors import AmountImpossible
from traceability.diary.harvest_gate import locked_plots
from traceability.diary.models import Equipment, FarmWorker, Plot
from traceability.diary.rules import EntryFacts, InputAmount
from traceability.diary.store import IngredientContent, receive_input
from traceability.diary.store_models import AmountUnit, InputReceipt
from traceability.diary.usecases import PlotFacts, create_plot
from traceability.diary_imports.columns import INPUTS
from traceability.diary_imports.models import ImportKind
from traceability.diary_imports.names import kind_names, unit_names, weather_names
from traceability.diary_imports.row_reading import Names, RowReader, name_key
from traceability.plant_protection.queries import find_list_on, ingredients_of

_CONTENT: Final = re.compile(r"(.+?)\s+([0-9][0-9.,]*)\s*(?:g|g/l|g/kg|g/lít)?", re.IGNORECASE)


class RowWriter(Protocol):
    """Writes rows of one kind for one producer."""

    def write(self, row: RowReader, *, actor: Actor, submission_id: uuid.UUID, confirmed: Collection[str]) -> None:
        """Write the row, unless `row.problems` says why not. Raises what the use case refuses."""


def writer_of(kind: ImportKind, producer_id: uuid.UUID, records: Collection[Record]) -> RowWriter:
    """The writer for a table of this kind. What the rows change is locked in one order, until the transaction ends."""
    if kind == ImportKind.ENTRIES:
        return EntryWriter(producer_id, records)
    return ReceiptWriter(producer_id) if kind == ImportKind.RECEIPTS else PlotWriter(producer_id)


class EntryWriter:
    """Rows that are diary entries."""

    def __init__(self, producer_id: uuid.UUID, records: Collection[Record]) -> None:
        plots = db.session.execute(select(Plot.id, Plot.name, Plot.gln).where(Plot.producer_id == producer_id)).all()
        self._plots = Names(
            [(name, plot_id) for plot_id, name, _gln in plots] + [(gln, key) for key, _name, gln in plots]
        )
        named = {self._plots.find(read_text(record["plot"]) or "") for record in records}
        locked_plots([plot_id for plot_id in named if plot_id is not None])
        receipts = db.session.scalars(
            select(InputReceipt)
            .where(InputReceipt.producer_id == producer_id, InputReceipt.withdrawn_at.is_(None))
            .order_by(InputReceipt.id)
            .with_for_update()
        )
        self._batches: dict[str, list[InputReceipt]] = {}
        for receipt in receipts:
            self._batches.setdefault(name_key(receipt.trade_name), []).append(receipt)
        self._products = Names((batches[0].trade_name, key) for key, batches in self._batches.items())
        self._workers: Names[uuid.UUID] = Names(_named(FarmWorker, producer_id))
        self._equipment: Names[uuid.UUID] = Names(_named(Equipment, producer_id))
        self._activities = Names(_activity_names())
        self._units, self._weathers = unit_names(), weather_names()

    def write(self, row: RowReader, *, actor: Actor, submission_id: uuid.UUID, confirmed: Collection[str]) -> None:
        """Write the entry down."""
        plot_id = row.choice("plot", self._plots, required=True)
        done_on = row.day("done_on", required=True)
        activity = row.choice("activity", self._activities, required=True)
        amount, unit = _amount(row, "amount", "unit", self._units)
        facts = EntryFacts(
            activity=activity or "",
            done_on=done_on,  # type: ignore[arg-type]  # a row without a day has a problem, and is not written
            operator_id=row.choice("operator", self._workers),
            area_m2=row.whole_number("area_m2"),
            amount=amount,
            unit=unit,
            weather=row.choice("weather", self._weathers),
            target_pest=row.text("target_pest", longest=160),
            equipment_id=row.choice("equipment", self._equipment),
            note=row.text("note", longest=1000),
            inputs=tuple(filter(None, (self._input(row, ending) for ending in INPUTS))),
        )
        if row.problems or plot_id is None:
            return
        record_entry(actor=actor, plot_id=plot_id, facts=facts, confirmed=confirmed, submission_id=submission_id)

    def _input(self, row: RowReader, ending: str) -> InputAmount | None:
        product = row.choice(f"product{ending}", self._products)
        batch = row.text(f"batch{ending}", longest=60)
        amount, unit = _amount(row, f"used{ending}", f"used_unit{ending}", self._units)
        dose = row.text(f"dose{ending}", longest=80)
        if product is None:
            if amount is not None and row.record[f"product{ending}"] is None:
                row.refuse(f"product{ending}", _("Say what was used, or leave the amount empty."))
            return None
        receipt = self._batch(row, f"batch{ending}", self._batches[product], batch)
        if row.record[f"used{ending}"] is None:
            row.refuse(f"used{ending}", _("Enter how much was used."))
        if receipt is None or amount is None or unit is None:
            return None
        return InputAmount(receipt.id, amount, unit, dose)

    def _batch(
        self, row: RowReader, column: str, batches: Sequence[InputReceipt], wanted: str | None
    ) -> InputReceipt | None:
        """The receipt that is meant. One batch that came twice is used up in the order in which it came."""
        if wanted is not None:
            found = [each for each in batches if name_key(each.batch_number or "") == name_key(wanted)]
        else:
            found = list(batches) if len({each.batch_number for each in batches}) == 1 else []
        if not found:
            known = ", ".join(dict.fromkeys(each.batch_number or "—" for each in batches))
            if wanted is None:
                row.refuse(column, _("There are several batches: %(batches)s. Say which.", batches=known))
            else:
                row.refuse(column, _("This batch is not in the store. Known are: %(batches)s.", batches=known))
            return None
        return next((each for each in found if each.remaining > 0), found[0])


class ReceiptWriter:
    """Rows that are deliveries into the store."""

    def __init__(self, producer_id: uuid.UUID) -> None:
        self._producer_id = producer_id
        self._ingredients: dict[uuid.UUID, Names[str]] = {}
        self._units, self._kinds = unit_names(), kind_names()

    def write(self, row: RowReader, *, actor: Actor, submission_id: uuid.UUID, confirmed: Collection[str]) -> None:
        """Write the receipt down."""
        kind = row.choice("kind", self._kinds, required=True)
        trade_name = row.text("trade_name", longest=160, required=True)
        received_on = row.day("received_on", required=True)
        amount, unit = _amount(row, "amount", "unit", self._units, required=True)
        supplier = row.text("supplier", longest=160)
        batch_number = row.text("batch_number", longest=60)
        expires_on = row.day("expires_on")
        harvest_interval_days = row.whole_number("harvest_interval_days")
        ingredients = self._read_ingredients(row) if received_on is not None else []
        if row.problems or kind is None or received_on is None or amount is None or unit is None:
            return
        receive_input(
            actor=actor,
            producer_id=self._producer_id,
            kind=kind,
            trade_name=trade_name or "",
            received_on=received_on,
            amount=amount,
            unit=unit,
            supplier=supplier,
            batch_number=batch_number,
            expires_on=expires_on,
            harvest_interval_days=harvest_interval_days,
            ingredients=ingredients,
        )

    def _read_ingredients(self, row: RowReader) -> list[IngredientContent]:
        text = row.text("ingredient", longest=400)
        received_on = row.day("received_on")
        if text is None or received_on is None:
            return []
        names = self._names_on(received_on)
        found = []
        for part in filter(None, (part.strip() for part in re.split(r"[;+\n]", text))):
            code, content = names.find(part), None
            if code is None and (split := _CONTENT.fullmatch(part)):
                code, content = names.find(split[1]), split[2]
            if code is None:
                likely = names.likely(part)
                row.refuse("ingredient", _unknown_ingredient(part, likely))
                continue
            try:
                number = read_decimal(content)
            except CellError as error:
                row.refuse("ingredient", str(error))
                continue
            found.append(IngredientContent(code, None if number is None else float(number)))
        return found

    def _names_on(self, day: date) -> Names[str]:
        version = find_list_on(day)
        if version is None:
            return Names(())
        if version.id not in self._ingredients:
            listed = ingredients_of(version.id)
            pairs = [(name, each.code) for each in listed for name in (each.name, each.code)]
            self._ingredients[version.id] = Names(pairs)
        return self._ingredients[version.id]


class PlotWriter:
    """Rows that are plots."""

    def __init__(self, producer_id: uuid.UUID) -> None:
        self._producer_id = producer_id
        self._provinces = Names(
            (name, province.code)
            for province in list_provinces()
            for name in (province.name, bare_name(province.name), province.code)
        )
        self._communes: dict[str, Names[str]] = {}
        self._crops = Names(
            (name, code) for code, crop in calendars().items() for name in (code, crop.name_vi, crop.name_en)
        )

    def write(self, row: RowReader, *, actor: Actor, submission_id: uuid.UUID, confirmed: Collection[str]) -> None:
        """Add the plot."""
        province = row.choice("province", self._provinces)
        if row.record["province"] is None:
            province = HOME_PROVINCE
        commune = None if province is None else row.choice("commune_code", self._communes_of(province), required=True)
        name = row.text("name", longest=120, required=True)
        area = row.whole_number("area_m2", required=True)
        latitude, longitude = row.decimal("latitude"), row.decimal("longitude")
        crop = row.choice("crop", self._crops)
        planting_year, tree_count = row.whole_number("planting_year"), row.whole_number("tree_count")
        planted_on = row.day("planted_on")
        code = row.text("planting_area_code", longest=60)
        if row.problems or name is None or commune is None or area is None:
            return
        facts = PlotFacts(
            name=name,
            commune_code=commune,
            area_m2=area,
            crop=crop,
            planting_year=planting_year,
            planted_on=planted_on,
            tree_count=tree_count,
            latitude=_float(latitude),
            longitude=_float(longitude),
        )
        create_plot(actor=actor, producer_id=self._producer_id, facts=facts, planting_area_code=code)

    def _communes_of(self, province: str) -> Names[str]:
        if province not in self._communes:
            self._communes[province] = Names(
                (name, commune.code)
                for commune in list_communes(province)
                for name in (commune.name, bare_name(commune.name), commune.code)
            )
        return self._communes[province]


def _amount(
    row: RowReader, number: str, unit: str, units: Names[str], *, required: bool = False
) -> tuple[int, AmountUnit] | tuple[None, None]:
    """An amount in base units. It needs its unit."""
    value = row.decimal(number, required=required)
    written = row.choice(unit, units, required=required)
    if value is None or written is None:
        if value is not None and not required and row.record[unit] is None:
            row.refuse(unit, _("Enter the unit of the amount: kg, litre, piece …"))
        return None, None
    try:
        return base_amount(value, written, field=number)
    except AmountImpossible as error:
        row.refuse(number, str(error))
        return None, None


def _named(model: type[FarmWorker] | type[Equipment], producer_id: uuid.UUID) -> list[tuple[str, uuid.UUID]]:
    rows = db.session.execute(select(model.name, model.id).where(model.producer_id == producer_id))
    return [(name, row_id) for name, row_id in rows]


def _activity_names() -> list[tuple[str, str]]:
    """The names of activities, and parts of long ones: "Làm cỏ" stands for "Làm cỏ, xới xáo"."""
    known = activities().items()
    whole = [(name, code) for code, each in known for name in (code, each.name_vi, each.name_en)]
    keys = {name_key(name) for name, _code in whole}
    parts = [
        (part.strip(), code)
        for code, each in known
        for name in (each.name_vi, each.name_en)
        for part in re.split(r"[,/]| and ", name)
    ]
    return whole + [(part, code) for part, code in parts if name_key(part) not in keys]


def _unknown_ingredient(name: str, likely: str | None) -> str:
    if likely is not None:
        return str(_("“%(name)s” is not known. Did you mean “%(likely)s”?", name=name, likely=likely))
    return str(_("“%(name)s” is not on the list of permitted ingredients of that day.", name=name))


def _float(number: Decimal | None) -> float | None:
    return None if number is None else float(number)
