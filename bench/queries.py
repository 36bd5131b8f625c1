"""The benchmark `events_by_epc`: `GET /epcis/v2/events` by one EPC among 10⁶ events, beside the bare SQL."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

import psycopg

from bench.beside import p95_beside
from bench.measure import Goal, Measure
from bench.world import World

GOAL = Goal(1.5, at_most=True)
EVENTS = int(os.environ.get("BENCH_EVENTS", "1000000"))
SAMPLE = 2000
_ITEM = "'https://id.gs1.org/01/' || gtin || '/21/' || {}"
_SCALE = f"""
CREATE TEMPORARY TABLE bench_event AS
SELECT n, ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid AS id,
       timestamptz '2026-01-01' + n * interval '20 seconds' AS happened,
       md5(n::text) || md5((n + 1)::text) AS digest,
       -- groups of 3, 4, 5, 8 and 10 events about the same two items
       n / 30 * 5 + CASE WHEN n % 30 < 3 THEN 0 WHEN n % 30 < 7 THEN 1 WHEN n % 30 < 12 THEN 2
                         WHEN n % 30 < 20 THEN 3 ELSE 4 END AS about
FROM generate_series(0, {EVENTS - 1}) AS n;

CREATE TEMPORARY TABLE bench_item AS
SELECT e.n, e.id, {_ITEM.format("2 * about")} AS first_item, {_ITEM.format("2 * about + 1")} AS second_item,
       e.happened, e.digest, '952100' || lpad((about % 5000)::text, 6, '0') || '0' AS gln
FROM bench_event e
JOIN (SELECT gtin, row_number() OVER (ORDER BY gtin) - 1 AS place FROM products WHERE status = 'published') p
  ON p.place = e.about % (SELECT count(*) FROM products WHERE status = 'published');

INSERT INTO epcis_events (id, event_id, event_hash, event_type, action, event_time, event_time_zone_offset, record_time,
                          biz_step, disposition, read_point, biz_location, terms, payload)
SELECT id, 'ni:///sha-256;' || digest || '?ver=CBV2.0', 'ni:///sha-256;' || digest || '?ver=CBV2.0', 'ObjectEvent',
       'OBSERVE', happened, '+07:00', happened + interval '1 minute', 'inspecting', 'conformant',
       'https://id.gs1.org/414/' || gln || '/254/' || n % 10, 'https://id.gs1.org/414/' || gln,
       ARRAY['persistentDisposition_set=completeness_verified',
             'certificationInfo=https://certificates.example/inspection/' || digest],
       ('{{"type":"ObjectEvent","eventID":"ni:///sha-256;' || digest || '?ver=CBV2.0","eventTime":"'
        || to_char(happened AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
        || '","eventTimeZoneOffset":"+07:00","action":"OBSERVE","bizStep":"inspecting","disposition":"conformant",'
        || '"persistentDisposition":{{"set":["completeness_verified"]}},"epcList":["' || first_item || '","'
        || second_item || '"],"readPoint":{{"id":"https://id.gs1.org/414/' || gln || '/254/' || n % 10
        || '"}},"bizLocation":{{"id":"https://id.gs1.org/414/' || gln
        || '"}},"certificationInfo":["https://certificates.example/inspection/' || digest || '","'
        || 'https://certificates.example/laboratory/' || repeat(digest, 5) || '"]}}')::json
FROM bench_item ORDER BY id;

INSERT INTO epcis_event_identifiers (event_id, position, role, identifier)
SELECT id, 0, 'epc', first_item FROM bench_item ORDER BY id;
INSERT INTO epcis_event_identifiers (event_id, position, role, identifier)
SELECT id, 1, 'epc', second_item FROM bench_item ORDER BY id;
"""


def prepare_events(world: World) -> None:
    """Make the events where they are not there yet, by SQL, and let the planner know of them."""
    marker = world.folder / f"events-{EVENTS}"
    if marker.exists():
        return
    print(f"bench: making {EVENTS:,} events (once)", flush=True)
    with psycopg.connect(world.database_url.replace("postgresql+psycopg://", "postgresql://")) as connection:
        connection.execute(_SCALE)
        connection.commit()
        connection.autocommit = True
        connection.execute("VACUUM ANALYZE epcis_events, epcis_event_identifiers, epcis_event_measures, genealogy_ends")
    marker.touch()


@dataclass(frozen=True)
class EventsByEpcBenchmark:
    """The 95th percentile of the endpoint beside that of the bare SQL in a bare view, in turns."""

    name: str = "events_by_epc"
    baseline: str = "bare SQL"
    goal: Goal | None = GOAL

    def run(self, world: World) -> Measure:
        """The median of the rounds' ratios counts; it must not exceed the goal."""
        prepare_events(world)
        epcs = _random_epcs(world)
        bare = [f"/events?epc={quote(epc, safe='')}" for epc in epcs]
        ours = [f"/epcis/v2/events?MATCH_anyEPC={quote(epc, safe='')}" for epc in epcs]
        return p95_beside(self.name, ours=ours, bare=bare, goal=self.goal)


def _random_epcs(world: World) -> Sequence[str]:
    with psycopg.connect(world.database_url.replace("postgresql+psycopg://", "postgresql://")) as connection:
        connection.execute("SELECT setseed(0.42)")
        found = connection.execute(
            "SELECT identifier FROM epcis_event_identifiers TABLESAMPLE SYSTEM (2) REPEATABLE (42)"
            " WHERE role = 'epc' AND identifier LIKE '%%/21/%%' ORDER BY random() LIMIT %s",
            (SAMPLE,),
        )
        return [row[0] for row in found]
