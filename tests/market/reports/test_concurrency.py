"""Two at once, on real connections: one report, one file."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import create_app
from catalog.producers.models import Producer
from core.accounts import RoleName, User
from core.config import Settings
from core.db import atomic, db
from core.storage.backends import FolderStorage
from market.reports.models import Report
from market.reports.running import write_report
from tests.factories import make_producer, make_user
from tests.market.reports.asking import post, statement_of
from tests.support.databases import TestDatabases


@pytest.fixture(scope="module")
def own_app(databases: TestDatabases, make_settings: Callable[..., Settings]) -> Iterator[Flask]:
    application = create_app(make_settings(databases.clone()))
    application.testing = True
    application.extensions["celery"].conf.update(broker_url="memory://", broker_transport_options={})
    yield application
    with application.app_context():
        db.engine.dispose()


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
