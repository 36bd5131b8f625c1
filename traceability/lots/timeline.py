"""Journal events in plain words: what happened, when, where, and how much later it was written down."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter
from typing import Any, Final

from core.i18n import LOCAL_TIME_ZONE, format_number, local_day, ngettext
from core.i18n import gettext as _
from traceability.epcis.vocabulary import step_label
from traceability.journal.corrections import LONGEST_NOTE, NOTE, correctives_of
from traceability.journal.identifiers import identifiers_of, lot_identifier
from traceability.journal.models import EpcisEvent
from traceability.lots.models import Lot
from traceability.lots.units import format_quantity

_PLACE: Final = re.compile(r"/41[47]/([0-9]{13})")
_TONES: Final = {"recalled": "bad", "destroyed": "bad", "damaged": "warn", "expired": "warn"}
HARVEST: Final = "commissioning"
_HARVESTS: Final = (HARVEST, "creating_class_instance")
TRANSFORMED: Final = ("input_quantity", "output_quantity")
"""Roles of a lot in the event by which lots are made of lots; the step is `commissioning` there, too."""


@dataclass(frozen=True, slots=True)
class DeclaredWrong:
    """That an event was declared wrong: when, the reason (a word of CBV 2.0 or None), more words, and what corrects it.

    `corrected_by` are the ids of rows of the journal.
    """

    at: datetime
    reason: str | None
    note: str
    corrected_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Happening:
    """One event of the journal as far as the timeline goes; `quantity` is how much of the lot it was about."""

    id: str

    event_time: datetime
    record_time: datetime
    biz_step: str
    disposition: str
    read_point: str
    quantity: float | None
    uom: str | None
    declared: DeclaredWrong | None = None
    role: str = ""
    """The field of the event that the lot stood in (`EpcisEventIdentifier.role`); empty where only its parcel did."""

    @property
    def day(self) -> date:
        """The day it was in Vietnam."""
        return local_day(self.event_time)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a line says about an event that was declared wrong; `corrections` are the `key`s of other lines."""

    day: str
    reason: str
    note: str
    corrections: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One line of the timeline. `when` is what to show: a day for a harvest, of which only the day is known.

    `key` names the line on its page, `event_ids` the rows of the journal behind it. `verdict` is set when it was
    declared wrong, `corrects` (the `key` of another line) when it says right what was wrong there.
    """

    key: str
    event_ids: tuple[str, ...]

    title: str
    happened_at: datetime
    when: str
    gap_days: int
    place: str = ""
    detail: str = ""
    tone: str = "plain"
    verdict: Verdict | None = None
    corrects: str = ""


@dataclass(frozen=True, slots=True)
class LotUnitWords:
    """In which words to count the lot."""

    unit: str
    category: str

    def amount(self, quantity: float, uom: str | None) -> str:
        """So much in words; weights come in kilograms whatever the lot is counted in."""
        if uom == "KGM":
            return f"{format_number(quantity)} kg"
        return format_quantity(int(quantity), self.unit, self.category)


def happenings_of_rows(rows: Iterable[Mapping[str, Any]]) -> list[Happening]:
    """Happenings from the JSON rows of the public record."""
    return [
        Happening(
            id=row["id"],
            event_time=datetime.fromisoformat(row["event_time"]),
            record_time=datetime.fromisoformat(row["record_time"]),
            biz_step=row["biz_step"] or "",
            disposition=row["disposition"] or "",
            read_point=row["read_point"] or "",
            quantity=row["quantity"],
            uom=row["uom"],
            declared=_declared_of_row(row["declared"]) if row["declared"] else None,
            role=row["role"] or "",
        )
        for row in rows
    ]


def _declared_of_row(row: Mapping[str, Any]) -> DeclaredWrong:
    return DeclaredWrong(
        datetime.fromisoformat(row["at"]), row["reason"], _text(row["note"]), tuple(row["corrected_by"] or ())
    )


def _text(value: object) -> str:
    """A note as far as it may be shown: declarations come from outside, too."""
    return value[:LONGEST_NOTE] if isinstance(value, str) else ""


def entries_of_events(events: Iterable[EpcisEvent], *, lot: Lot, places: Mapping[str, str]) -> list[TimelineEntry]:
    """The timeline of `lot` from events of the journal; `places` names the GLNs that the reader may know."""
    identifier = lot_identifier(lot.product.gtin, lot.lot_number)
    rows = list(events)
    originals = {event.event_id: event for event in rows if event.error_declared_at is None}
    declarations = {event.event_id: event for event in rows if event.error_declared_at is not None}
    happenings = []
    for event in originals.values():
        own = [item for item in identifiers_of(event.payload) if item.identifier == identifier]
        amounts = [item.quantity for item in own if item.quantity is not None]
        happenings.append(
            Happening(
                id=str(event.id),
                event_time=event.event_time,
                record_time=event.record_time,
                biz_step=event.biz_step or "",
                disposition=event.disposition or "",
                read_point=event.read_point or "",
                quantity=sum(amounts) if amounts else None,
                uom=own[0].unit_of_measure if own else None,
                declared=_declared_of_event(declarations.get(event.event_id), originals),
                role=own[0].role if own else "",
            )
        )
    return timeline(happenings, words=LotUnitWords(lot.unit, lot.product.category), places=places)


def _declared_of_event(declaration: EpcisEvent | None, originals: Mapping[str, EpcisEvent]) -> DeclaredWrong | None:
    if declaration is None or declaration.error_declared_at is None:
        return None
    correctives = [originals[name] for name in correctives_of(declaration.payload) if name in originals]
    return DeclaredWrong(
        declaration.error_declared_at,
        declaration.error_reason,
        _text(declaration.payload["errorDeclaration"].get(NOTE)),
        tuple(str(event.id) for event in correctives),
    )


def timeline(happenings: Iterable[Happening], *, words: LotUnitWords, places: Mapping[str, str]) -> list[TimelineEntry]:
    """The entries, oldest first; the same step on the same day at the same place becomes one entry.

    What was declared wrong stays an entry of its own, and what corrects it follows right behind.
    """
    # Packing and sending of several parcels interleave in a day, so the day's steps are brought together first.
    groups: dict[tuple[object, ...], list[Happening]] = {}
    ordered = sorted(happenings, key=attrgetter("event_time"))
    corrected = {row_id: wrong.id for wrong in ordered if wrong.declared for row_id in wrong.declared.corrected_by}
    for happening in ordered:
        made_or_used = happening.role if happening.role in TRANSFORMED else ""
        kind = (happening.day, happening.biz_step, happening.disposition, happening.read_point, made_or_used)
        alone = happening.id if happening.declared or happening.id in corrected else None
        groups.setdefault((alone, *kind), []).append(happening)
    entries = [_entry(group, words, places, corrected) for group in groups.values()]
    return _with_corrections_behind(entries) if corrected else entries


def _with_corrections_behind(entries: Sequence[TimelineEntry]) -> list[TimelineEntry]:
    by_key = {entry.key: entry for entry in entries}
    arranged: dict[str, TimelineEntry] = {}

    def add(entry: TimelineEntry) -> None:
        if entry.key in arranged:
            return
        arranged[entry.key] = entry
        for key in entry.verdict.corrections if entry.verdict else ():
            if key in by_key:
                add(by_key[key])

    for entry in entries:
        if entry.corrects not in by_key:
            add(entry)
    for entry in entries:
        add(entry)
    return list(arranged.values())


def _entry(
    group: Sequence[Happening], words: LotUnitWords, places: Mapping[str, str], corrected: Mapping[str, str]
) -> TimelineEntry:
    first, last = group[0], group[-1]
    only_day_known = first.biz_step in _HARVESTS and first.role not in TRANSFORMED
    gap = (
        (local_day(first.record_time) - first.day).days
        if only_day_known
        else (first.record_time - first.event_time).days
    )
    gln = _PLACE.search(first.read_point)
    day = f"{first.day:%d/%m/%Y}"
    clock = first.event_time.astimezone(LOCAL_TIME_ZONE)
    return TimelineEntry(
        key=_key(first.id),
        event_ids=tuple(happening.id for happening in group),
        title=_title(first),
        happened_at=first.event_time,
        when=day if only_day_known or last is not first else f"{clock:%H:%M} {day}",
        gap_days=max(gap, 0),
        place=places.get(gln[1], "") if gln else "",
        detail=_detail(group, words),
        tone="wrong" if first.declared else _TONES.get(first.disposition, "plain"),
        verdict=_verdict(first.declared) if first.declared else None,
        corrects=_key(corrected[first.id]) if first.id in corrected else "",
    )


def _title(happening: Happening) -> str:
    if happening.disposition == "recalled":
        return str(_("Recalled"))
    if happening.role == "output_quantity":
        return str(_("Made from other lots"))
    if happening.role == "input_quantity":
        return str(_("Used for other lots"))
    if happening.disposition == "returned":
        return str(_("Came back"))
    if happening.biz_step == "accepting" and happening.disposition == "sellable_accessible":
        return str(_("For sale again"))
    return str(_(step_label(happening.biz_step)))


def _key(row_id: str) -> str:
    return f"event-{row_id[-12:]}"


def _verdict(declared: DeclaredWrong) -> Verdict:
    reasons = {
        "did_not_occur": _("it did not happen"),
        "incorrect_data": _("something in it was wrong"),
    }
    return Verdict(
        day=f"{declared.at.astimezone(LOCAL_TIME_ZONE):%d/%m/%Y}",
        reason=reasons.get(declared.reason or "", declared.reason or _("no reason was given")),
        note=declared.note,
        corrections=tuple(_key(row_id) for row_id in declared.corrected_by),
    )


def _detail(group: Sequence[Happening], words: LotUnitWords) -> str:
    amounts = [happening.quantity for happening in group if happening.quantity is not None]
    amount = words.amount(sum(amounts), group[0].uom) if amounts else ""
    if group[0].biz_step not in ("packing", "shipping"):
        return amount
    parcels = ngettext("%(num)s parcel", "%(num)s parcels", len(group))
    return f"{amount} · {parcels}" if amount else parcels
