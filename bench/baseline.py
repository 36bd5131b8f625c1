"""The baselines: bare Flask views over SQLAlchemy Core.

`hello_row` reads one 12 kB row by its primary key; `/events` runs the bare SQL for the events of one EPC, `/genealogy`
the bare recursive SQL for what a lot was made of or went into: no spans of time, no items, no reader, no limit.
"""

import os
import random

from flask import Flask, Response, request
from sqlalchemy import Column, Integer, MetaData, Table, Text, create_engine, insert, select, text

ROWS = 1000
ROW_BYTES = 12_000
rows = Table("bench_rows", MetaData(), Column("id", Integer, primary_key=True), Column("content", Text, nullable=False))

EVENTS_OF_EPC = text(
    "SELECT e.payload::text FROM epcis_events e JOIN epcis_event_identifiers i ON i.event_id = e.id"
    " WHERE i.identifier = :epc ORDER BY e.id"
)

_GENEALOGY = """
WITH RECURSIVE reach (identifier) AS (
    SELECT CAST(:identifier AS text)
    UNION
    SELECT there.identifier
    FROM reach
    JOIN epcis_event_identifiers here ON here.identifier = reach.identifier AND here.role IN {here}
    JOIN epcis_events e ON e.id = here.event_id AND e.error_declared_at IS NULL AND NOT EXISTS (
        SELECT FROM epcis_events wrong WHERE wrong.event_id = e.event_id AND wrong.error_declared_at IS NOT NULL)
    JOIN epcis_event_identifiers there ON there.event_id = e.id AND there.role IN {there}
)
SELECT coalesce(json_agg(json_build_object('source', {source}, 'target', {target}, 'event_id', e.event_id,
       'event_time', e.event_time, 'biz_step', e.biz_step, 'kind', e.event_type, 'quantity', there.quantity,
       'unit_of_measure', there.unit_of_measure)), '[]')::text
FROM reach
JOIN epcis_event_identifiers here ON here.identifier = reach.identifier AND here.role IN {here}
JOIN epcis_events e ON e.id = here.event_id
JOIN epcis_event_identifiers there ON there.event_id = e.id AND there.role IN {there}
"""
_SOURCES = "('input', 'input_quantity', 'child', 'child_quantity')"
_TARGETS = "('output', 'output_quantity', 'parent')"
GENEALOGY = {
    "back": text(_GENEALOGY.format(here=_TARGETS, there=_SOURCES, source="there.identifier", target="here.identifier")),
    "forward": text(
        _GENEALOGY.format(here=_SOURCES, there=_TARGETS, source="here.identifier", target="there.identifier")
    ),
}


def prepare_rows(database_url: str) -> None:
    """Make the table of rows where it is not there yet."""
    engine = create_engine(database_url)
    rows.metadata.create_all(engine)
    with engine.begin() as connection:
        if connection.execute(select(rows.c.id).limit(1)).first() is None:
            letters = random.Random(1)
            content = [
                {"id": number, "content": "".join(letters.choices("abcdefghij klmno", k=ROW_BYTES))}
                for number in range(1, ROWS + 1)
            ]
            connection.execute(insert(rows), content)
    engine.dispose()


def create_baseline() -> Flask:
    """The bare application, for granian's factory mode; DATABASE_URL names the database."""
    app = Flask("baseline")
    engine = create_engine(os.environ["DATABASE_URL"], pool_size=20)

    @app.get("/rows/<int:number>")
    def hello_row(number: int) -> Response:
        with engine.connect() as connection:
            content = connection.execute(select(rows.c.content).where(rows.c.id == number)).scalar_one()
        return Response(content, mimetype="text/html")

    @app.get("/events")
    def bare_events() -> Response:
        with engine.connect() as connection:
            payloads = connection.execute(EVENTS_OF_EPC, {"epc": request.args["epc"]}).scalars().all()
        return Response(f"[{','.join(payloads)}]", mimetype="application/json")

    @app.get("/genealogy")
    def bare_genealogy() -> Response:
        statement = GENEALOGY[request.args["direction"]]
        with engine.connect() as connection:
            edges = connection.execute(statement, {"identifier": request.args["identifier"]}).scalar_one()
        return Response(edges, mimetype="application/json")

    return app
