"""The recursive statements behind genealogy: one for each direction, over the identifiers of the journal's events.

A row of `reach` is an object together with the span of time in which the trace goes through it:

- forward from the moment at which what is traced came into it, until it was taken out again (only what was packed
  somewhere is ever taken out); back the other way round, until the moment at which it was used or packed.
- So the number of a crate that is used again later joins no two histories, and a lot that was filled up later hands
  nothing on to what was made of it before.

`source_event` is the event in which the one thing went in, `target_event` the one in which the other came out: the same
one, unless a transformation was told in several events with one transformationID (EPCIS 2.0 §7.4.6). `via` is the other
end where no event stands between: a lot and its items. UNION drops what was reached before, and spans begin and end
with events only, so the recursion ends whatever was captured, circles included.
"""

from typing import Final

_STANDS: Final = """{event}.error_declared_at IS NULL AND NOT EXISTS (
    SELECT FROM epcis_events wrong
    WHERE wrong.event_id = {event}.event_id AND wrong.error_declared_at IS NOT NULL)"""
"""It happened as it is written: the event was not declared wrong."""

_SAME_TRANSFORMATION: Final = """CROSS JOIN LATERAL (
        SELECT {event}.id, {event}.event_time
        UNION ALL
        SELECT other.id, other.event_time
        FROM unnest({event}.terms) AS run JOIN epcis_events other ON other.terms @> ARRAY[run]
        WHERE run LIKE 'transformationID=%' AND other.id <> {event}.id AND {other_stands})"""
"""The events that tell the same transformation as `event`, itself first."""

_UNPACKED: Final = """CROSS JOIN LATERAL (
    SELECT coalesce(min(moment) FILTER (WHERE is_out AND (wholly OR balance <= 0)), 'infinity') AS moment
    FROM (
        SELECT d.event_time AS moment, d.action = 'DELETE' AS is_out, content.quantity IS NULL AS wholly,
               sum(CASE d.action WHEN 'ADD' THEN content.quantity ELSE -content.quantity END)
                   OVER (ORDER BY d.event_time, d.id) AS balance
        FROM epcis_event_identifiers container
        JOIN epcis_events d ON d.id = container.event_id
        LEFT JOIN epcis_event_identifiers content
            ON content.event_id = d.id AND content.identifier = child.identifier AND content.role IN {children}
        WHERE container.identifier = parent.identifier AND container.role = 'parent'
          AND d.event_type = 'AggregationEvent' AND d.action IN ('ADD', 'DELETE')
          AND (d.event_time, d.id) >= (packed.event_time, packed.id)
          AND (content.event_id IS NOT NULL OR d.action = 'DELETE' AND NOT EXISTS (
              SELECT FROM epcis_event_identifiers named WHERE named.event_id = d.id AND named.role IN {children}))
          AND {d_stands}
    ) AS history) AS unpacked"""
"""When `child`, which `packed` put into `parent`, was out of it again: all of it, or as much as had been put in.

A DELETE without children empties the parent (EPCIS 2.0 §7.4.3.1).
"""

_FORWARD_STEPS: Final = """
    SELECT made.identifier, NULL, used_in.id, made_in.id, made_in.event_time, timestamptz 'infinity'
    FROM epcis_event_identifiers used
    JOIN epcis_events used_in ON used_in.id = used.event_id
    {told_with_used_in} AS made_in
    JOIN epcis_event_identifiers made ON made.event_id = made_in.id AND made.role IN {outputs}
    WHERE used.identifier = reach.identifier AND used.role IN {inputs}
      AND used_in.event_type = 'TransformationEvent'
      AND used_in.event_time BETWEEN reach.since AND reach.until AND {used_in_stands}
    UNION ALL
    SELECT parent.identifier, NULL, packed.id, packed.id, greatest(packed.event_time, reach.since),
           CASE child.role WHEN 'child' THEN least(unpacked.moment, reach.until) ELSE unpacked.moment END
    FROM epcis_event_identifiers child
    JOIN epcis_events packed ON packed.id = child.event_id
    JOIN epcis_event_identifiers parent ON parent.event_id = packed.id AND parent.role = 'parent'
    {unpacked}
    WHERE child.identifier = reach.identifier AND child.role IN {children}
      AND packed.event_type = 'AggregationEvent' AND packed.action <> 'DELETE'
      AND packed.event_time <= reach.until
      AND (packed.event_time >= reach.since OR child.role = 'child' AND unpacked.moment > reach.since)
      AND {packed_stands}
    UNION ALL
    SELECT item.identifier, reach.identifier, NULL, NULL, reach.since, reach.until
    FROM epcis_event_identifiers item JOIN epcis_events said_in ON said_in.id = item.event_id
    WHERE item.lot = reach.identifier AND {said_in_stands}
      AND EXISTS (SELECT FROM epcis_event_identifiers used
                  WHERE used.identifier = item.identifier AND used.role IN ('child', 'input'))
"""

