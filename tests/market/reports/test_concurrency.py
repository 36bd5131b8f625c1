"""Two at once, on real connections: one report, one file."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select

from catalog.producers.models import Producer
from core.accounts import RoleName, User
from core.db import atomic, db
from core.jobs.work import MOST_ATTEMPTS, hold_work
from core.storage.backends import FolderStorage
from market.reports.models import Report
from market.reports.running import write_report
from tests.factories import make_producer, make_user
from tests.market.reports.asking import post, statement_of


def test_asked_for_and_written_by_several_at_once_there_is_one(own_app: Flask, tmp_path: Path) -> None:
    with own_app.app_context(), atomic():
        user = make_user(RoleName.PRODUCER_MEMBER)
        producer = make_producer(user)
        post(producer, 70_000)
        user_id, producer_id = user.id, producer.id
    barrier, storage = threading.Barrier(6), FolderStorage(tmp_path)

    def ask(_number: int) -> object:
        with own_app.app_context():
            barrier.wait()
            with atomic():
                report = statement_of(db.session.get_one(User, user_id), db.session.get_one(Producer, producer_id))
                return report.id

    with ThreadPoolExecutor(6) as pool:
        asked = set(pool.map(ask, range(6)))
    assert len(asked) == 1
    (report_id,) = asked

    def work(_number: int) -> None:
        with own_app.app_context():
            barrier.wait()
            write_report(report_id=report_id, storage=storage)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(6)))
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1
    with own_app.app_context():
        assert db.session.scalars(select(Report)).one().is_ready
        assert db.session.scalar(select(func.count()).select_from(Report)) == 1


def test_what_a_worker_is_at_is_not_counted_as_an_attempt_of_another(own_app: Flask, tmp_path: Path) -> None:
    with own_app.app_context(), atomic():
        user = make_user(RoleName.PRODUCER_MEMBER)
        producer = make_producer(user)
        post(producer, 70_000)
        report_id = statement_of(user, producer).id
    storage = FolderStorage(tmp_path)

    def work(_number: int) -> None:
        with own_app.app_context():
            write_report(report_id=report_id, storage=storage)

    with own_app.app_context():
        with atomic(), ThreadPoolExecutor(1) as pool:
            assert hold_work(Report, report_id) is not None
            list(pool.map(work, range(MOST_ATTEMPTS + 1)))
        report = db.session.get_one(Report, report_id, populate_existing=True)
        assert (report.attempts, report.finished_at) == (0, None)
    work(0)
    with own_app.app_context():
        report = db.session.get_one(Report, report_id)
        assert (report.attempts, report.is_ready) == (1, True)
