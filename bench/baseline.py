"""The baselines: bare Flask views over SQLAlchemy Core.

`hello_row` reads one 12 kB row by its primary key; `/events` runs the bare SQL for the events of one EPC, `/genealogy`
the bare recursive SQL of a genealogy, for nobody in particular and without names, `/orders` that of a farm's parcels in
one state.
"""

import os
import random

from flask import Flask, Response, request
from sqlalchemy import Column, Integer, MetaData, Table, Text, create_engine, insert, select, text

from bench import bare_genealogy
from seeds.accounts import FARMER

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


ORDERS = """
WITH mine AS (
    SELECT m.producer_id FROM producer_members m JOIN users u ON u.id = m.user_id WHERE u.email = :farmer
), listed AS (
    SELECT id, order_id, goods_vnd FROM parcels
    WHERE producer_id IN (SELECT producer_id FROM mine) AND status = :state
    ORDER BY id {direction} LIMIT 20 OFFSET :offset
)
SELECT json_build_object(
    'counts', (SELECT json_object_agg(status, number) FROM (
        SELECT status, count(*) AS number FROM parcels
        WHERE producer_id IN (SELECT producer_id FROM mine) AND status <> 'waiting' GROUP BY status) AS counted),
    'parcels', (SELECT json_agg(parcel ORDER BY parcel.id {direction}) FROM (
        SELECT listed.id, o.number, o.buyer_name, c.name AS commune, p.name AS province, o.paid_at, listed.goods_vnd,
               (SELECT json_agg(json_build_array(l.quantity, l.product_name_vi, l.unit, l.content_quantity))
                FROM order_lines l WHERE l.parcel_id = listed.id) AS lines
        FROM listed JOIN orders o ON o.id = listed.order_id JOIN communes c ON c.code = o.commune_code
        JOIN provinces p ON p.code = c.province_code) AS parcel)
)::text
"""


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

    @app.get("/orders")
    def bare_orders() -> Response:
        state, page = request.args["state"], int(request.args["page"])
        statement = text(ORDERS.format(direction="DESC" if state == "shipped" else "ASC"))
        with engine.connect() as connection:
            parameters = {"farmer": FARMER, "state": state, "offset": 20 * (page - 1)}
            content = connection.execute(statement, parameters).scalar_one()
        return Response(content, mimetype="application/json")

    @app.get("/genealogy")
    def bare_genealogy() -> Response:
        statement = GENEALOGY[request.args["direction"]]
        with planned_once.connect() as connection:
            parameters = {"identifiers": [request.args["identifier"]], "since": ["-infinity"], "most": 2002}
            edges = connection.execute(statement, parameters).scalar_one()
        return Response(edges, mimetype="application/json")

    return app
