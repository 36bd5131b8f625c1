"""The bare recursive SQL of genealogy: one statement for each direction, over the journal's own tables.

The site reads an index of the journal instead; this is what it is measured against, and what tests compare it with.

What a row of `reach` is, and why the recursion ends, stands in `traceability/lots/genealogy_sql.py`.
"""

from typing import Final

_STANDS: Final = """{event}.error_declared_at IS NULL AND NOT EXISTS (
        SELECT FROM epcis_events wrong
        WHERE wrong.event_id = {event}.event_id AND wrong.error_declared_at IS NOT NULL)"""
"""It happened as it is written: the event was not declared wrong."""

_JOINS: Final = """{event}.event_type IN ('TransformationEvent', 'AggregationEvent')
      AND {event}.action IS DISTINCT FROM 'DELETE'"""
"""One thing became part of another; an AssociationEvent fastens what is no goods, a sensor for example."""

_OTHER_TELLING: Final = """CROSS JOIN LATERAL (
        SELECT {event}.id, {event}.event_id, {event}.event_time, {event}.biz_step
        UNION ALL
        SELECT other.id, other.event_id, other.event_time, other.biz_step
        FROM unnest({event}.terms) AS run JOIN epcis_events other ON other.terms @> ARRAY[run]
        WHERE run LIKE 'transformationID=%' AND other.id <> {event}.id AND {other_stands})"""
"""The events that tell the same transformation as `event`, itself first."""

_TAKEN_OUT: Final = """CROSS JOIN LATERAL (SELECT CASE WHEN parent.role = 'parent' AND EXISTS (
        SELECT FROM epcis_event_identifiers container JOIN epcis_events d ON d.id = container.event_id
        WHERE container.identifier = parent.identifier AND container.role = 'parent' AND d.action = 'DELETE'
          AND d.event_time >= packed.event_time
    ) THEN (
        SELECT coalesce(min(moment) FILTER (WHERE is_out AND (wholly OR balance <= 0)), 'infinity')
        FROM (
            SELECT d.event_time AS moment, d.action = 'DELETE' AS is_out, content.quantity IS NULL AS wholly,
                   sum(CASE d.action WHEN 'ADD' THEN content.quantity ELSE -content.quantity END)
                       OVER (ORDER BY d.event_time, d.id) AS balance
            FROM epcis_event_identifiers container
            JOIN epcis_events d ON d.id = container.event_id
            LEFT JOIN epcis_event_identifiers content
                ON content.event_id = d.id AND content.identifier = child.identifier
                AND content.role IN ('child', 'child_quantity')
            WHERE container.identifier = parent.identifier AND container.role = 'parent'
              AND d.event_type = 'AggregationEvent' AND d.action IN ('ADD', 'DELETE')
              AND (d.event_time, d.id) >= (packed.event_time, packed.id)
              AND (content.event_id IS NOT NULL OR d.action = 'DELETE' AND NOT EXISTS (
                  SELECT FROM epcis_event_identifiers named
                  WHERE named.event_id = d.id AND named.role IN ('child', 'child_quantity')))
              AND {d_stands}
        ) AS history
    ) ELSE timestamptz 'infinity' END AS moment) AS taken_out"""
"""When `child`, which `packed` put into `parent`, was out of it again: all of it, or as much as had been put in.

A DELETE without children empties the parent (EPCIS 2.0 §7.4.3.1). What was made into something never comes out.
"""

