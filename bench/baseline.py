"""The baselines: bare Flask views over SQLAlchemy Core.

`hello_row` reads one 12 kB row by its primary key; `/events` runs the bare SQL for the events of one EPC, `/genealogy`
the bare recursive SQL of a genealogy, for nobody in particular and without names.
"""

import os
import random

from flask import Flask, Response, request
from sqlalchemy import Column, Integer, MetaData, Table, Text, create_engine, insert, select, text

from bench import bare_genealogy

ROWS = 1000
ROW_BYTES = 12_000
rows = Table("bench_rows", MetaData(), Column("id", Integer, primary_key=True), Column("content", Text, nullable=False))

EVENTS_OF_EPC = text(
    "SELECT e.payload::text FROM epcis_events e JOIN epcis_event_identifiers i ON i.event_id = e.id"
    " WHERE i.identifier = :epc ORDER BY e.id"
)

GENEALOGY = {
    direction: text(f"SELECT coalesce(json_agg(edges), '[]')::text FROM ({statement}) AS edges")
    for direction, statement in (("back", bare_genealogy.BACK), ("forward", bare_genealogy.FORWARD))
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
    planned_once = create_engine(
        os.environ["DATABASE_URL"],
        isolation_level="AUTOCOMMIT",
        pool_reset_on_return=None,
        connect_args={"options": "-c plan_cache_mode=force_generic_plan", "prepare_threshold": 0},
    )

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
        with planned_once.connect() as connection:
            parameters = {"identifiers": [request.args["identifier"]], "since": ["-infinity"], "most": 2002}
            edges = connection.execute(statement, parameters).scalar_one()
        return Response(edges, mimetype="application/json")

    return app
