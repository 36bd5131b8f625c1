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
from traceability.recalls.queries import RECALL_OF_LOT

NEWEST_EVENTS = 60


class TraceRecord(NamedTuple):
    """What is public about a lot. Quantities in `unit`s of the lot; `events` newest first, the harvest always in it.

    `offers` are the market's rows, which only `traceability.passport.offers` can read. `recall` is the newest approved
    recall of the lot: number, class, the notice in both languages, and when it was decided.
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
    planting_area_code: str | None
    commune: str
    province: str
    latitude: float | None
    longitude: float | None
    event_count: int
    events: list[dict[str, Any]]
    offers: list[dict[str, Any]]
    recall: dict[str, Any] | None

    def name(self, locale: str) -> str:
        """The product's name in `locale`."""
        return self.name_en if locale == "en" else self.name_vi


_RECORD = """
    WITH own AS (
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
    )
    SELECT json_build_array(
           lots.id, lots.lot_number, lots.harvested_on, lots.quantity, lots.packed_quantity, lots.unit,
           lots.best_before, lots.created_at,
           products.id, products.status, products.gtin, products.slug, products.name_vi, products.name_en,
           products.category, products.ocop_stars, products.geographical_indication, products.brand,
           products.standards, products.stages, products.storage, products.illustration, products.photo_key,
           producers.name, producers.slug, producers.gln, home.name, home_province.name,
           plots.gln, plots.planting_area_code, place.name, place_province.name,
           coalesce(plots.latitude, place.latitude), coalesce(plots.longitude, place.longitude),
           coalesce((SELECT max(event_count) FROM newest), 0),
           coalesce((SELECT json_agg(shown) FROM shown), '[]'),
           coalesce((SELECT json_agg(offered) FROM ({offers}) AS offered), '[]'),
           ({recall}))
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


@cache
def _record_statement(offers: str) -> TextClause:
    return text(_RECORD.format(offers=offers, recall=RECALL_OF_LOT))


def find_record(gtin: str, lot_number: str) -> TraceRecord | None:
    """The public record of the lot with this GTIN-14 and lot number; the two must be well formed."""
    values = read_value(
        _record_statement(offers_query()),
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
