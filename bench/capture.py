"""The benchmarks of capturing: how many events a second, and in how much memory."""

import io
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psycopg
from flask import Flask
from flask_migrate import upgrade
from psycopg import sql
from sqlalchemy import make_url

from app import create_app
from bench.measure import Goal, Measure, measure
from bench.world import World
from core.accounts import Actor, RoleName
from core.config import load_settings
from core.db import atomic, db
from core.memory import settle_memory
from traceability.capture.models import CaptureJob, ErrorBehaviour
from traceability.capture.running import run_job
from traceability.capture.usecases import accept_document
from traceability.epcis.contexts import EPCIS_CONTEXT
from traceability.gs1.check_digits import check_digit
from traceability.journal.parties import CAPTURE, Party

DOCUMENT_EVENTS = 500
DOCUMENTS = 40
ROUNDS = 3
WORKERS = 2
"""Tasks at the same time in the one process, as a worker has them."""

FEW, MANY = 10_000, 100_000
GOAL = Goal(3000, of="value")
MEMORY_GOAL = Goal(30, of="value", at_most=True)
_GTIN = "0952100000001" + check_digit("0952100000001")
_GLN = "952100000001" + check_digit("952100000001")
_PLACE = {"id": f"https://id.gs1.org/414/{_GLN}"}
_PARTY = Party(
    Actor(None, frozenset({RoleName.PRODUCER_MEMBER}), "bench"),
    scopes=frozenset({CAPTURE}),
    glns=frozenset({_GLN}),
    capture_prefixes=(f"https://id.gs1.org/01/{_GTIN}", "https://id.gs1.org/00/"),
)
_TABLES = {"epcis_events": "id", "epcis_event_identifiers": "event_id", "epcis_event_measures": "event_id"}


@dataclass(frozen=True)
class CaptureBenchmark:
    """Documents of 500 events, accepted and captured by jobs, everything on; beside their rows by bare COPY."""

    name: str = "capture"
    baseline: str = "bare COPY"
    goal: Goal | None = GOAL

    def run(self, world: World) -> Measure:
        """Capture and copy in turns, each into a new database; the median of the rounds counts."""
        values, baselines, ratios = [], [], []
        documents = [document(number * DOCUMENT_EVENTS, DOCUMENT_EVENTS) for number in range(DOCUMENTS)]
        for _ in range(ROUNDS):
            with fresh_database(world, "capture") as app:
                captured = _capture(app, documents)
                chunks = _rows(app)
            with fresh_database(world, "copy") as app:
                copied = _copy(app, chunks)
            values.append(captured)
            baselines.append(copied)
            ratios.append(captured / copied)
        return measure(self.name, statistics.median(values), "events/s", baselines, ratios, self.goal)


@dataclass(frozen=True)
class CaptureMemoryBenchmark:
    """How much more memory, at its peak, a document of 100,000 events takes than one of 10,000."""

    name: str = "capture_memory"
    baseline: str = "10,000 events"
    goal: Goal | None = MEMORY_GOAL

    def run(self, world: World) -> Measure:
        """Capture each document in a process of its own, which tells its peak."""
        with fresh_database(world, "memory") as app:
            url = app.config["SQLALCHEMY_DATABASE_URI"]
            few, many = (_peak_megabytes(url, number, events) for number, events in enumerate((FEW, MANY)))
        return measure(self.name, many - few, "MB more", [few], [many / few], self.goal)


def document(first: int, count: int) -> bytes:
    """An EPCIS document of `count` events of the kinds that a farm has: harvest, grading, packing, dispatch."""
    choice = random.Random(first)
    events = ",".join(json.dumps(_event(number, choice)) for number in range(first, first + count))
    head = {"@context": [EPCIS_CONTEXT], "type": "EPCISDocument", "schemaVersion": "2.0"}
    head |= {"creationDate": "2026-06-01T00:00:00Z", "epcisBody": {"eventList": []}}
    return json.dumps(head).replace('"eventList": []', f'"eventList": [{events}]').encode()


def _event(number: int, choice: random.Random) -> dict[str, object]:
    second = choice.randrange(86_400)
    clock = f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}.{number % 1000:03d}"
    when = {"eventTime": f"2026-05-{1 + number % 28:02d}T{clock}Z", "eventTimeZoneOffset": "+07:00"}
    product, parcel = f"https://id.gs1.org/01/{_GTIN}", f"https://id.gs1.org/00/{number - number % 4:018d}"
    lot = [{"epcClass": f"{product}/10/L-{number}", "quantity": 200, "uom": "KGM"}]
    farm = {"readPoint": _PLACE, "bizLocation": _PLACE}
    harvest = {"bizStep": "commissioning", "disposition": "active", **farm}
    match number % 4:
        case 0:
            ilmd = {"cbvmda:lotNumber": f"L-{number}", "cbvmda:countryOfOrigin": "VN"}
            return {"type": "ObjectEvent", **when, "action": "ADD", "quantityList": lot, **harvest, "ilmd": ilmd}
        case 1:
            graded = [{"epcClass": f"{product}/10/P-{number}", "quantity": 198.5, "uom": "KGM"}]
            sides = {"inputQuantityList": lot, "outputQuantityList": graded}
            return {"type": "TransformationEvent", **when, **sides, **harvest}
        case 2:
            items = [f"{product}/21/{number}-{item}" for item in range(4)]
            packing = {"parentID": parcel, "childEPCs": items, "bizStep": "packing", "disposition": "in_progress"}
            return {"type": "AggregationEvent", **when, "action": "ADD", **packing, **farm}
        case _:
            order = [{"type": "po", "bizTransaction": f"urn:epcglobal:cbv:bt:{_GLN}:{number}"}]
            sent = {"bizStep": "shipping", "disposition": "in_transit", "readPoint": _PLACE}
            return {"type": "ObjectEvent", **when, "action": "OBSERVE", "epcList": [parcel], **sent} | {
                "bizTransactionList": order
            }


