"""The public page of a logistic unit: what is in it, and what happened to it. Nobody who sent or gets it is named."""

from datetime import datetime
from typing import Any, Final, NamedTuple

from flask import Response, request
from sqlalchemy import text

from core.db import read_value
from core.i18n import current_locale
from core.i18n import gettext as _
from core.web.rendering import language_environment, render_template_of
from core.web.templating import local_time
from traceability.epcis.vocabulary import step_label
from traceability.gs1.digital_link import parse_digital_link
from traceability.gs1.element_strings import format_element_string
from traceability.journal.identifiers import parcel_identifier
from traceability.lots.timeline import TimelineEntry
from traceability.passport.page import publicly_cached

NEWEST_EVENTS: Final = 60
MOST_LOTS: Final = 200

_PARCEL: Final = text(
    """
    WITH about AS (
        SELECT DISTINCT event_id FROM epcis_event_identifiers WHERE identifier = :identifier
    ), packed AS (
        SELECT DISTINCT i.identifier FROM epcis_event_identifiers i
        JOIN about ON about.event_id = i.event_id WHERE i.role IN ('child_quantity', 'child')
          AND i.identifier LIKE 'https://id.gs1.org/01/%'
        ORDER BY i.identifier LIMIT :lots
    ), newest AS (
        SELECT e.id, e.event_time, e.record_time, coalesce(e.biz_step, '') AS biz_step
        FROM about JOIN epcis_events e ON e.id = about.event_id
        WHERE e.error_declared_at IS NULL AND NOT EXISTS (
            SELECT 1 FROM epcis_events d WHERE d.event_id = e.event_id AND d.error_declared_at IS NOT NULL)
        ORDER BY e.event_time DESC, e.id DESC LIMIT :newest
    )
    SELECT json_build_array(
        (SELECT coalesce(json_agg(json_build_array(packed.identifier, p.name_vi, p.name_en)
                                  ORDER BY p.name_vi, packed.identifier), '[]')
         FROM packed JOIN products p ON p.gtin = split_part(packed.identifier, '/', 5)),
        (SELECT coalesce(json_agg(newest ORDER BY event_time), '[]') FROM newest))
    WHERE EXISTS (SELECT 1 FROM about)
    """
)


class PackedLot(NamedTuple):
    """A lot of which something is in the parcel; `path` leads to its record."""

    name: str
    lot_number: str
    path: str


def find_parcel_page(sscc: str) -> Response | None:
    """The page about the parcel `sscc` (18 digits); None when the journal does not know it."""
    values = read_value(_PARCEL, {"identifier": parcel_identifier(sscc), "lots": MOST_LOTS, "newest": NEWEST_EVENTS})
    if values is None:
        return None
    lots, events = values
    locale = current_locale()
    body = render_template_of(
        language_environment(locale),
        "traceability/resolver/parcel.html",
        human_readable=format_element_string((("00", sscc),)),
        lots=_packed_lots(lots, locale),
        timeline=[_entry(event) for event in events],
        languages=[(code, f"{request.path}?lang={code}") for code in ("vi", "en")],
    )
    return publicly_cached(Response(body, mimetype="text/html"))


def _packed_lots(rows: list[list[Any]], locale: str) -> list[PackedLot]:
    lots = []
    for identifier, name_vi, name_en in rows:
        link = parse_digital_link(identifier)
        lot_number = link.value("10")
        if lot_number is not None:
            lots.append(PackedLot(name_en if locale == "en" else name_vi, lot_number, link.path))
    return lots


def _entry(event: dict[str, Any]) -> TimelineEntry:
    happened, recorded = (datetime.fromisoformat(event[name]) for name in ("event_time", "record_time"))
    return TimelineEntry(
        key=event["id"],
        event_ids=(event["id"],),
        title=_(step_label(event["biz_step"])),
        happened_at=happened,
        when=local_time(happened),
        gap_days=max(0, (recorded - happened).days),
    )
