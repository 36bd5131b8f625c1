"""The one query behind the public trace page.

It is written in SQL and returns plain values: a scan in a field should cost the server one round trip and no object
that tracks changes. Only public columns are named here, so nothing private can slip onto the page.
"""

import uuid
from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import TextClause, text

from core.db import read_value
from traceability.journal.identifiers import lot_identifier
from traceability.passport.offers import offers_query
from traceability.passport.parts import RecordPart

NEWEST_EVENTS = 60


class TraceRecord(NamedTuple):
    """What is public about a lot. Quantities in `unit`s of the lot; `events` newest first, the harvest always in it.

    The coordinates of a household's garden are those of its commune, for it may lie beside the house. `offers` are the
    market's rows, which only `traceability.passport.offers` can read; `parts` are values by the name of a RecordPart.
    """

    lot_id: uuid.UUID
    lot_number: str
    harvested_on: date
    quantity: int
    packed_quantity: int
    unit: str
    best_before: date | None
    recorded_at: datetime
    product_id: uuid.UUID
    product_status: str
    gtin: str
    slug: str
    name_vi: str
    name_en: str
    category: str
    ocop_stars: int | None
    geographical_indication: str | None
    brand: str | None
    standards: list[str]
    stages: list[str]
    storage: str | None
    illustration: str
    photo_key: str | None
    producer_name: str
    producer_slug: str
    producer_gln: str
    producer_commune: str
    producer_province: str
    plot_gln: str | None
    planting_area_codes: list[str]
    commune: str
    province: str
    latitude: float | None
    longitude: float | None
    description_vi: str | None
    description_en: str | None
    story_vi: str | None
    story_en: str | None
    event_count: int
    events: list[dict[str, Any]]
    offers: list[dict[str, Any]]
    parts: dict[str, Any]

    def name(self, locale: str) -> str:
        """The product's name in `locale`."""
        return self.name_en if locale == "en" else self.name_vi

    def description(self, locale: str) -> str | None:
        """The product's story in `locale`."""
        return self.description_en if locale == "en" else self.description_vi

    def story(self, locale: str) -> str | None:
        """The producer's story in `locale`."""
        return self.story_en if locale == "en" else self.story_vi


_RECORD = """
    WITH RECURSIVE own AS (
        SELECT event_id, sum(quantity) FILTER (WHERE role <> 'parent') AS quantity, max(unit_of_measure) AS uom
        FROM epcis_event_identifiers WHERE identifier = :identifier GROUP BY event_id
    ), related AS (
        SELECT event_id, quantity, uom FROM own
        UNION ALL
        SELECT DISTINCT same.event_id, NULL::double precision, NULL
        FROM own
        JOIN epcis_event_identifiers parcel ON parcel.event_id = own.event_id AND parcel.role = 'parent'
        JOIN epcis_event_identifiers same ON same.identifier = parcel.identifier
        WHERE same.event_id NOT IN (SELECT event_id FROM own)
    ), newest AS (
        SELECT e.id, e.event_id, e.event_time, e.record_time, e.biz_step, e.disposition, e.read_point, e.action,
               related.quantity, related.uom, count(*) OVER () AS event_count
        FROM related JOIN epcis_events e ON e.id = related.event_id AND e.error_declared_at IS NULL
             AND e.biz_step IS DISTINCT FROM 'sensor_reporting'
        ORDER BY (e.biz_step = 'commissioning') DESC NULLS LAST, e.event_time DESC, e.id DESC
        LIMIT :newest
    ), shown AS (
        SELECT id, event_time, record_time, biz_step, disposition, read_point, quantity, uom, (
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
           lots.id, lots.lot_number, lots.harvested_on, lots.quantity, lots.packed_quantity, lots.unit,
           lots.best_before, lots.created_at,
           products.id, products.status, products.gtin, products.slug, products.name_vi, products.name_en,
           products.category, products.ocop_stars, products.geographical_indication, products.brand,
           products.standards, products.stages, products.storage, products.illustration, products.photo_key,
           producers.name, producers.slug, producers.gln, home.name, home_province.name,
           plots.gln,
           coalesce((
               SELECT json_agg(code ORDER BY id) FROM planting_area_codes area
               WHERE area.plot_id = plots.id AND area.status = 'active'
               AND coalesce(area.valid_from <= lots.harvested_on, true)
               AND coalesce(area.valid_until >= lots.harvested_on, true)), '[]'),
           place.name, place_province.name,
           CASE WHEN producers.kind = 'household' THEN place.latitude ELSE coalesce(plots.latitude, place.latitude) END,
           CASE WHEN producers.kind = 'household' THEN place.longitude
           ELSE coalesce(plots.longitude, place.longitude) END,
           products.description_vi, products.description_en, producers.story_vi, producers.story_en,
           coalesce((SELECT max(event_count) FROM newest), 0),
           coalesce((SELECT json_agg(shown) FROM shown), '[]'),
           coalesce((SELECT json_agg(offered) FROM ({offers}) AS offered), '[]'),
           json_build_object({parts}))
    FROM products
    JOIN lots ON lots.product_id = products.id AND lots.lot_number = :lot_number
    JOIN producers ON producers.id = products.producer_id
    JOIN communes home ON home.code = producers.commune_code
    JOIN provinces home_province ON home_province.code = home.province_code
    LEFT JOIN plots ON plots.id = lots.plot_id
    JOIN communes place ON place.code = coalesce(plots.commune_code, products.commune_code)
    JOIN provinces place_province ON place_province.code = place.province_code
    WHERE products.gtin = :gtin
"""


