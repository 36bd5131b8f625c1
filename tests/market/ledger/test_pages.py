"""The pages of the ledger, for administrators alone."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core.accounts import RoleName, User
from core.db import db, utc_now
from core.i18n import local_today
from core.tables import LIMITS, read_table
from market.ledger.models import AccountKind
from market.ledger.queries import find_month_close
from market.ledger.rules import last_day_of, month_before, month_of
from market.ledger.usecases import SITE
from market.reports.models import ReportKind
from market.reports.tasks import write
from tests.factories import make_user, sign_in
from tests.market.ledger.test_closing import post_on
from tests.market.payouts.selling import make_seller, sell
from tests.market.reports.asking import fields


@pytest.fixture
def administrator(client: FlaskClient) -> User:
    """An administrator who is signed in."""
    user = make_user(RoleName.ADMINISTRATOR)
    db.session.commit()
    sign_in(client, user)
    return user


def path_of_last_month() -> str:
    return f"/ledger/{month_before(month_of(local_today(utc_now()))):%Y-%m}"


def test_the_page_shows_balances_and_that_they_are_sound(client: FlaskClient, administrator: User) -> None:
    sell(make_seller()[0])
    page = client.get("/ledger")
    assert page.status_code == 200
    assert "339.500" in page.text and "notice-good" in page.text


def test_a_month_is_closed_from_the_page_once_it_is_over(client: FlaskClient, administrator: User) -> None:
    last = month_before(month_of(local_today(utc_now())))
    post_on(last)
    path = path_of_last_month()
    assert f"{path}/close" in client.get(path).text
    for _ in range(2):
        assert client.post(f"{path}/close").status_code == 303
    close = find_month_close(last)
    assert close is not None and close.closed_by == administrator.id
    assert f"{path}/close" not in client.get(path).text
    now = local_today(utc_now())
    refused = client.post(f"/ledger/{now:%Y-%m}/close")
    assert refused.status_code == 409 and "notice-bad" in refused.text


def test_the_report_of_a_month_adds_up_in_both_forms(client: FlaskClient, administrator: User) -> None:
    producer, _member = make_seller()
    sell(producer)
    path = f"/ledger/{local_today(utc_now()):%Y-%m}"
    assert 'value="ledger_month"' in client.get(path).text
    month = month_of(local_today(utc_now()))
    days = {"first_day": month.isoformat(), "last_day": last_day_of(month).isoformat()}

    def written(file_format: str) -> TestResponse:
        asked = client.post("/reports", data=fields(ReportKind.LEDGER_MONTH, SITE, **days, file_format=file_format))
        write(asked.headers["Location"].rsplit("/", 1)[-1])
        return client.get(f"{asked.headers['Location']}/file")

    rows = list(csv.reader(io.StringIO(written("csv").data.decode("utf-8-sig"))))
    assert len(rows) == len(AccountKind) + 1
    assert [sum(int(row[column]) for row in rows[1:]) for column in (1, 4)] == [0, 0]
    workbook = written("xlsx")
    assert workbook.data.startswith(b"PK")
    assert workbook.headers["Content-Disposition"].endswith(".xlsx")
    sheet = list(read_table(io.BytesIO(workbook.data), limits=LIMITS))
    assert len(sheet) == len(AccountKind) + 1


@pytest.mark.parametrize("month", ["2026-13", "2019-01", "9999-01", "2026-00", f"{10**19}-1"])
def test_months_that_are_not_there(client: FlaskClient, administrator: User, month: str) -> None:
    assert client.get(f"/ledger/{month}").status_code == 404


@pytest.mark.parametrize("role", [role for role in RoleName if role is not RoleName.ADMINISTRATOR])
def test_for_others_there_is_no_ledger(client: FlaskClient, role: RoleName) -> None:
    user = make_user(role)
    db.session.commit()
    sign_in(client, user)
    path = path_of_last_month()
    for address in ("/ledger", path):
        assert client.get(address).status_code == 404
    assert client.post(f"{path}/close").status_code == 404


def test_the_number_of_questions_does_not_grow(
    client: FlaskClient, administrator: User, count_queries: Callable[[], Any]
) -> None:
    sell(make_seller()[0])
    client.get("/ledger")

    def counted() -> list[int]:
        found = []
        for path in ("/ledger", path_of_last_month()):
            db.session.expire_all()
            with count_queries() as statements:
                assert client.get(path).status_code == 200
            found.append(len(statements))
        return found

    few = counted()
    for _ in range(3):
        sell(make_seller()[0])
    assert counted() == few