@contextmanager
def fresh_database(world: World, purpose: str) -> Iterator[Flask]:
    """The application on a new, migrated database on the server of `world`, dropped afterwards."""
    name = f"bench_{purpose}_{os.getpid()}"
    url = make_url(world.database_url)
    with psycopg.connect(url.set(drivername="postgresql").render_as_string(False), autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(sql.Identifier(name)))
        try:
            app = create_app(
                load_settings(
                    database_url=url.set(database=name).render_as_string(False),
                    var_dir=Path(tempfile.mkdtemp(prefix="cho-nguon-bench-")),
                    secret_key="only-for-benchmarks-" * 2,
                    log_level="ERROR",
                )
            )
            app.extensions["celery"].conf.update(broker_url="memory://", broker_transport_options={})
            with app.app_context():
                upgrade(directory=str(Path(app.root_path) / "migrations"))
            yield app
            with app.app_context():
                db.engine.dispose()
        finally:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def capture(app: Flask, content: IO[bytes]) -> None:
    """Accept the document in `content` and do its job, as web process and worker do; all of it must be captured."""
    with app.app_context():
        with atomic():
            job_id = accept_document(
                party=_PARTY,
                file=content,
                error_behaviour=ErrorBehaviour.ROLLBACK,
            ).id
        run_job(job_id)
        job = db.session.get_one(CaptureJob, job_id)
        if job.finished_at is None or job.stored_count != job.event_count:
            raise SystemExit(f"capture: {job.stored_count} of {job.event_count} events captured: {job.errors[:1]}")


def _capture(app: Flask, documents: Sequence[bytes]) -> float:
    """Events a second."""
    with ThreadPoolExecutor(WORKERS) as workers:
        list(workers.map(lambda content: capture(app, io.BytesIO(content)), [document(10**9, DOCUMENT_EVENTS)]))
        settle_memory()
        started = time.perf_counter()
        list(workers.map(lambda content: capture(app, io.BytesIO(content)), documents))
        elapsed = time.perf_counter() - started
    return len(documents) * DOCUMENT_EVENTS / elapsed


def _rows(app: Flask) -> list[dict[str, bytes]]:
    """All rows of the journal as COPY writes them, document by document."""
    chunks = []
    with app.app_context(), psycopg.connect(_address(app)) as connection:
        keys = [str(row[0]) for row in connection.execute("SELECT id FROM epcis_events ORDER BY id")]
        for start in range(0, len(keys), DOCUMENT_EVENTS):
            chosen = keys[start : start + DOCUMENT_EVENTS]
            chunk = {}
            for table, key in _TABLES.items():
                statement = sql.SQL("COPY (SELECT * FROM {} WHERE {} BETWEEN {} AND {}) TO STDOUT").format(
                    sql.Identifier(table), sql.Identifier(key), sql.Literal(chosen[0]), sql.Literal(chosen[-1])
                )
                with connection.cursor() as cursor, cursor.copy(statement) as copy:
                    chunk[table] = b"".join(bytes(piece) for piece in copy)
            chunks.append(chunk)
    return chunks


def _copy(app: Flask, chunks: Sequence[dict[str, bytes]]) -> float:
    """Events a second when nothing is done but to write the rows, a transaction for 500 events."""
    with psycopg.connect(_address(app)) as connection:
        started = time.perf_counter()
        for chunk in chunks:
            for table, content in chunk.items():
                statement = sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table))
                with connection.cursor() as cursor, cursor.copy(statement) as copy:
                    copy.write(content)
            connection.commit()
        elapsed = time.perf_counter() - started
    return len(chunks) * DOCUMENT_EVENTS / elapsed


def _address(app: Flask) -> str:
    url = make_url(app.config["SQLALCHEMY_DATABASE_URI"])
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def _peak_megabytes(database_url: str, number: int, events: int) -> float:
    """The greatest memory of a process that captures one document of so many events."""
    with tempfile.NamedTemporaryFile(suffix=".jsonld") as file:
        pieces = [document(number * MANY + first, 1000) for first in range(0, events, 1000)]
        start, end = pieces[0].index(b"[{") + 1, pieces[0].rindex(b"]")
        file.write(pieces[0][:start])
        file.write(b",".join(piece[piece.index(b"[{") + 1 : piece.rindex(b"]")] for piece in pieces))
        file.write(pieces[0][end:])
        file.flush()
        del pieces
        told = subprocess.run(
            [sys.executable, "-m", "bench.capture_peak", file.name],
            env=os.environ | {"DATABASE_URL": database_url, "LOG_LEVEL": "ERROR", "SECRET_KEY": "x" * 40},
            check=True,
            capture_output=True,
            text=True,
        )
    return float(told.stdout)
