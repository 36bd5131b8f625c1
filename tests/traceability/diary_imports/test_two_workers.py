"""One import, two workers and real connections: written once, and its progress seen by others meanwhile."""

import io
import threading
from collections.abc import Callable

from sqlalchemy import func, select

from app import create_app
from core.config import Settings
from core.db import atomic, db
from tests.support.databases import TestDatabases
from tests.traceability.diary_imports.conftest import csv_of
from tests.traceability.farm import make_farm
from traceability.diary.entry_models import DiaryEntry
from traceability.diary_imports import running
from traceability.diary_imports.models import DiaryImport, ImportKind, ImportState
from traceability.diary_imports.usecases import accept_table, confirm_import

ROWS = 60


def test_two_workers_at_one_import_write_it_once(
    databases: TestDatabases, make_settings: Callable[..., Settings]
) -> None:
    app = create_app(make_settings(databases.clone()))
    with app.app_context():
        with atomic():
            farm = make_farm()
            name = farm.plot.name
        content = csv_of([[name, "02/08/2026", "Làm cỏ, xới xáo"]] * ROWS)
        with atomic():
            work = accept_table(
                actor=farm.actor,
                producer_id=farm.producer.id,
                kind=ImportKind.ENTRIES,
                file=io.BytesIO(content),
                file_name="x",
            )
            import_id = work.id
        running.run_import(import_id)
        with atomic():
            confirm_import(actor=farm.actor, import_id=import_id, doubts_confirmed=False)
    together = threading.Barrier(2)
    seen: list[int] = []

    def work_on() -> None:
        with app.app_context():
            together.wait()
            running.run_import(import_id)

    def watch() -> None:
        with app.app_context():
            while any(worker.is_alive() for worker in workers):
                db.session.rollback()
                seen.append(db.session.scalar(select(DiaryImport.processed_count)) or 0)

    workers = [threading.Thread(target=work_on) for _number in range(2)]
    for worker in workers:
        worker.start()
    watcher = threading.Thread(target=watch)
    watcher.start()
    for thread in (*workers, watcher):
        thread.join()
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(DiaryEntry)) == ROWS
        state = db.session.scalars(select(DiaryImport.state)).one()
        db.session.remove()
        db.engine.dispose()
    assert state == ImportState.WRITTEN
    assert {25, 50} & set(seen), seen
