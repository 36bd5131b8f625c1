"""The one query behind the public trace page.

It is written in SQL and returns plain values: a scan in a field should cost the server one round trip and no object
that tracks changes. Only public columns are named here, so nothing private can slip onto the page.
"""

import uuid
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import text

from core.db import SettledStatement, read_planned_once, settled
from traceability.journal.identifiers import lot_identifier
from traceability.passport.offers import offers_query
from traceability.passport.parts import RecordPart
from traceability.passport.record import TraceRecord

NEWEST_EVENTS = 60
COARSE_DECIMALS = 3
"""Of degrees: about 100 m. Any garden may lie beside somebody's home."""


_RECORD = """
    WITH RECURSIVE lot AS (
        SELECT l.* FROM lots l JOIN products p ON p.id = l.product_id
        WHERE p.gtin = :gtin AND l.lot_number = :lot_number
    ), origins AS (
        SELECT id, made_by_id FROM lot
        UNION
        SELECT source.id, source.made_by_id FROM origins
        JOIN lot_movements used ON used.operation_id = origins.made_by_id AND used.to_status = 'used'
        JOIN lots source ON source.id = used.lot_id
    ), grown AS (
        SELECT f.gln, CASE WHEN owner.kind <> 'household' THEN f.latitude END AS latitude,
               CASE WHEN owner.kind <> 'household' THEN f.longitude END AS longitude,
               c.latitude AS commune_latitude, c.longitude AS commune_longitude,
               c.name AS commune, v.name AS province, max(o.grams) AS grams,
               coalesce((
                   SELECT json_agg(area.code ORDER BY area.id) FROM planting_area_codes area
                   WHERE area.plot_id = f.id AND area.status = 'active'
                   AND coalesce(area.valid_from <= max(h.harvested_on), true)
                   AND coalesce(area.valid_until >= max(h.harvested_on), true)), '[]') AS planting_area_codes
        FROM origins JOIN lot_plots o ON o.lot_id = origins.id JOIN lots h ON h.id = origins.id
        JOIN plots f ON f.id = o.plot_id JOIN producers owner ON owner.id = f.producer_id
        JOIN communes c ON c.code = f.commune_code JOIN provinces v ON v.code = c.province_code
        GROUP BY f.id, owner.kind, c.code, v.code
    ), own AS (
        SELECT event_id, sum(quantity) FILTER (WHERE role <> 'parent') AS quantity, max(unit_of_measure) AS uom,
               min(role) AS role
        FROM epcis_event_identifiers WHERE identifier = :identifier GROUP BY event_id
    ), related AS (
        SELECT event_id, quantity, uom, role FROM own
        UNION ALL
        SELECT DISTINCT same.event_id, NULL::double precision, NULL, 'parent'
        FROM own
        JOIN epcis_event_identifiers parcel ON parcel.event_id = own.event_id AND parcel.role = 'parent'
        JOIN epcis_event_identifiers same ON same.identifier = parcel.identifier
        WHERE same.event_id NOT IN (SELECT event_id FROM own)
    ), newest AS (
        SELECT e.id, e.event_id, e.event_time, e.record_time, e.biz_step, e.disposition, e.read_point, e.action,
               related.quantity, related.uom, related.role, count(*) OVER () AS event_count
        FROM related JOIN epcis_events e ON e.id = related.event_id AND e.error_declared_at IS NULL
             AND e.biz_step IS DISTINCT FROM 'sensor_reporting'
        ORDER BY (e.biz_step = 'commissioning') DESC NULLS LAST, e.event_time DESC, e.id DESC
        LIMIT :newest
    ), shown AS (
        SELECT id, event_time, record_time, biz_step, disposition, read_point, quantity, uom, role, (
            SELECT json_build_object('at', wrong.error_declared_at, 'reason', wrong.error_reason,
                   'note', wrong.payload->'errorDeclaration'->'chonguon:note', 'corrected_by', (
                SELECT json_agg(c.id)
                FROM json_array_elements_text(
                    CASE json_typeof(wrong.payload->'errorDeclaration'->'correctiveEventIDs')
                    WHEN 'array' THEN wrong.payload->'errorDeclaration'->'correctiveEventIDs' END) AS wanted
                JOIN epcis_events c ON c.event_id = wanted AND c.error_declared_at IS NULL))
            FROM epcis_events wrong
            WHERE wrong.event_id = newest.event_id AND wrong.error_declared_at IS NOT NULL
            ORDER BY wrong.error_declared_at DESC LIMIT 1) AS declared
        FROM newest
    ){harvests}
    SELECT json_build_array(
           lot.id, lot.lot_number, lot.harvested_on, lot.quantity, lot.weight_grams,
           CASE lot.unit WHEN 'kg' THEN packed.grams / 1000 WHEN '100g' THEN packed.grams / 100 ELSE packed.units END,
           packed.grams, lot.made_by_id IS NOT NULL, lot.grade, lot.unit, lot.best_before, lot.created_at,
           products.id, products.status, products.gtin, products.slug, products.name_vi, products.name_en,
           products.category, products.ocop_stars, products.geographical_indication, products.brand,
           products.standards, products.stages, products.storage, products.illustration, products.photo_key,
           producers.name, producers.slug, producers.gln, home.name, home_province.name,
           coalesce((SELECT json_agg(grown ORDER BY grams DESC NULLS LAST, gln) FROM grown), '[]'),
           place.name, place_province.name, place.latitude, place.longitude,
           products.description_vi, products.description_en, producers.story_vi, producers.story_en,
           coalesce((SELECT max(event_count) FROM newest), 0),
           coalesce((SELECT json_agg(shown) FROM shown), '[]'),
           coalesce((SELECT json_agg(offered) FROM ({offers}) AS offered), '[]'),
           json_build_object({parts}))
    FROM lot
    JOIN products ON products.id = lot.product_id
    JOIN producers ON producers.id = products.producer_id
    JOIN communes home ON home.code = producers.commune_code
    JOIN provinces home_province ON home_province.code = home.province_code
    JOIN communes place ON place.code = products.commune_code
    JOIN provinces place_province ON place_province.code = place.province_code
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(grams), 0)::bigint AS grams, coalesce(sum(units), 0)::bigint AS units
        FROM lot_holdings WHERE lot_id = lot.id AND status IN ('packed', 'in_transit', 'sold')) AS packed
"""


