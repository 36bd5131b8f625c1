"""From what was read to the tables of the exported diary, in the order in which inspectors go through them."""

import uuid
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from core.i18n import gettext as _
from core.tables import Cell
from core.web.templating import local_date
from traceability.diary.amounts import format_amount, format_decimal
from traceability.diary.calendars import FERTILISING, activities
from traceability.diary.entry_models import DiaryEntry
from traceability.diary.models import Plot
from traceability.diary.store_models import InputKind, InputReceipt
from traceability.diary_exports.document import DiaryDocument, DocumentColumn, Section, period_text
from traceability.diary_exports.queries import Correction, DiaryContents
from traceability.diary_exports.words import activity_name, crop_name, kind_name, status_name, weather_name

Columns = Sequence[tuple[str, int]]
Plots = Mapping[uuid.UUID, Plot]


def make_document(
    contents: DiaryContents, *, whole_farm: bool, first_day: date, last_day: date, made_at: datetime
) -> DiaryDocument:
    """The diary as a document in the reader's language."""
    producer, plots = contents.producer, {plot.id: plot for plot in contents.plots}
    entries = contents.entries
    sprays = [entry for entry in entries if is_spray(entry)]
    fertilising = [entry for entry in entries if not is_spray(entry) and is_fertilising(entry)]
    harvests = [entry for entry in entries if is_harvest(entry)]
    told = {entry.id for entry in (*sprays, *fertilising, *harvests)}
    others = [entry for entry in entries if entry.id not in told]
    makers: Sequence[Callable[[str], Section]] = (
        lambda title: _plots(title, contents.plots),
        lambda title: _receipts(title, contents.receipts),
        lambda title: _fertilising(title, fertilising, plots),
        lambda title: _sprays(title, sprays, plots),
        lambda title: _harvests(title, harvests, sprays, plots),
        lambda title: _others(title, others, plots),
        lambda title: _corrections(title, contents.corrections, plots),
        lambda title: _overrides(title, contents, plots),
    )
    titles = (
        _("Plots"),
        _("Inputs bought"),
        _("Fertilising"),
        _("Plant protection"),
        _("Harvest"),
        _("Other work"),
        _("Corrections"),
        _("Permissions of officers"),
    )
    scope = _("All plots") if whole_farm else _("Plot %(name)s", name=contents.plots[0].name)
    return DiaryDocument(
        title=_("Production diary"),
        producer=producer.name,
        scope=scope,
        period=period_text(first_day, last_day),
        facts=_facts(contents),
        sections=[
            make(f"{number}. {title}") for number, (make, title) in enumerate(zip(makers, titles, strict=True), 1)
        ],
        made_at=made_at,
        signatures=(_("Kept by"), _("For the producer"), _("Inspected by")),
    )


def is_harvest(entry: DiaryEntry) -> bool:
    """Whether something was taken from the plot."""
    activity = activities().get(entry.activity)
    return activity is not None and activity.is_harvest


def is_spray(entry: DiaryEntry) -> bool:
    """Whether a plant-protection product was used, whatever the activity was called."""
    activity = activities().get(entry.activity)
    return entry.interval_days is not None or (activity is not None and activity.is_spraying)


def is_fertilising(entry: DiaryEntry) -> bool:
    """Whether the plot got nutrients."""
    activity = activities().get(entry.activity)
    by_name = activity is not None and activity.category == FERTILISING
    return by_name or any(use.receipt.kind == InputKind.FERTILISER for use in entry.inputs)


def _facts(contents: DiaryContents) -> list[tuple[str, str]]:
    producer = contents.producer
    crops = sorted({crop_name(plot) for plot in contents.plots if plot.crop is not None})
    area = sum(plot.area_m2 for plot in contents.plots)
    return [
        (_("Producer"), producer.name),
        (_("Address"), f"{producer.address}, {producer.commune.name}, {producer.commune.province.name}"),
        (_("GLN of the producer"), producer.gln),
        (_("Plots"), str(len(contents.plots))),
        (_("Area"), f"{format_decimal(Decimal(area))} m²"),
        (_("Crops"), ", ".join(crops)),
        (_("Entries"), str(len(contents.entries))),
        (_("Standard"), _("kept after VietGAP (TCVN 11892-1:2017)")),
    ]