_HARVESTS = """, ancestors AS (
        SELECT CAST(:identifier AS text) AS identifier, 0 AS depth
        UNION
        SELECT input.identifier, ancestors.depth + 1
        FROM ancestors
        JOIN epcis_event_identifiers output
          ON output.identifier = ancestors.identifier AND output.role IN ('output', 'output_quantity')
        JOIN epcis_event_identifiers input
          ON input.event_id = output.event_id AND input.role IN ('input', 'input_quantity')
        WHERE ancestors.depth < 10 AND NOT EXISTS (
            SELECT FROM epcis_events made JOIN epcis_events wrong
              ON wrong.event_id = made.event_id AND wrong.error_declared_at IS NOT NULL
            WHERE made.id = output.event_id)
    ), harvests AS (
        SELECT picked.id AS lot_id, picked.lot_number, picked.harvested_on, picked.plot_id, picked.product_id
        FROM products grown JOIN lots picked ON picked.product_id = grown.id AND picked.lot_number = :lot_number
        WHERE grown.gtin = :gtin AND picked.plot_id IS NOT NULL
        UNION
        SELECT picked.id, picked.lot_number, picked.harvested_on, picked.plot_id, picked.product_id
        FROM ancestors
        JOIN products grown ON grown.gtin = substr(ancestors.identifier, 23, 14)
        JOIN lots picked ON picked.product_id = grown.id
         AND picked.lot_number = replace(substr(ancestors.identifier, 41), '%2F', '/')
        WHERE ancestors.depth > 0 AND picked.plot_id IS NOT NULL
    )"""
"""The harvests that a lot was picked as or made from: its own, and those of its inputs, at most ten levels back."""


@cache
def _record_statement(offers: str, parts: tuple[RecordPart, ...]) -> TextClause:
    fields = ", ".join(f"'{part.name}', ({part.query})" for part in parts)
    return text(_RECORD.format(offers=offers, parts=fields, harvests=_HARVESTS if parts else ""))


def find_record(gtin: str, lot_number: str, *, parts: tuple[RecordPart, ...] = ()) -> TraceRecord | None:
    """The public record of the lot with this GTIN-14 and lot number, with `parts`; the two must be well formed."""
    values = read_value(
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
    raw = TraceRecord._make(values)
    return raw._replace(
        lot_id=uuid.UUID(values[0]),
        harvested_on=date.fromisoformat(values[2]),
        best_before=date.fromisoformat(values[6]) if values[6] else None,
        recorded_at=datetime.fromisoformat(values[7]),
        product_id=uuid.UUID(values[8]),
    )