_FORWARD_STEPS: Final = """
    SELECT parent.identifier, reach.identifier, packed.id, came_out.id, packed.event_id, packed.event_type,
           packed.event_time, packed.biz_step, child.quantity, child.unit_of_measure,
           greatest(came_out.event_time, CASE child.role WHEN 'child' THEN reach.since END),
           CASE child.role WHEN 'child' THEN least(taken_out.moment, reach.until) ELSE taken_out.moment END
    FROM epcis_event_identifiers child
    JOIN epcis_events packed ON packed.id = child.event_id
    {told_with_packed} AS came_out
    JOIN epcis_event_identifiers parent
        ON parent.event_id = came_out.id AND parent.role IN ('output', 'output_quantity', 'parent')
    {taken_out}
    WHERE child.identifier = reach.identifier
      AND child.role IN ('input', 'input_quantity', 'child', 'child_quantity')
      AND {packed_joins} AND packed.event_time <= reach.until
      AND (packed.event_time >= reach.since OR child.role = 'child' AND taken_out.moment > reach.since)
      AND {packed_stands}
    UNION ALL
    SELECT item.identifier, reach.identifier, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, reach.since, reach.until
    FROM epcis_event_identifiers item JOIN epcis_events said_in ON said_in.id = item.event_id
    WHERE item.lot = reach.identifier AND {said_in_stands}
      AND EXISTS (SELECT FROM epcis_event_identifiers used
                  WHERE used.identifier = item.identifier AND used.role IN ('child', 'input'))
"""

_BACK_STEPS: Final = """
    SELECT child.identifier, reach.identifier, packed.id, came_out.id, packed.event_id, came_out.event_type,
           packed.event_time, packed.biz_step, child.quantity, child.unit_of_measure,
           CASE child.role WHEN 'child' THEN greatest(packed.event_time, reach.since) ELSE packed.event_time END,
           CASE child.role WHEN 'child' THEN least(taken_out.moment, reach.until) ELSE packed.event_time END
    FROM epcis_event_identifiers parent
    JOIN epcis_events came_out ON came_out.id = parent.event_id
    {told_with_came_out} AS packed
    JOIN epcis_event_identifiers child
        ON child.event_id = packed.id AND child.role IN ('input', 'input_quantity', 'child', 'child_quantity')
    {taken_out}
    WHERE parent.identifier = reach.identifier AND parent.role IN ('output', 'output_quantity', 'parent')
      AND {came_out_joins} AND came_out.event_time <= reach.until
      AND (parent.role <> 'parent' OR taken_out.moment >= reach.since)
      AND {came_out_stands}
    UNION ALL
    SELECT item.lot, reach.identifier, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, reach.since, reach.until
    FROM epcis_event_identifiers item JOIN epcis_events said_in ON said_in.id = item.event_id
    WHERE item.identifier = reach.identifier AND item.lot IS NOT NULL AND {said_in_stands}
"""

_STATEMENT: Final = """
    WITH RECURSIVE reach (
        identifier, via, source_event, target_event, event_uri, event_type, event_time, biz_step, quantity,
        unit_of_measure, since, until
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
    ), reached AS MATERIALIZED (
        -- What is read from a recursion decides how far it is carried on, so this bounds the work as well.
        SELECT * FROM reach LIMIT :most
    )
    SELECT DISTINCT {source} AS source, {target} AS target, source_event, target_event, event_uri, event_type,
           event_time, biz_step, quantity, unit_of_measure, (SELECT count(*) FROM reached) AS reached
    FROM reached WHERE via IS NOT NULL
"""


def _stands(event: str) -> str:
    return _STANDS.replace("{event}", event)


def _other_telling(event: str) -> str:
    return _OTHER_TELLING.replace("{event}", event).replace("{other_stands}", _stands("other"))


def _statement(steps: str, *, source: str, target: str) -> str:
    parts = {
        "taken_out": _TAKEN_OUT.replace("{d_stands}", _stands("d")),
        "told_with_packed": _other_telling("packed"),
        "told_with_came_out": _other_telling("came_out"),
    }
    parts |= {f"{event}_stands": _stands(event) for event in ("packed", "came_out", "said_in")}
    parts |= {f"{event}_joins": _JOINS.replace("{event}", event) for event in ("packed", "came_out")}
    return _STATEMENT.format(steps=steps.format_map(parts), source=source, target=target)


FORWARD: Final = _statement(_FORWARD_STEPS, source="via", target="identifier")
BACK: Final = _statement(_BACK_STEPS, source="identifier", target="via")
"""Edges with the columns source, target, source_event, target_event, event_uri, event_type, event_time, biz_step,
quantity, unit_of_measure, and how many rows were `reached` in all; of the lists `identifiers` and `since` (times as
text), at most `most` rows of `reach`."""