def _section(title: str, columns: Columns, rows: Iterable[Sequence[Cell]], note: str = "") -> Section:
    return Section(title, [DocumentColumn(name, width) for name, width in columns], list(rows), note)


def _plots(title: str, plots: Sequence[Plot]) -> Section:
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
            None if plot.planting_year is None else str(plot.planting_year),
            plot.tree_count,
            "\n".join(_planting_area_codes(plot)) or None,
        )
        for plot in plots
    ]
    return _section(title, columns, rows)


def _planting_area_codes(plot: Plot) -> Iterable[str]:
    for code in plot.planting_area_codes:
        market = f" ({code.market})" if code.market else ""
        until = _(", until %(day)s", day=local_date(code.valid_until)) if code.valid_until else ""
        yield f"{code.code}{market}: {status_name(code.status)}{until}"


def _receipts(title: str, receipts: Sequence[InputReceipt]) -> Section:
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
    return _section(
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


def _fertilising(title: str, entries: Sequence[DiaryEntry], plots: Plots) -> Section:
    columns = (
        (_("Day"), 12),
        (_("Plot"), 24),
        (_("Activity"), 28),
        (_("What was used"), 34),
        (_("Batch"), 14),
        (_("Quantity"), 14),
        (_("Area (m²)"), 11),
        (_("Done by"), 22),
        (_("Note"), 30),
        (_("Recorded at"), 16),
    )
    rows = [
        (
            entry.done_on,
            plots[entry.plot_id].name,
            activity_name(entry.activity),
            _used(entry, lambda use: use.receipt.trade_name),
            _used(entry, lambda use: use.receipt.batch_number or "—"),
            _used(entry, lambda use: format_amount(use.amount, use.receipt.unit)) or _amount(entry),
            _area(entry, plots),
            _operator(entry),
            entry.note,
            entry.recorded_at,
        )
        for entry in entries
    ]
    return _section(title, columns, rows)


def _sprays(title: str, entries: Sequence[DiaryEntry], plots: Plots) -> Section:
    columns = (
        (_("Day"), 12),
        (_("Plot"), 20),
        (_("Against"), 20),
        (_("Product"), 22),
        (_("Active ingredients"), 24),
        (_("Batch"), 13),
        (_("Dose"), 14),
        (_("Amount used"), 12),
        (_("Area (m²)"), 10),
        (_("Equipment"), 16),
        (_("Weather"), 10),
        (_("Interval (days)"), 10),
        (_("Harvest from"), 12),
        (_("Done by"), 18),
        (_("Recorded at"), 15),
    )
    rows = [
        (
            entry.done_on,
            plots[entry.plot_id].name,
            entry.target_pest,
            _used(entry, lambda use: use.receipt.trade_name),
            _used(entry, lambda use: ingredient_names(use.receipt) or "—"),
            _used(entry, lambda use: use.receipt.batch_number or "—"),
            _used(entry, lambda use: use.dose or "—"),
            _used(entry, lambda use: format_amount(use.amount, use.receipt.unit)),
            _area(entry, plots),
            entry.equipment.name if entry.equipment else None,
            weather_name(entry.weather),
            entry.interval_days,
            entry.harvest_from,
            _operator(entry),
            entry.recorded_at,
        )
        for entry in entries
    ]
    sources = sorted({entry.plant_protection_list.source for entry in entries if entry.plant_protection_list})
    note = _("Pre-harvest intervals by: %(lists)s.", lists="; ".join(sources)) if sources else ""
    return _section(title, columns, rows, note)


def _harvests(title: str, entries: Sequence[DiaryEntry], sprays: Sequence[DiaryEntry], plots: Plots) -> Section:
    columns = (
        (_("Day"), 12),
        (_("Plot"), 26),
        (_("Activity"), 24),
        (_("Quantity"), 16),
        (_("Area (m²)"), 12),
        (_("Last spray before"), 30),
        (_("Days since"), 10),
        (_("Done by"), 22),
        (_("Note"), 30),
        (_("Recorded at"), 16),
    )
    rows = []
    on_plot: dict[uuid.UUID, list[DiaryEntry]] = {}
    for spray in sprays:
        on_plot.setdefault(spray.plot_id, []).append(spray)
    for entry in entries:
        last = _last_spray(entry, on_plot.get(entry.plot_id, []))
        rows.append(
            (
                entry.done_on,
                plots[entry.plot_id].name,
                activity_name(entry.activity),
                _amount(entry),
                entry.area_m2,
                None
                if last is None
                else f"{local_date(last.done_on)}: {_used(last, lambda use: use.receipt.trade_name)}",
                None if last is None else (entry.done_on - last.done_on).days,
                _operator(entry),
                entry.note,
                entry.recorded_at,
            )
        )
    return _section(title, columns, rows, _("“Last spray before” looks at the sprays of this document's period."))


def _last_spray(harvest: DiaryEntry, sprays: Sequence[DiaryEntry]) -> DiaryEntry | None:
    """The last of the plot's sprays, which come by day, that is not after the harvest."""
    position = bisect_right(sprays, harvest.done_on, key=lambda spray: spray.done_on)
    return sprays[position - 1] if position else None


def _others(title: str, entries: Sequence[DiaryEntry], plots: Plots) -> Section:
    columns = (
        (_("Day"), 12),
        (_("Plot"), 26),
        (_("Activity"), 30),
        (_("What was used"), 30),
        (_("Quantity"), 16),
        (_("Area (m²)"), 12),
        (_("Weather"), 12),
        (_("Done by"), 24),
        (_("Note"), 36),
        (_("Recorded at"), 16),
    )
    rows = [
        (
            entry.done_on,
            plots[entry.plot_id].name,
            activity_name(entry.activity),
            _used(entry, lambda use: f"{use.receipt.trade_name} ({format_amount(use.amount, use.receipt.unit)})"),
            _amount(entry),
            entry.area_m2,
            weather_name(entry.weather),
            _operator(entry),
            entry.note,
            entry.recorded_at,
        )
        for entry in entries
    ]
    return _section(title, columns, rows)


def _corrections(title: str, corrections: Sequence[Correction], plots: Plots) -> Section:
    columns = (
        (_("Corrected at"), 16),
        (_("Plot"), 24),
        (_("Written before"), 56),
        (_("Corrected to"), 56),
        (_("Reason"), 40),
        (_("Corrected by"), 24),
    )
    rows = [
        (
            correction.entry.recorded_at,
            plots[correction.entry.plot_id].name,
            entry_text(correction.before),
            _("withdrawn: it was not done") if correction.entry.is_withdrawal else entry_text(correction.entry),
            correction.entry.correction_reason,
            correction.entry.recorder.display_name if correction.entry.recorder else None,
        )
        for correction in corrections
    ]
    return _section(
        title, columns, rows, _("Nothing is erased: what was written before stands beside what corrects it.")
    )


def _overrides(title: str, contents: DiaryContents, plots: Plots) -> Section:
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
    return _section(
        title, columns, rows, _("Harvests inside a pre-harvest interval that a province officer permitted.")
    )


def entry_text(entry: DiaryEntry) -> str:
    """An entry in one sentence: day, activity, amounts, inputs, note."""
    parts = [local_date(entry.done_on), activity_name(entry.activity), _amount(entry) or ""]
    parts += [
        f"{use.receipt.trade_name} {format_amount(use.amount, use.receipt.unit)}{f' ({use.dose})' if use.dose else ''}"
        for use in entry.inputs
    ]
    if entry.area_m2 is not None:
        parts.append(f"{format_decimal(Decimal(entry.area_m2))} m²")
    parts += [entry.target_pest or "", entry.note or ""]
    return "; ".join(part for part in parts if part)


def _amount(entry: DiaryEntry) -> str | None:
    return None if entry.amount is None or entry.unit is None else format_amount(entry.amount, entry.unit)


def _area(entry: DiaryEntry, plots: Plots) -> int:
    """The area that was worked: the whole plot where nobody said another one."""
    return entry.area_m2 or plots[entry.plot_id].area_m2


def _operator(entry: DiaryEntry) -> str | None:
    return entry.operator.name if entry.operator else None


def _used(entry: DiaryEntry, tell: Callable[..., str]) -> str | None:
    """A line for each input of the entry."""
    return "\n".join(tell(use) for use in entry.inputs) or None
