"""Statements: what they add up to, whose they are, and that their files are harmless."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, scoped_session

from catalog.producers.models import Producer
from core.accounts import RoleName, User
from core.db import db, new_id, utc_now
from core.i18n import local_today
from market.ledger.models import AccountKind, LedgerEntry, LedgerMonthClose, PostingPart
from market.ledger.rules import month_before, month_of
from market.ledger.usecases import SITE, Line, post_entry
from market.orders.models import Order
from market.payouts.runs import approve_run, draft_run, export_run, mark_failed
from market.reports.models import ReportKind
from market.stalls.models import MarketManager, Stall
from market.statements.queries import Period, SellerAccount, Statement, all_lines, statement_of
from tests.factories import make_market, make_producer, make_stall, make_user, sign_in
from tests.market.payouts.selling import PIECE_VND, give_back, make_payer, make_seller, sell, share_vnd
from tests.market.reports.asking import fetch


@pytest.fixture
def farm(session: scoped_session[Session]) -> tuple[User, Producer]:
    """A member and their producer."""
    user = make_user(RoleName.PRODUCER_MEMBER)
    return user, make_producer(user)


def today_alone() -> Period:
    today = local_today(utc_now())
    return Period(today, today)


def read(producer: Producer, period: Period | None = None, *, page: int = 1, per_page: int = 50) -> Statement:
    account = SellerAccount(AccountKind.PRODUCER_PAYABLE, producer.id)
    return statement_of(account, period or today_alone(), page=page, per_page=per_page)


def post_to(kind: AccountKind, owner: object, amount: int, *, days_ago: int = 0, **values: Any) -> None:
    post_entry(
        source=values.pop("source", "payment"),
        source_id=new_id(),
        description="",
        happened_at=utc_now() - timedelta(days=days_ago),
        lines=[Line(kind, owner, -amount), Line(AccountKind.PROCESSOR_BALANCE, SITE, amount)],
        **values,
    )


def test_gross_fee_refund_and_payout_stand_in_their_columns(session: scoped_session[Session]) -> None:
    producer, _member = make_seller()
    payment = sell(producer)
    now, payers = utc_now(), (make_payer(), make_payer())
    run = draft_run(actor=payers[0], now=now)
    approve_run(actor=payers[1], run_id=run.id, now=now)
    line = export_run(actor=payers[1], run_id=run.id, now=now).lines[0]
    mark_failed(actor=payers[0], run_id=run.id, line_id=line.id, reason="Sai số", now=now)
    give_back(payment)
    statement = read(producer)
    sold, sent, back, refunded = statement.page.items
    goods = 10 * PIECE_VND
    assert sold.parts[PostingPart.GOODS] == goods
    assert sold.parts[PostingPart.COMMISSION] == share_vnd(10) - goods
    assert sold.reference == db.session.get_one(Order, payment.order_id).number
    assert (sent.parts[PostingPart.PAYOUT], back.parts[PostingPart.PAYOUT]) == (-share_vnd(10), share_vnd(10))
    assert sent.reference == run.number
    assert refunded.parts[PostingPart.REFUND] == -goods
    assert refunded.parts[PostingPart.COMMISSION] == goods - share_vnd(10)
    assert [found.balance_vnd for found in statement.page.items] == [share_vnd(10), 0, share_vnd(10), 0]
    assert (statement.opening_vnd, statement.closing_vnd) == (0, 0)


def test_what_was_before_the_period_is_the_opening_balance(farm: tuple[User, Producer]) -> None:
    _user, producer = farm
    post_to(AccountKind.PRODUCER_PAYABLE, producer.id, 70_000, days_ago=9)
    post_to(AccountKind.PRODUCER_PAYABLE, producer.id, 50_000)
    statement = read(producer)
    assert (statement.opening_vnd, statement.closing_vnd) == (70_000, 120_000)
    assert [line.balance_vnd for line in statement.page.items] == [120_000]


def test_what_belongs_to_a_closed_month_says_its_own_day(client: FlaskClient, farm: tuple[User, Producer]) -> None:
    user, producer = farm
    closed = month_before(month_of(local_today(utc_now())))
    db.session.add(LedgerMonthClose(month=closed, closed_by=user.id))
    db.session.flush()
    post_to(AccountKind.PRODUCER_PAYABLE, producer.id, 70_000, days_ago=(local_today(utc_now()) - closed).days)
    db.session.commit()
    sign_in(client, user)
    note = f"ngày {closed:%d/%m/%Y}"
    assert note in client.get("/farm/statement").text
    assert note in fetch(client, ReportKind.PRODUCER_STATEMENT, producer.id).data.decode()


def test_pages_and_files_go_on_with_the_balance(farm: tuple[User, Producer]) -> None:
    _user, producer = farm
    for number in range(1, 6):
        post_to(AccountKind.PRODUCER_PAYABLE, producer.id, number)
    second = read(producer, page=2, per_page=2)
    assert [line.balance_vnd for line in second.page.items] == [6, 10]
    assert second.page.pages == 3
    account = SellerAccount(AccountKind.PRODUCER_PAYABLE, producer.id)
    lines = all_lines(account, today_alone(), opening_vnd=0, batch=2)
    assert [line.balance_vnd for line in lines] == [1, 3, 6, 10, 15]


def test_the_page_has_a_constant_number_of_questions(
    client: FlaskClient, farm: tuple[User, Producer], count_queries: Callable[[], Any]
) -> None:
    user, producer = farm
    post_to(AccountKind.PRODUCER_PAYABLE, producer.id, 1_000)
    db.session.commit()
    sign_in(client, user)
    client.get("/farm/statement")

    def counted() -> int:
        db.session.expire_all()
        with count_queries() as statements:
            assert client.get("/farm/statement").status_code == 200
        return len(statements)

    few = counted()
    for _ in range(30):
        post_to(AccountKind.PRODUCER_PAYABLE, producer.id, 1_000)
    db.session.commit()
    assert counted() == few


@pytest.mark.parametrize(
    "query",
    [
        "from=2026-02-31",
        "from=1999-01-01",
        "from=9998-12-31",
        "from=2026-03-01&to=2026-02-01",
        "from=2024-01-01&to=2026-01-01",
    ],
)
def test_days_that_make_no_sense_are_named_and_kept(
    client: FlaskClient, farm: tuple[User, Producer], query: str
) -> None:
    db.session.commit()
    sign_in(client, farm[0])
    answer = client.get(f"/farm/statement?{query}")
    assert answer.status_code == 422
    assert "error-summary" in answer.text
    assert f'value="{query.split("&", maxsplit=1)[0].removeprefix("from=")}"' in answer.text


def test_files_hold_every_line_and_no_formula(client: FlaskClient, farm: tuple[User, Producer]) -> None:
    user, producer = farm
    post_to(AccountKind.PRODUCER_PAYABLE, producer.id, 70_000, reference="=HYPERLINK(1)")
    db.session.commit()
    sign_in(client, user)
    answer = fetch(client, ReportKind.PRODUCER_STATEMENT, producer.id)
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert rows[2][2] == "'=HYPERLINK(1)"
    assert [row[10] for row in rows[1:]] == ["0", "70000", "70000"]


@pytest.mark.parametrize("role", list(RoleName))
def test_a_producers_statement_is_for_members_and_administrators(
    client: FlaskClient, farm: tuple[User, Producer], role: RoleName
) -> None:
    producer = farm[1]
    other = make_user(role)
    db.session.commit()
    for user, status in ((farm[0], 200), (other, 200 if role is RoleName.ADMINISTRATOR else 404)):
        sign_in(client, user)
        assert client.get(f"/farm/statement?producer={producer.id}").status_code == status
    assert client.get("/farm/statement?producer=nonsense").status_code == 404


def test_a_stalls_statement_is_never_its_managers(client: FlaskClient, session: scoped_session[Session]) -> None:
    market, holder, manager = make_market(), make_user(RoleName.STALL_HOLDER), make_user(RoleName.MARKET_MANAGER)
    stall: Stall = make_stall(market, holder)
    db.session.add(MarketManager(market_id=market.id, user_id=manager.id))
    post_to(AccountKind.STALL_PAYABLE, stall.id, 90_000, reference="SALE2345")
    db.session.commit()
    allowed = (holder, make_user(RoleName.ADMINISTRATOR))
    refused = (manager, *(make_user(role) for role in RoleName if role is not RoleName.ADMINISTRATOR))
    for user in (*allowed, *refused):
        sign_in(client, user)
        answer = client.get(f"/stalls/{stall.id}/statement")
        assert answer.status_code == (200 if user in allowed else 404)
    sign_in(client, holder)
    page = client.get(f"/stalls/{stall.id}/statement").text
    assert "90.000" in page and "SALE2345" in page
    assert f"/stalls/{stall.id}/statement" in client.get("/stalls").text


def test_nothing_in_the_period_says_so(client: FlaskClient, farm: tuple[User, Producer]) -> None:
    db.session.commit()
    sign_in(client, farm[0])
    page = client.get("/farm/statement?from=2026-01-01&to=2026-01-31").text
    assert 'class="empty"' in page
    assert db.session.query(LedgerEntry).count() == 0
