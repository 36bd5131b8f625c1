"""The benchmark `genealogy`: a lot's genealogy over ten levels among 10⁶ events, beside the bare recursive SQL."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

import psycopg

from bench.beside import p95_beside
from bench.measure import Goal, Measure
from bench.world import World

GOAL = Goal(1.5, at_most=True)
SLOWEST_MILLISECONDS = 50
EVENTS = int(os.environ.get("BENCH_EVENTS", "1000000"))
LEVELS = 10
WIDTH = 3
SAMPLE = 1000

_PER_FAMILY = LEVELS * WIDTH
_ALL = _PER_FAMILY + WIDTH
_SCALE = f"""
CREATE TEMPORARY TABLE bench_known AS
SELECT 'https://id.gs1.org/01/' || p.gtin || '/10/' || l.lot_number AS uri,
       row_number() OVER (ORDER BY l.id) - 1 AS place
FROM lots l JOIN products p ON p.id = l.product_id
WHERE p.status = 'published' AND l.lot_number ~ '^[0-9A-Za-z-]+$';

-- Families of {WIDTH} things on each of {LEVELS + 1} levels. Each is made of two of the level before, or every third
-- level is a box that holds two of it. First and last are lots that the site knows, as long as there are any.
CREATE TEMPORARY TABLE bench_thing AS
SELECT family, level, place.place, CASE
    WHEN level > 0 AND level < {LEVELS} AND level % 3 = 0 THEN
        'https://id.gs1.org/00/395210' || lpad((family * {_ALL} + level * {WIDTH} + place.place)::text, 12, '0')
    WHEN place.place = 0 AND level IN (0, {LEVELS}) AND known.uri IS NOT NULL THEN known.uri
    ELSE 'https://id.gs1.org/01/' || product.gtin || '/10/B' || family || '-' || level || '-' || place.place END AS uri
FROM generate_series(0, {EVENTS // _PER_FAMILY - 1}) AS family
CROSS JOIN generate_series(0, {LEVELS}) AS level
CROSS JOIN generate_series(0, {WIDTH - 1}) AS place (place)
LEFT JOIN bench_known known ON known.place = 2 * family + (level > 0)::int
JOIN (SELECT gtin, row_number() OVER (ORDER BY gtin) - 1 AS number FROM products WHERE status = 'published') product
  ON product.number = (family * {LEVELS} + level) % (SELECT count(*) FROM products WHERE status = 'published');
CREATE INDEX ON bench_thing (family, level, place);

CREATE TEMPORARY TABLE bench_step AS
SELECT ('01910000-0000-7000-8000-' || lpad(to_hex((family * {LEVELS} + level) * {WIDTH} + place), 12, '0'))::uuid AS id,
       md5(uri) || md5('2' || uri) AS digest, uri, family, level, place, level % 3 = 0 AS is_box,
       timestamptz '2026-01-01' + family * interval '10 seconds' + level * interval '1 day' AS happened
FROM bench_thing WHERE level > 0;

INSERT INTO epcis_events (id, event_id, event_hash, event_type, action, event_time, event_time_zone_offset, record_time,
                          biz_step, disposition, terms, payload)
SELECT id, 'ni:///sha-256;' || digest || '?ver=CBV2.0', 'ni:///sha-256;' || digest || '?ver=CBV2.0',
       CASE WHEN is_box THEN 'AggregationEvent' ELSE 'TransformationEvent' END, CASE WHEN is_box THEN 'ADD' END,
       happened, '+07:00', happened + interval '1 minute', CASE WHEN is_box THEN 'packing' ELSE 'commissioning' END,
       'active', '{{}}', ('{{"type":"bench","note":"' || repeat(digest, 8) || '"}}')::json
FROM bench_step ORDER BY id;

INSERT INTO epcis_event_identifiers (event_id, position, role, identifier, quantity, unit_of_measure)
SELECT step.id, 0, CASE WHEN is_box THEN 'parent' ELSE 'output_quantity' END, step.uri,
       CASE WHEN is_box THEN NULL ELSE 100 END, CASE WHEN is_box THEN NULL ELSE 'KGM' END
FROM bench_step step
UNION ALL
SELECT step.id, 1 + (thing.place <> step.place)::int,
       CASE WHEN is_box THEN 'child' ELSE 'input' END || CASE WHEN thing.uri LIKE '%/10/%' THEN '_quantity' ELSE '' END,
       thing.uri, CASE WHEN thing.uri LIKE '%/10/%' THEN 50 END, CASE WHEN thing.uri LIKE '%/10/%' THEN 'KGM' END
FROM bench_step step
JOIN bench_thing thing ON thing.family = step.family AND thing.level = step.level - 1
  AND thing.place IN (step.place, (step.place + 1) % {WIDTH})
ORDER BY 1, 2;

CREATE TABLE bench_genealogy AS
SELECT thing.uri, level = 0 AS is_first FROM bench_thing thing JOIN bench_known known ON known.uri = thing.uri;
"""


def prepare_families(world: World) -> None:
    """Make the events where they are not there yet, by SQL, and let the planner know of them."""
    marker = world.folder / f"genealogy-{EVENTS}"
    if marker.exists():
        return
    print(f"bench: making {EVENTS:,} events over {LEVELS} levels (once)", flush=True)
    with psycopg.connect(world.database_url.replace("postgresql+psycopg://", "postgresql://")) as connection:
        connection.execute("DROP TABLE IF EXISTS bench_genealogy")
        connection.execute(_SCALE)
        connection.commit()
        connection.autocommit = True
        connection.execute("VACUUM ANALYZE epcis_events, epcis_event_identifiers, epcis_event_measures, genealogy_ends")
    marker.touch()


@dataclass(frozen=True)
class GenealogyBenchmark:
    """The 95th percentile of the interface beside that of the bare recursive SQL in a bare view, in turns."""

    name: str = "genealogy"
    baseline: str = "bare recursive SQL"
    goal: Goal | None = GOAL

    def run(self, world: World) -> Measure:
        """The median of the rounds' ratios counts; nor may the value exceed 50 ms."""
        prepare_families(world)
        lots = _random_lots(world)
        bare = [f"/genealogy?identifier={quote(uri, safe='')}&direction={way}" for uri, way in lots]
        ours = [f"/api/v1/lots/{uri.split('/')[4]}/{uri.split('/')[6]}/genealogy?direction={way}" for uri, way in lots]
        found = p95_beside(self.name, ours=ours, bare=bare, goal=self.goal)
        if found.value > SLOWEST_MILLISECONDS:
            raise SystemExit(f"{self.name}: {found.value} ms at the 95th percentile, above {SLOWEST_MILLISECONDS} ms")
        return found


def _random_lots(world: World) -> Sequence[tuple[str, str]]:
    """Lots that the site knows at either end of a family, each with the way that leads through all ten levels."""
    with psycopg.connect(world.database_url.replace("postgresql+psycopg://", "postgresql://")) as connection:
        connection.execute("SELECT setseed(0.42)")
        found = connection.execute("SELECT uri, is_first FROM bench_genealogy ORDER BY random() LIMIT %s", (SAMPLE,))
        return [(uri, "forward" if is_first else "back") for uri, is_first in found]
