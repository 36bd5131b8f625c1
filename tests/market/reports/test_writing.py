"""The work itself: written once however often it is begun, in little memory, kept for a week, told once."""

import csv
import io
import tracemalloc
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from core.accounts import User
from core.db import db, utc_now
from core.jobs.files import KEPT_FOR, remove_old_work_files
from core.jobs.work import MOST_ATTEMPTS, STALLED_AFTER, stalled_work
from core.mail.events import MailRequested
from core.outbox.models import OutboxMessage
from core.storage.backends import FolderStorage
from market.notices.models import Notice, NoticeChannel, NoticeKind
from market.notices.usecases import change_preferences
from market.notices.wording import notice_words
from market.reports import running
from market.reports.models import Report, ReportFormat
from market.reports.running import write_report
from market.reports.tasks import remove_old, resume, write
from tests.factories import sign_in
from tests.market.reports.asking import post, post_many, statement_of, today
from tests.market.reports.conftest import Farm
from tests.traceability.farm import actor_of


class Killed(BaseException):
    """The worker is gone."""


def die(*arguments: object) -> Iterator[Any]:
    raise Killed


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def notices_of(user: User) -> list[Notice]:
    return list(db.session.scalars(select(Notice).where(Notice.recipient_id == user.id)))


def test_writing_twice_writes_once(farm: Farm, tmp_path: Path) -> None:
    report = statement_of(farm.user, farm.producer)
    db.session.commit()
    storage = FolderStorage(tmp_path)
    write_report(report_id=report.id, storage=storage)
    key = report.storage_key
    write_report(report_id=report.id, storage=storage)
    write_report(report_id=uuid.uuid4(), storage=storage)
    assert report.is_ready and report.storage_key == key
    assert len(files_in(tmp_path)) == 1


def test_a_worker_that_was_killed_is_replaced(farm: Farm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    report = statement_of(farm.user, farm.producer)
    db.session.commit()
    report_id, storage = report.id, FolderStorage(tmp_path)
    monkeypatch.setattr(running, "write_csv", die)
    with pytest.raises(Killed):
        write_report(report_id=report_id, storage=storage)
    monkeypatch.undo()
    assert files_in(tmp_path) == [] and stalled_work(Report) == []
    db.session.get_one(Report, report_id).progress_at = utc_now() - STALLED_AFTER - timedelta(seconds=1)
    db.session.commit()
    assert stalled_work(Report) == [report_id]
    resume()
    write_report(report_id=report_id, storage=storage)
    assert db.session.get_one(Report, report_id).is_ready


def test_twenty_thousand_lines_need_no_more_memory_than_two_thousand(
    farm: Farm, tmp_path: Path, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    post(farm.producer, 5)
    storage = FolderStorage(tmp_path)

    def written(count: int) -> tuple[int, int, list[list[str]]]:
        post_many(farm.producer, count)
        report = statement_of(farm.user, farm.producer)
        db.session.commit()
        tracemalloc.start()
        with count_queries() as statements:
            write_report(report_id=report.id, storage=storage)
        _now, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        db.session.refresh(report)
        assert report.storage_key is not None
        rows = list(csv.reader(io.StringIO(storage.get(report.storage_key).decode("utf-8-sig"))))
        return peak, len([statement for statement in statements if "ledger_postings" in statement]), rows

    few_bytes, few_queries, _rows = written(2_000)
    many_bytes, many_queries, rows = written(18_000)
    assert len(rows) == 20_001 + 3
    sums = 5 + 2_000 * 2_001 // 2 + 18_000 * 18_001 // 2
    assert rows[-1][3] == rows[-1][10] == str(sums)
    assert few_queries == many_queries == 2
    # Up to a megabyte the file itself lies in memory.
    assert many_bytes < few_bytes + 1_500_000


def test_progress_is_told_while_it_is_written(farm: Farm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    post(farm.producer, 5)
    post_many(farm.producer, 1_200)
    report = statement_of(farm.user, farm.producer, file_format=ReportFormat.XLSX)
    db.session.commit()
    report_id, seen = report.id, []
    tell = running.counted

    def watched(sheets: Any, told: Callable[[int], None]) -> Any:
        def look(done: int) -> None:
            told(done)
            seen.append(db.session.scalar(select(Report.processed_count).where(Report.id == report_id)))

        return tell(sheets, look)

    monkeypatch.setattr(running, "counted", watched)
    write_report(report_id=report_id, storage=FolderStorage(tmp_path))
    assert seen == [500, 1_000]
    assert (report.total_count, report.processed_count, report.percent) == (1_201, 1_201, 100)


def test_files_are_removed_after_a_week(app: Flask, client: FlaskClient, farm: Farm) -> None:
    report = statement_of(farm.user, farm.producer)
    db.session.commit()
    write(str(report.id))
    db.session.refresh(report)
    key = report.storage_key
    assert key is not None
    remove_old()
    db.session.refresh(report)
    assert report.storage_key == key
    report.finished_at = utc_now() - KEPT_FOR - timedelta(minutes=1)
    db.session.commit()
    remove_old()
    with pytest.raises(FileNotFoundError):
        app.extensions["private_storage"].get(key)
    sign_in(client, farm.user)
    page = client.get(f"/reports/{report.id}")
    assert page.status_code == 200 and f"{report.id}/file" not in page.text
    assert client.get(f"/reports/{report.id}/file").status_code == 404


def test_one_sweep_removes_all_that_is_old(farm: Farm, tmp_path: Path) -> None:
    storage = FolderStorage(tmp_path)
    for days in range(5):
        report = statement_of(farm.user, farm.producer, first_day=today() - timedelta(days=days))
        db.session.commit()
        write_report(report_id=report.id, storage=storage)
        if days:
            report.finished_at = utc_now() - KEPT_FOR - timedelta(minutes=1)
    db.session.commit()
    assert remove_old_work_files(Report, storage=storage, batch=2) == 4
    assert len(files_in(tmp_path)) == 1


def test_whoever_asked_is_told_once(farm: Farm, deliver_outbox: Callable[[], int]) -> None:
    change_preferences(actor=actor_of(farm.user), channels={NoticeKind.REPORT_FINISHED: NoticeChannel.MAIL})
    report = statement_of(farm.user, farm.producer)
    db.session.commit()
    for _ in range(2):
        write(str(report.id))
        deliver_outbox()
    (notice,) = notices_of(farm.user)
    assert (notice.kind, notice.path) == (NoticeKind.REPORT_FINISHED, f"/reports/{report.id}")
    words = notice_words(notice.kind, notice.parameters)
    assert farm.producer.name in words.title and f"{today():%d/%m/%Y}" in words.text
    mails = select(OutboxMessage).where(OutboxMessage.name == MailRequested.__name__)
    assert len(db.session.scalars(mails).all()) == 1


def test_of_one_that_was_given_up_they_are_told_too(farm: Farm, deliver_outbox: Callable[[], int]) -> None:
    report = statement_of(farm.user, farm.producer)
    report.attempts = MOST_ATTEMPTS
    db.session.commit()
    write(str(report.id))
    deliver_outbox()
    (notice,) = notices_of(farm.user)
    assert not notice.parameters["is_ready"]


def test_who_waits_for_the_file_needs_no_notice(farm: Farm, tmp_path: Path, deliver_outbox: Callable[[], int]) -> None:
    report = statement_of(farm.user, farm.producer)
    db.session.commit()
    write_report(report_id=report.id, storage=FolderStorage(tmp_path), is_awaited=True)
    deliver_outbox()
    assert report.is_ready and notices_of(farm.user) == []
