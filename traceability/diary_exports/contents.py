"""From what was read to the tables of the exported diary, in the order in which inspectors go through them."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from core.i18n import gettext as _
from traceability.diary.amounts import format_decimal
from traceability.diary.calendars import FERTILISING, activities
from traceability.diary.entry_models import DiaryEntry
from traceability.diary.store_models import InputKind
from traceability.diary.words import crop_name
from traceability.diary_exports.document import DiaryDocument, period_text
from traceability.diary_exports.entry_sections import (
    corrections_section,
    fertilising_section,
    harvests_section,
    others_section,
    sprays_section,
)
from traceability.diary_exports.farm_sections import overrides_section, plots_section, receipts_section
from traceability.diary_exports.queries import DiaryContents


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
    sections = (
        plots_section(_("Plots"), contents.plots),
        receipts_section(_("Inputs bought"), contents.receipts),
        fertilising_section(_("Fertilising"), fertilising, plots),
        sprays_section(_("Plant protection"), sprays, plots),
        harvests_section(_("Harvest"), harvests, sprays, plots),
        others_section(_("Other work"), others, plots),
        corrections_section(_("Corrections"), contents.corrections, plots),
        overrides_section(_("Permissions of officers"), contents, plots),
    )
    scope = _("All plots") if whole_farm else _("Plot %(name)s", name=contents.plots[0].name)
    return DiaryDocument(
        title=_("Production diary"),
        producer=producer.name,
        scope=scope,
        period=period_text(first_day, last_day),
        facts=_facts(contents),
        sections=[replace(each, title=f"{number}. {each.title}") for number, each in enumerate(sections, 1)],
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