_HARVESTS = """, harvests AS (
        SELECT picked.id AS lot_id, picked.lot_number, picked.harvested_on, grown_on.plot_id, picked.product_id
        FROM origins JOIN lots picked ON picked.id = origins.id JOIN lot_plots grown_on ON grown_on.lot_id = origins.id
    )"""
"""The harvests that a lot was picked as or made from, once for each plot."""


@cache
def _record_statement(offers: str, parts: tuple[RecordPart, ...]) -> SettledStatement:
    fields = ", ".join(f"'{part.name}', ({part.query})" for part in parts)
    return settled(text(_RECORD.format(offers=offers, parts=fields, harvests=_HARVESTS if parts else "")))


def find_record(gtin: str, lot_number: str, *, parts: tuple[RecordPart, ...] = ()) -> TraceRecord | None:
    """The public record of the lot with this GTIN-14 and lot number, with `parts`; the two must be well formed."""
    values = read_planned_once(
        _record_statement(offers_query(), parts),
        {
            "gtin": gtin,
            "lot_number": lot_number,
            "identifier": lot_identifier(gtin, lot_number),
            "newest": NEWEST_EVENTS,
        },
    )
    return None if values is None else _record_of(values)


def _record_of(values: list[Any]) -> TraceRecord:
    """The record from the JSON array of its fields: one value is read from the wire much faster than forty columns."""
    raw: Any = TraceRecord._make(values)
    record: TraceRecord = raw._replace(
        lot_id=uuid.UUID(raw.lot_id),
        harvested_on=date.fromisoformat(raw.harvested_on),
        best_before=date.fromisoformat(raw.best_before) if raw.best_before else None,
        recorded_at=datetime.fromisoformat(raw.recorded_at),
        product_id=uuid.UUID(raw.product_id),
    )
    return _at_first_plot(record) if record.plots else record


def _at_first_plot(record: TraceRecord) -> TraceRecord:
    """The record with the place of its first plot, or where that is not known, of the commune around it."""
    plot = record.plots[0]
    known = "" if plot["latitude"] is not None else "commune_"
    return record._replace(
        commune=plot["commune"],
        province=plot["province"],
        latitude=coarse(plot[f"{known}latitude"]),
        longitude=coarse(plot[f"{known}longitude"]),
    )


def coarse(degrees: float | None) -> float | None:
    """A latitude or longitude as it may be shown of a garden."""
    return None if degrees is None else round(degrees, COARSE_DECIMALS)