_BACK_STEPS: Final = """
    SELECT used.identifier, NULL, used_in.id, made_in.id, used_in.event_time, used_in.event_time
    FROM epcis_event_identifiers made
    JOIN epcis_events made_in ON made_in.id = made.event_id
    {told_with_made_in} AS used_in
    JOIN epcis_event_identifiers used ON used.event_id = used_in.id AND used.role IN {inputs}
    WHERE made.identifier = reach.identifier AND made.role IN {outputs}
      AND made_in.event_type = 'TransformationEvent'
      AND made_in.event_time <= reach.until AND {made_in_stands}
    UNION ALL
    SELECT child.identifier, NULL, packed.id, packed.id,
           CASE child.role WHEN 'child' THEN greatest(packed.event_time, reach.since) ELSE packed.event_time END,
           CASE child.role WHEN 'child' THEN least(unpacked.moment, reach.until) ELSE packed.event_time END
    FROM epcis_event_identifiers parent
    JOIN epcis_events packed ON packed.id = parent.event_id
    JOIN epcis_event_identifiers child ON child.event_id = packed.id AND child.role IN {children}
    {unpacked}
    WHERE parent.identifier = reach.identifier AND parent.role = 'parent'
      AND packed.event_type = 'AggregationEvent' AND packed.action <> 'DELETE'
      AND packed.event_time <= reach.until AND unpacked.moment >= reach.since
      AND {packed_stands}
    UNION ALL
    SELECT item.lot, reach.identifier, NULL, NULL, reach.since, reach.until
    FROM epcis_event_identifiers item JOIN epcis_events said_in ON said_in.id = item.event_id
    WHERE item.identifier = reach.identifier AND item.lot IS NOT NULL AND {said_in_stands}
"""

_STATEMENT: Final = """
    WITH RECURSIVE reach (identifier, via, source_event, target_event, since, until) AS (
        SELECT wanted.identifier, CAST(NULL AS text), CAST(NULL AS uuid), CAST(NULL AS uuid),
               CAST(wanted.since AS timestamptz), timestamptz 'infinity'
        FROM unnest(CAST(:identifiers AS text[]), CAST(:since AS text[])) AS wanted (identifier, since)
        UNION
        SELECT step.* FROM reach CROSS JOIN LATERAL ({steps}) AS step
        WHERE NOT (starts_with(reach.identifier, 'https://id.gs1.org/01/') AND length(reach.identifier) = 36)
    ), reached AS MATERIALIZED (
        -- What is read from a recursion decides how far it is carried on, so this bounds the work as well.
        SELECT * FROM reach LIMIT :most
    )
    SELECT edges.*, (SELECT count(*) FROM reached) AS reached FROM ({edges}) AS edges
    WHERE source IS NOT NULL AND target IS NOT NULL
"""

_COLUMNS: Final = """
    source_event, target_event, event.event_id AS event_uri, event.event_type, event.event_time, event.biz_step,
    went_in.quantity, went_in.unit_of_measure
"""

_FORWARD_EDGES: Final = """
    SELECT DISTINCT coalesce(reached.via, went_in.identifier) AS source, reached.identifier AS target, {columns}
    FROM reached
    LEFT JOIN epcis_events event ON event.id = reached.source_event
    LEFT JOIN epcis_event_identifiers went_in ON went_in.event_id = event.id
        AND went_in.role IN ('input', 'input_quantity', 'child', 'child_quantity')
        AND EXISTS (SELECT FROM reached before WHERE before.identifier = went_in.identifier
                    AND CASE went_in.role WHEN 'child' THEN reached.since = greatest(event.event_time, before.since)
                        ELSE event.event_time BETWEEN before.since AND before.until END)
"""

_BACK_EDGES: Final = """
    SELECT DISTINCT reached.identifier AS source, coalesce(reached.via, came_out.identifier) AS target, {columns}
    FROM reached
    LEFT JOIN epcis_events event ON event.id = reached.source_event
    LEFT JOIN epcis_event_identifiers went_in ON went_in.event_id = event.id
        AND went_in.identifier = reached.identifier
        AND went_in.role IN ('input', 'input_quantity', 'child', 'child_quantity')
    LEFT JOIN epcis_event_identifiers came_out ON came_out.event_id = reached.target_event
        AND came_out.role IN ('output', 'output_quantity', 'parent')
        AND came_out.identifier IN (SELECT identifier FROM reached)
"""


def _stands(event: str) -> str:
    return _STANDS.replace("{event}", event)


def _same_transformation(event: str) -> str:
    return _SAME_TRANSFORMATION.replace("{event}", event).replace("{other_stands}", _stands("other"))


_PARTS: Final = {
    "inputs": "('input', 'input_quantity')",
    "outputs": "('output', 'output_quantity')",
    "children": "('child', 'child_quantity')",
    "columns": _COLUMNS,
    "told_with_used_in": _same_transformation("used_in"),
    "told_with_made_in": _same_transformation("made_in"),
} | {f"{event}_stands": _stands(event) for event in ("used_in", "made_in", "packed", "said_in", "d")}
_PARTS["unpacked"] = _UNPACKED.format_map(_PARTS)


def _statement(steps: str, edges: str) -> str:
    return _STATEMENT.format(steps=steps.format_map(_PARTS), edges=edges.format_map(_PARTS))


FORWARD: Final = _statement(_FORWARD_STEPS, _FORWARD_EDGES)
BACK: Final = _statement(_BACK_STEPS, _BACK_EDGES)
"""Edges with the columns source, target, source_event, target_event, event_uri, event_type, event_time, biz_step,
quantity, unit_of_measure, and how many rows were `reached` in all; of the lists `identifiers` and `since` (times as
text), at most `most` rows of `reach`."""
