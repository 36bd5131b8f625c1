"""The tables of an exported diary that tell of the farm: plots, inputs bought, officers' permissions."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from core.i18n import gettext as _
from core.tables import Cell
from core.web.templating import local_date
from traceability.diary.amounts import format_amount, format_decimal
from traceability.diary.models import Plot
from traceability.diary.store_models import InputReceipt
from traceability.diary.words import crop_name, kind_name, status_name
from traceability.diary_exports.document import DocumentColumn, Section
from traceability.diary_exports.queries import DiaryContents

Columns = Sequence[tuple[str, int]]
Plots = Mapping[uuid.UUID, Plot]
"""The plots of a document by their id."""


def make_section(title: str, columns: Columns, rows: Iterable[Sequence[Cell]], note: str = "") -> Section:
    """A table; each column is a title and its share of the width."""
    return Section(title, [DocumentColumn(name, width) for name, width in columns], list(rows), note)


def plots_section(title: str, plots: Sequence[Plot]) -> Section:
    """What is farmed, with the codes that authorities gave."""
    columns = (
        (_("Plot"), 26),
        (_("Location code (GLN)"), 17),
        (_("Commune or ward"), 26),
        (_("Area (m²)"), 12),
        (_("Crop"), 22),
        (_("Planted in"), 11),
        (_("Trees"), 10),
        (_("Planting area codes"), 40),
    )
    rows = [
        (
            plot.name,
            plot.gln,
            f"{plot.commune.name}, {plot.commune.province.name}",
            plot.area_m2,
            crop_name(plot),
            _planted(plot),
            plot.tree_count,
            "\n".join(_planting_area_codes(plot)) or None,
        )
        for plot in plots
    ]
    return make_section(title, columns, rows)


def _planted(plot: Plot) -> str | None:
    """The day of planting where it is known, else the year."""
    if plot.planted_on is not None:
        return local_date(plot.planted_on)
    return None if plot.planting_year is None else str(plot.planting_year)


def _planting_area_codes(plot: Plot) -> Iterable[str]:
    for code in plot.planting_area_codes:
        market = f" ({code.market})" if code.market else ""
        until = _(", until %(day)s", day=local_date(code.valid_until)) if code.valid_until else ""
        yield f"{code.code}{market}: {status_name(code.status)}{until}"


def receipts_section(title: str, receipts: Sequence[InputReceipt]) -> Section:
    """What came into the store, and how much of it is left."""
    columns = (
        (_("Received on"), 12),
        (_("Kind"), 18),
        (_("Name on the label"), 28),
        (_("Active ingredients"), 28),
        (_("Batch"), 14),
        (_("Expires on"), 12),
        (_("Bought from"), 26),
        (_("Quantity"), 13),
        (_("Remaining"), 13),
        (_("Permitted by"), 30),
    )
    rows = [
        (
            receipt.received_on,
            kind_name(receipt.kind),
            receipt.trade_name,
            ingredient_names(receipt),
            receipt.batch_number,
            receipt.expires_on,
            receipt.supplier,
            format_amount(receipt.received_amount, receipt.unit),
            format_amount(receipt.remaining, receipt.unit) if receipt.remaining else "0",
            receipt.plant_protection_list.source if receipt.plant_protection_list else None,
        )
        for receipt in receipts
    ]
    return make_section(
        title,
        columns,
        rows,
        _("What came into the store in this period or was used in it; what is left is as of today."),
    )


def ingredient_names(receipt: InputReceipt) -> str:
    """The active ingredients of a product, with their content where it is known."""
    return ", ".join(
        ingredient.name
        if ingredient.content is None
        else f"{ingredient.name} {format_decimal(Decimal(str(ingredient.content)))} g"
        for ingredient in receipt.ingredients
    )


def overrides_section(title: str, contents: DiaryContents, plots: Plots) -> Section:
    """Harvests inside an interval that officers permitted."""
    columns = (
        (_("Plot"), 26),
        (_("From"), 12),
        (_("Until"), 12),
        (_("Reason"), 70),
        (_("Signed by"), 30),
        (_("Signed at"), 16),
    )
    rows = [
        (
            plots[override.plot_id].name,
            override.valid_from,
            override.valid_until,
            override.reason,
            override.signed_name,
            override.granted_at,
        )
        for override in contents.overrides
    ]
    return make_section(
        title, columns, rows, _("Harvests inside a pre-harvest interval that a province officer permitted.")
    )
