"""The table to fill in: the right columns, what stands in them, and the names that the farm has."""

import io
import uuid
from collections.abc import Iterator

from sqlalchemy import select

from core.db import db
from core.i18n import current_locale
from core.i18n import gettext as _
from core.tables import Cell, Column, Sheet, write_xlsx
from traceability.diary.calendars import activities, calendars
from traceability.diary.models import Equipment, FarmWorker, Plot
from traceability.diary.store_models import InputReceipt
from traceability.diary_imports.columns import COLUMNS
from traceability.diary_imports.models import ImportKind

_MOST_NAMES = 1000


def write_template(kind: ImportKind, producer_id: uuid.UUID) -> bytes:
    """A workbook with an empty table of this kind, a sheet that explains it, and one with the producer's names."""
    columns = COLUMNS[kind]
    out = io.BytesIO()
    sheets = [
        Sheet(_("Fill in here"), [Column(column.title, max(14, len(column.title) + 4)) for column in columns], []),
        Sheet(
            _("How to fill it in"),
            [Column(_("Column"), 26), Column(_("Needed"), 12), Column(_("What stands in it"), 80)],
            _explained(kind),
        ),
    ]
    if kind != ImportKind.RECEIPTS:
        sheets.append(
            Sheet(
                _("Names"),
                [Column(_("Column"), 26), Column(_("Name"), 44), Column(_("Batch"), 20)],
                _names(kind, producer_id),
            )
        )
    write_xlsx(out, sheets)
    return out.getvalue()


def _explained(kind: ImportKind) -> Iterator[list[Cell]]:
    for column in COLUMNS[kind]:
        yield [column.title, _("yes") if column.required else "", str(column.help)]


def _names(kind: ImportKind, producer_id: uuid.UUID) -> Iterator[list[Cell]]:
    titles = {column.key: column.title for column in COLUMNS[kind]}
    locale = current_locale()
    if kind == ImportKind.PLOTS:
        for crop in calendars().values():
            yield [titles["crop"], crop.name(locale), None]
        return
    for key, model in (("plot", Plot), ("operator", FarmWorker), ("equipment", Equipment)):
        names = select(model.name).where(model.producer_id == producer_id).order_by(model.name).limit(_MOST_NAMES)
        for name in db.session.scalars(names):
            yield [titles[key], name, None]
    store = (
        select(InputReceipt.trade_name, InputReceipt.batch_number)
        .where(
            InputReceipt.producer_id == producer_id,
            InputReceipt.withdrawn_at.is_(None),
            InputReceipt.used_amount < InputReceipt.received_amount,
        )
        .order_by(InputReceipt.trade_name, InputReceipt.id)
        .limit(_MOST_NAMES)
    )
    for trade_name, batch in db.session.execute(store):
        yield [titles["product"], trade_name, batch]
    for activity in sorted(activities().values(), key=lambda each: each.name(locale)):
        yield [titles["activity"], activity.name(locale), None]
