"""The benchmarks of labels: ten thousand serial numbers as one file, how long it takes and in how much memory."""

import os
import secrets
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import date

import segno
from flask import Flask
from sqlalchemy import select

from bench.capture import fresh_database
from bench.measure import Goal, Measure, measure
from bench.world import World
from catalog.producers.models import ProducerMember
from core.accounts import Actor, RoleName, User
from core.db import atomic, db, new_id
from seeds.world import plant_world
from traceability.items.queries import serials_of
from traceability.items.usecases import issue_serials
from traceability.labels.content import content_of
from traceability.labels.usecases import ItemRange, print_labels
from traceability.lots.models import Lot

LABELS = 10_000
SAMPLE = 200
DESIGN = "a4-3x8"
SECONDS_GOAL = Goal(30, of="value", at_most=True)
MEMORY_GOAL = Goal(300, of="value", at_most=True)


@dataclass(frozen=True)
class LabelsBenchmark:
    """10,000 labels of items drawn by a worker; beside an encoder that makes as many codes and draws nothing."""

    name: str = "labels"
    baseline: str = "segno, codes only"
    goal: Goal | None = SECONDS_GOAL

    def run(self, world: World) -> Measure:
        """Draw one run in a process of its own."""
        with fresh_database(world, "labels") as app:
            _small, large, links = _prepare(app)
            seconds, _megabytes = _draw(app, large)
        encoder = _seconds_of_encoder(links)
        return measure(self.name, seconds, "s", [encoder], [seconds / encoder], self.goal)


@dataclass(frozen=True)
class LabelsMemoryBenchmark:
    """The greatest memory of a worker that draws 10,000 labels; beside one that draws a single one."""

    name: str = "labels_memory"
    baseline: str = "one label"
    goal: Goal | None = MEMORY_GOAL

    def run(self, world: World) -> Measure:
        """Draw each run in a process of its own, which tells its peak."""
        with fresh_database(world, "labels") as app:
            small, large, _links = _prepare(app)
            (_fast, few), (_slow, many) = _draw(app, small), _draw(app, large)
        return measure(self.name, many, "MB", [few], [many / few], self.goal)


def _prepare(app: Flask) -> tuple[str, str, list[str]]:
    """A run of one label, a run of 10,000, and some of the links on it."""
    with app.app_context():
        plant_world(site_url="https://cho-nguon.example.vn", today=date(2026, 11, 28))
        with atomic():
            lot = db.session.scalars(select(Lot).order_by(Lot.id).limit(1)).one()
            user = User(id=new_id(), email="bench@example.vn", display_name="bench", password="", fs_uniquifier="bench")
            db.session.add(user)
            db.session.flush()
            db.session.add(ProducerMember(producer_id=lot.product.producer_id, user_id=user.id))
            db.session.flush()
            actor = Actor(user.id, frozenset({RoleName.PRODUCER_MEMBER}), "bench")
            block = issue_serials(actor=actor, lot_id=lot.id, count=LABELS + 1)
            runs = [
                print_labels(
                    actor=actor, lot_id=lot.id, design=DESIGN, copies=1, items=ItemRange(block.id, first, last)
                ).id
                for first, last in ((1, 1), (2, LABELS + 1))
            ]
            links = [content_of(lot, locale="vi", serial=serial).link for serial in serials_of(block, count=SAMPLE)]
    return str(runs[0]), str(runs[1]), links


def _draw(app: Flask, run_id: str) -> tuple[float, float]:
    """Seconds, and megabytes at the peak."""
    url = app.config["SQLALCHEMY_DATABASE_URI"]
    told = subprocess.run(
        [sys.executable, "-m", "bench.labels_peak", run_id],
        env=os.environ | {"DATABASE_URL": url, "LOG_LEVEL": "ERROR", "SECRET_KEY": secrets.token_hex(20)},
        check=True,
        capture_output=True,
        text=True,
    )
    seconds, megabytes = map(float, told.stdout.split())
    return seconds, megabytes


def _seconds_of_encoder(links: list[str]) -> float:
    """How long an encoder takes for 10,000 codes, from those of `links`."""
    started = time.perf_counter()
    for link in links:
        segno.make(link, error="m", micro=False, boost_error=False)
    return (time.perf_counter() - started) / len(links) * LABELS
