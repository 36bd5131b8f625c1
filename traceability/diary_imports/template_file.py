"""The table to fill in: the right columns, what stands in them, and the names that the farm has."""

import io
import uuid
from collections.abc import Iterator

from catalog.places.queries import HOME_PROVINCE, list_communes
from core.db import utc_now
from core.i18n import current_locale, local_today
from core.i18n import gettext as _
from core.tables import Cell, Column, Sheet, write_xlsx
from traceability.diary.amounts import WRITTEN_UNITS
from traceability.diary.calendars import activities, calendars
from traceability.diary.entry_forms import WEATHER_NAMES
from traceability.diary.queries import equipment_of, plots_of, workers_of
from traceability.diary.store_forms import KIND_NAMES
from traceability.diary.store_queries import receipts_with_something_left
from traceability.diary_imports.columns import COLUMNS, INPUTS
from traceability.diary_imports.models import ImportKind
from traceability.plant_protection.models import IngredientStatus
from traceability.plant_protection.queries import find_list_on, ingredients_of


def write_template(kind: ImportKind, producer_id: uuid.UUID) -> bytes:
    """A workbook with an empty table of this kind, whose cells offer the names that are known, and an explanation."""
    columns = COLUMNS[kind]
    names = _names(kind, producer_id)
    table = [Column(column.title, max(14, len(column.title) + 4), names.get(column.key, ())) for column in columns]
    explained = [Column(_("Column"), 26), Column(_("Needed"), 12), Column(_("What stands in it"), 80)]
    out = io.BytesIO()
    write_xlsx(
        out,
        [
            Sheet(_("Fill in here"), table, []),
            Sheet(_("How to fill it in"), explained, _explained(kind)),
            Sheet(_("Names"), [Column(_("Column"), 26), Column(_("Name"), 44)], _told(kind, names)),
        ],
    )
    return out.getvalue()


def _explained(kind: ImportKind) -> Iterator[list[Cell]]:
    for column in COLUMNS[kind]:
        yield [column.title, _("yes") if column.required else "", str(column.help)]


def _told(kind: ImportKind, names: dict[str, list[str]]) -> Iterator[list[Cell]]:
    for column in COLUMNS[kind]:
        for name in names.get(column.key, ()):
            yield [column.title, name]


def _names(kind: ImportKind, producer_id: uuid.UUID) -> dict[str, list[str]]:
    """What is known to stand in the columns, by their key, as its reader writes it."""
    locale = current_locale()
    units = [str(name) for name in WRITTEN_UNITS.values()]
    if kind == ImportKind.PLOTS:
        return {
            "commune_code": [commune.name for commune in list_communes(HOME_PROVINCE)],
            "crop": [crop.name(locale) for crop in calendars().values()],
        }
    if kind == ImportKind.RECEIPTS:
        version = find_list_on(local_today(utc_now()))
        listed = [] if version is None else ingredients_of(version.id)
        return {
            "kind": [str(name) for name in KIND_NAMES.values()],
            "ingredient": [each.name for each in listed if each.status == IngredientStatus.ALLOWED],
            "unit": units,
        }
    store = receipts_with_something_left(producer_id)
    products = list(dict.fromkeys(receipt.trade_name for receipt in store))
    batches = list(dict.fromkeys(receipt.batch_number for receipt in store if receipt.batch_number))
    return {
        "plot": [plot.name for plot in plots_of([producer_id])],
        "activity": sorted(activity.name(locale) for activity in activities().values()),
        "unit": units,
        **{f"product{ending}": products for ending in INPUTS},
        **{f"batch{ending}": batches for ending in INPUTS},
        **{f"used_unit{ending}": units for ending in INPUTS},
        "operator": [worker.name for worker in workers_of([producer_id]) if worker.left_on is None],
        "equipment": [each.name for each in equipment_of([producer_id]) if each.retired_on is None],
        "weather": [str(name) for name in WEATHER_NAMES.values()],
    }
