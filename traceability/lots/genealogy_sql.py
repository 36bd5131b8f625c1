"""The recursive statements behind genealogy: one for each direction, over the ends of what the journal joins.

A row of `reach` is an edge: `identifier` was reached from `via`, within the span of time in which the trace goes on
through it:

- forward from the moment at which what is traced came into it, until it was taken out again (only what was packed
  somewhere is ever taken out); back the other way round, until the moment at which it was used or packed.
- So the number of a crate that is used again later joins no two histories, and a lot that was filled up later hands
  nothing on to what was made of it before.

`source_event` is the event in which the one thing went in, `target_event` the one in which the other came out: the same
one, unless a transformation was told in several events with one transformationID (EPCIS 2.0 §7.4.6). No event stands
between a lot and its items. UNION drops edges that were found before, and spans begin and end with events only, so the
recursion ends whatever was captured, circles included.

`bench/bare_genealogy.py` says the same over the journal's own tables; a test compares the two.
"""

from typing import Final

_SAID_SO: Final = """said_in.error_declared_at IS NULL AND NOT EXISTS (
        SELECT FROM epcis_events wrong
        WHERE wrong.event_id = said_in.event_id AND wrong.error_declared_at IS NOT NULL)"""
"""The event that names an item with its lot was not declared wrong."""

_TAKEN_OUT: Final = """CROSS JOIN LATERAL (SELECT CASE WHEN came_out.role = 'parent' AND EXISTS (
        SELECT FROM genealogy_ends emptied
        WHERE emptied.identifier = came_out.identifier AND emptied.side = 'emptied'
          AND emptied.event_time >= went_in.event_time
    ) THEN genealogy_taken_out(came_out.identifier, went_in.identifier, went_in.event_time, went_in.event_id)
    ELSE timestamptz 'infinity' END AS moment) AS taken_out"""
"""When what `went_in` was out of the container again: all of it, or as much as had been put in."""

_EDGE: Final = """reach.identifier, went_in.event_id, came_out.event_id, went_in.event_uri, went_in.role,
           went_in.event_time, went_in.biz_step, went_in.quantity, went_in.unit_of_measure"""

_FORWARD_STEPS: Final = """
    SELECT came_out.identifier, {edge},
           greatest(came_out.event_time, CASE went_in.role WHEN 'child' THEN reach.since END),
           CASE went_in.role WHEN 'child' THEN least(taken_out.moment, reach.until) ELSE taken_out.moment END
    FROM genealogy_ends went_in
    JOIN genealogy_ends came_out ON came_out.joining = went_in.joining AND came_out.side = 'out'
    {taken_out}
    WHERE went_in.identifier = reach.identifier AND went_in.side = 'in' AND went_in.event_time <= reach.until
      AND (went_in.event_time >= reach.since OR went_in.role = 'child' AND taken_out.moment > reach.since)
    UNION ALL
    SELECT item.identifier, reach.identifier, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, reach.since, reach.until
    FROM epcis_event_identifiers item JOIN epcis_events said_in ON said_in.id = item.event_id
    WHERE item.lot = reach.identifier AND {said_so}
      AND EXISTS (SELECT FROM epcis_event_identifiers used
                  WHERE used.identifier = item.identifier AND used.role IN ('child', 'input'))
"""

_BACK_STEPS: Final = """
    SELECT went_in.identifier, {edge},
           CASE went_in.role WHEN 'child' THEN greatest(went_in.event_time, reach.since) ELSE went_in.event_time END,
           CASE went_in.role WHEN 'child' THEN least(taken_out.moment, reach.until) ELSE went_in.event_time END
    FROM genealogy_ends came_out
    JOIN genealogy_ends went_in ON went_in.joining = came_out.joining AND went_in.side = 'in'
    {taken_out}
    WHERE came_out.identifier = reach.identifier AND came_out.side = 'out' AND came_out.event_time <= reach.until
      AND (came_out.role <> 'parent' OR taken_out.moment >= reach.since)
    UNION ALL
    SELECT item.lot, reach.identifier, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, reach.since, reach.until
    FROM epcis_event_identifiers item JOIN epcis_events said_in ON said_in.id = item.event_id
    WHERE substr(reach.identifier, 37, 4) = '/21/' AND item.identifier = reach.identifier AND item.lot IS NOT NULL
      AND {said_so}
"""

_STATEMENT: Final = """
    WITH RECURSIVE reach (
        identifier, via, source_event, target_event, event_uri, role, event_time, biz_step, quantity, unit_of_measure,
        since, until
    ) AS (
        SELECT wanted.identifier, CAST(NULL AS text), CAST(NULL AS uuid), CAST(NULL AS uuid), CAST(NULL AS text),
               CAST(NULL AS text), CAST(NULL AS timestamptz), CAST(NULL AS text), CAST(NULL AS double precision),
               CAST(NULL AS text), CAST(wanted.since AS timestamptz), timestamptz 'infinity'
        FROM unnest(CAST(:identifiers AS text[]), CAST(:since AS text[])) AS wanted (identifier, since)
        UNION
        SELECT step.*
        FROM (
            SELECT DISTINCT identifier, since, until FROM reach
            WHERE NOT (starts_with(identifier, 'https://id.gs1.org/01/') AND length(identifier) = 36)
        ) AS reach CROSS JOIN LATERAL ({steps}) AS step
    )
    -- What is read from a recursion decides how far it is carried on, so this bounds the work as well.
    SELECT identifier, {source} AS source, {target} AS target, via IS NOT NULL AS is_edge, source_event, target_event,
           event_uri, role, event_time, biz_step, quantity, unit_of_measure
    FROM reach LIMIT :most
"""


def _statement(steps: str, *, source: str, target: str) -> str:
    steps = steps.format(edge=_EDGE, taken_out=_TAKEN_OUT, said_so=_SAID_SO)
    return _STATEMENT.format(steps=steps, source=source, target=target)


FORWARD: Final = _statement(_FORWARD_STEPS, source="via", target="identifier")
BACK: Final = _statement(_BACK_STEPS, source="identifier", target="via")
"""At most `most` things reached from the lists `identifiers` and `since` (times as text): `identifier`, and unless it
is one of the list (`is_edge`) the edge by which it was reached, `role` being that of what went in. An edge may come
several times, for several spans of time."""
