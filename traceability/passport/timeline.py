"""Journal events in plain words: what happened, when, where, and how much later it was written down."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter
from typing import Any, Final

from core.i18n import gettext as _
from core.i18n import ngettext
from core.web.templating import LOCAL_TIME_ZONE
from traceability.epcis.vocabulary import step_label
from traceability.journal.identifiers import identifiers_of, lot_identifier
from traceability.journal.models import EpcisEvent
from traceability.lots.models import Lot
from traceability.lots.units import format_number, format_quantity

_PLACE: Final = re.compile(r"/41[47]/([0-9]{13})")
_TONES: Final = {"recalled": "bad", "destroyed": "bad", "damaged": "warn", "expired": "warn"}
HARVEST: Final = "commissioning"


@dataclass(frozen=True, slots=True)
class Happening:
    """One event of the journal as far as the timeline goes; `quantity` is how much of the lot it was about."""

    event_time: datetime
    record_time: datetime
    biz_step: str
    disposition: str
    read_point: str
    quantity: float | None
    uom: str | None

    @property
    def day(self) -> date:
        """The day it was in Vietnam."""
        return self.event_time.astimezone(LOCAL_TIME_ZONE).date()


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One line of the timeline. `when` is what to show: a day for a harvest, of which only the day is known."""

    title: str
    happened_at: datetime
    when: str
    gap_days: int
    place: str = ""
    detail: str = ""
    tone: str = "plain"


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
            event_time=datetime.fromisoformat(row["event_time"]),
            record_time=datetime.fromisoformat(row["record_time"]),
            biz_step=row["biz_step"] or "",
            disposition=row["disposition"] or "",
            read_point=row["read_point"] or "",
            quantity=row["quantity"],
            uom=row["uom"],
        )
        for row in rows
    ]


def entries_of_events(events: Iterable[EpcisEvent], *, lot: Lot, places: Mapping[str, str]) -> list[TimelineEntry]:
    """The timeline of `lot` from events of the journal; `places` names the GLNs that the reader may know."""
    identifier = lot_identifier(lot.product.gtin, lot.lot_number)
    happenings = []
    for event in events:
        own = [item for item in identifiers_of(event.payload) if item.identifier == identifier]
        amounts = [item.quantity for item in own if item.quantity is not None]
        happenings.append(
            Happening(
                event_time=event.event_time,
                record_time=event.record_time,
                biz_step=event.biz_step or "",
                disposition=event.disposition or "",
                read_point=event.read_point or "",
                quantity=sum(amounts) if amounts else None,
                uom=own[0].unit_of_measure if own else None,
            )
        )
    return timeline(happenings, words=LotUnitWords(lot.unit, lot.product.category), places=places)


def timeline(happenings: Iterable[Happening], *, words: LotUnitWords, places: Mapping[str, str]) -> list[TimelineEntry]:
    """The entries, oldest first; the same step on the same day at the same place becomes one entry."""

    # Packing and sending of several parcels interleave in a day, so the day's steps are brought together first.
    groups: dict[tuple[object, ...], list[Happening]] = {}
    for happening in sorted(happenings, key=attrgetter("event_time")):
        kind = (happening.day, happening.biz_step, happening.disposition, happening.read_point)
        groups.setdefault(kind, []).append(happening)
    return [_entry(group, words, places) for group in groups.values()]


def _entry(group: Sequence[Happening], words: LotUnitWords, places: Mapping[str, str]) -> TimelineEntry:
    first, last = group[0], group[-1]
    only_day_known = first.biz_step == HARVEST
    recorded = first.record_time.astimezone(LOCAL_TIME_ZONE)
    gap = (recorded.date() - first.day).days if only_day_known else (first.record_time - first.event_time).days
    gln = _PLACE.search(first.read_point)
    day = f"{first.day:%d/%m/%Y}"
    clock = first.event_time.astimezone(LOCAL_TIME_ZONE)
    return TimelineEntry(
        title=_(step_label(first.biz_step)) if first.disposition != "recalled" else _("Recalled"),
        happened_at=first.event_time,
        when=day if only_day_known or last is not first else f"{clock:%H:%M} {day}",
        gap_days=max(gap, 0),
        place=places.get(gln[1], "") if gln else "",
        detail=_detail(group, words),
        tone=_TONES.get(first.disposition, "plain"),
    )


def _detail(group: Sequence[Happening], words: LotUnitWords) -> str:
    amounts = [happening.quantity for happening in group if happening.quantity is not None]
    amount = words.amount(sum(amounts), group[0].uom) if amounts else ""
    if group[0].biz_step not in ("packing", "shipping"):
        return amount
    parcels = ngettext("%(num)s parcel", "%(num)s parcels", len(group))
    return f"{amount} · {parcels}" if amount else parcels
