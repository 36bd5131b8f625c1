"""The tables of an exported diary that tell what was done, each for another kind of work."""

import uuid
from bisect import bisect_right
from collections.abc import Callable, Sequence
from decimal import Decimal

from core.i18n import gettext as _
from core.web.templating import local_date
from traceability.diary.amounts import format_amount, format_decimal
from traceability.diary.entry_models import DiaryEntry
from traceability.diary.words import activity_name, weather_name
from traceability.diary_exports.document import Section
from traceability.diary_exports.farm_sections import Plots, ingredient_names, make_section
from traceability.diary_exports.queries import Correction


def fertilising_section(title: str, entries: Sequence[DiaryEntry], plots: Plots) -> Section:
    """What the plots were given."""
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
    return make_section(title, columns, rows)


def sprays_section(title: str, entries: Sequence[DiaryEntry], plots: Plots) -> Section:
    """What was sprayed against what, and until when that keeps the plot closed."""
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
    return make_section(title, columns, rows, note)


def harvests_section(title: str, entries: Sequence[DiaryEntry], sprays: Sequence[DiaryEntry], plots: Plots) -> Section:
    """What was harvested, and how long after the last spray."""
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
    return make_section(title, columns, rows, _("“Last spray before” looks at the sprays of this document's period."))


def _last_spray(harvest: DiaryEntry, sprays: Sequence[DiaryEntry]) -> DiaryEntry | None:
    """The last of the plot's sprays, which come by day, that is not after the harvest."""
    position = bisect_right(sprays, harvest.done_on, key=lambda spray: spray.done_on)
    return sprays[position - 1] if position else None


def others_section(title: str, entries: Sequence[DiaryEntry], plots: Plots) -> Section:
    """Everything else that was done."""
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
    return make_section(title, columns, rows)


def corrections_section(title: str, corrections: Sequence[Correction], plots: Plots) -> Section:
    """What was corrected or withdrawn, with what stood there before."""
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
    return make_section(
        title, columns, rows, _("Nothing is erased: what was written before stands beside what corrects it.")
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
