"""Asking for a report: a short one is the answer, a long one is left to a worker, and the same is never made twice."""

import csv
import io
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from core.db import db, utc_now
from core.i18n import use_locale
from core.jobs.work import MOST_ATTEMPTS
from market.reports import views
from market.reports.models import Report, ReportFormat, ReportKind
from market.reports.tasks import write
from tests.factories import sign_in
from tests.market.reports.asking import fetch, fields, post, statement_of, today
from tests.market.reports.conftest import Farm

KIND = ReportKind.PRODUCER_STATEMENT


def count_reports() -> int:
    return db.session.scalar(select(func.count()).select_from(Report)) or 0


@pytest.mark.parametrize(("file_format", "begins"), [("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK")])
def test_one_press_brings_a_short_statement(client: FlaskClient, farm: Farm, file_format: str, begins: bytes) -> None:
    post(farm.producer, 70_000)
    db.session.commit()
    sign_in(client, farm.user)
    page = client.get("/farm/statement").text
    assert 'action="/reports"' in page and f'value="{farm.producer.id}"' in page
    answer = fetch(client, KIND, farm.producer.id, file_format=file_format)
    assert answer.status_code == 200 and len(answer.history) == 1
    assert answer.data.startswith(begins)
    days = f"{today() - timedelta(days=30):%Y%m%d}-{today():%Y%m%d}"
    name = f"statement-{farm.producer.slug}-{days}.{file_format}"
    assert answer.headers["Content-Disposition"] == f"attachment; filename={name}"
    assert "no-store" in answer.headers["Cache-Control"]


def test_a_long_one_is_left_to_a_worker_and_shows_progress(
    client: FlaskClient, farm: Farm, left_to_a_worker: None
) -> None:
    post(farm.producer, 70_000)
    db.session.commit()
    sign_in(client, farm.user)
    asked = client.post("/reports", data=fields(KIND, farm.producer.id))
    assert asked.status_code == 303
    address = asked.headers["Location"]
    page = client.get(address)
    assert 'http-equiv="refresh"' in page.text and "<progress" in page.text
    assert "no-store" in page.headers["Cache-Control"]
    assert client.get(f"{address}/file").status_code == 404
    write(address.rsplit("/", 1)[-1])
    page = client.get(address)
    assert 'http-equiv="refresh"' not in page.text and f"{address}/file" in page.text
    file = client.get(f"{address}/file")
    assert file.headers["Content-Length"] == str(len(file.data))
    rows = list(csv.reader(io.StringIO(file.data.decode("utf-8-sig"))))
    assert [row[10] for row in rows[1:]] == ["0", "70000", "70000"]
    assert address in client.get("/reports").text


def test_the_file_is_in_the_language_of_whoever_asked(farm: Farm, client: FlaskClient) -> None:
    post(farm.producer, 70_000)
    with use_locale("en"):
        english = statement_of(farm.user, farm.producer)
    vietnamese = statement_of(farm.user, farm.producer)
    db.session.commit()
    sign_in(client, farm.user)
    for report, word in ((english, "Opening balance"), (vietnamese, "Số dư đầu kỳ")):
        write(str(report.id))
        assert word in client.get(f"/reports/{report.id}/file").data.decode()


def test_asking_again_while_it_is_written_gives_the_same(farm: Farm, left_to_a_worker: None) -> None:
    report = statement_of(farm.user, farm.producer)
    assert statement_of(farm.user, farm.producer).id == report.id
    assert statement_of(farm.user, farm.producer, file_format=ReportFormat.XLSX).id != report.id
    assert statement_of(farm.user, farm.producer, first_day=today()).id != report.id
    db.session.commit()
    write(str(report.id))
    assert statement_of(farm.user, farm.producer).id != report.id


@pytest.mark.parametrize(
    "changed",
    [
        {"last_day": "2026-02-31"},
        {"first_day": ""},
        {"first_day": "1999-01-01"},
        {"first_day": "2024-01-01"},
        {"first_day": "2026-03-02", "last_day": "2026-03-01"},
        {"file_format": "pdf"},
        {"kind": "everything"},
        {"owner_id": "nonsense"},
    ],
)
def test_what_makes_no_sense_is_said_and_makes_nothing(
    client: FlaskClient, farm: Farm, changed: dict[str, object]
) -> None:
    sign_in(client, farm.user)
    answer = fetch(client, KIND, farm.producer.id, **changed)
    assert answer.status_code == 422
    assert count_reports() == 0


@pytest.mark.parametrize(
    ("first_day", "last_day"),
    [
        ("2019-01-01", "2019-01-31"),
        ("2026-01-02", "2026-01-31"),
        ("2026-01-01", "2026-02-28"),
        ("9999-12-01", "9999-12-31"),
    ],
)
def test_a_report_of_the_ledger_is_of_one_month(
    client: FlaskClient, administrator_in: Callable[[FlaskClient], None], first_day: str, last_day: str
) -> None:
    administrator_in(client)
    answer = fetch(client, ReportKind.LEDGER_MONTH, uuid.UUID(int=0), first_day=first_day, last_day=last_day)
    assert answer.status_code == 404
    assert count_reports() == 0


def test_what_fails_at_once_is_left_to_a_worker(
    client: FlaskClient, farm: Farm, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(**arguments: Any) -> None:
        raise OSError

    sign_in(client, farm.user)
    monkeypatch.setattr(views, "write_report", break_down)
    answer = fetch(client, KIND, farm.producer.id)
    assert answer.status_code == 200 and "<progress" in answer.text


def test_one_that_failed_says_so_and_can_be_asked_for_again(client: FlaskClient, farm: Farm) -> None:
    report = statement_of(farm.user, farm.producer)
    report.attempts = MOST_ATTEMPTS
    db.session.commit()
    write(str(report.id))
    sign_in(client, farm.user)
    page = client.get(f"/reports/{report.id}").text
    assert "notice-bad" in page and f"/reports/{report.id}/again" in page
    assert client.get(f"/reports/{report.id}/file").status_code == 404
    answer = client.post(f"/reports/{report.id}/again", follow_redirects=True)
    assert answer.data.startswith(b"\xef\xbb\xbf")
    assert count_reports() == 2


def test_one_that_was_removed_can_be_asked_for_again(client: FlaskClient, farm: Farm) -> None:
    report = statement_of(farm.user, farm.producer)
    report.finished_at, report.is_removed = utc_now(), True
    db.session.commit()
    sign_in(client, farm.user)
    assert f"/reports/{report.id}/again" in client.get(f"/reports/{report.id}").text
    assert client.post(f"/reports/{report.id}/again", follow_redirects=True).data.startswith(b"\xef\xbb\xbf")


def test_the_pages_take_a_constant_number_of_queries(
    client: FlaskClient, farm: Farm, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    sign_in(client, farm.user)
    first = statement_of(farm.user, farm.producer)
    db.session.commit()

    def counted(path: str) -> int:
        db.session.expire_all()
        with count_queries() as statements:
            assert client.get(path).status_code == 200
        return len(statements)

    client.get("/reports")
    few = counted("/reports"), counted(f"/reports/{first.id}")
    for days in range(1, 9):
        post(farm.producer, days)
        statement_of(farm.user, farm.producer, first_day=today() - timedelta(days=days))
    db.session.commit()
    assert (counted("/reports"), counted(f"/reports/{first.id}")) == few
    assert max(few) <= 8
