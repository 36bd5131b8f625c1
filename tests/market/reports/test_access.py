"""Whose reports are whose: a file is for those who may read the figures, whoever asked for it."""

import uuid

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, select
from sqlalchemy.orm import Session, scoped_session

from catalog.producers.models import ProducerMember
from core.accounts import ANONYMOUS, RoleName, User
from core.db import db
from core.errors import NotFound
from market.ledger.usecases import SITE
from market.reports.models import Report, ReportFormat, ReportKind
from market.reports.tasks import write
from market.reports.usecases import request_report
from market.stalls.models import MarketManager
from tests.factories import make_market, make_producer, make_stall, make_user, sign_in
from tests.market.reports.asking import fetch, fields, statement_of, today
from tests.market.reports.conftest import Farm

MONTH = {"first_day": "2026-01-01", "last_day": "2026-01-31"}


def is_refused(client: FlaskClient, user: User, report: Report) -> bool:
    """Whether every address of the report answers `user` as if it were not there; or none does."""
    sign_in(client, user)
    base = f"/reports/{report.id}"
    statuses = [client.get(path).status_code == 404 for path in (base, f"{base}/file")]
    statuses.append(client.post(f"{base}/again").status_code == 404)
    statuses.append(fetch(client, ReportKind(report.kind), report.owner_id, **MONTH).status_code == 404)
    assert len(set(statuses)) == 1
    return statuses[0]


@pytest.mark.parametrize("role", list(RoleName))
def test_a_producers_statement_is_for_members_and_administrators(
    client: FlaskClient, farm: Farm, role: RoleName
) -> None:
    report = statement_of(farm.user, farm.producer)
    other = make_user(role)
    if role is RoleName.PRODUCER_MEMBER:
        make_producer(other)
    db.session.commit()
    write(str(report.id))
    assert not is_refused(client, farm.user, report)
    assert is_refused(client, other, report) is (role is not RoleName.ADMINISTRATOR)


def test_another_member_may_fetch_what_one_asked_for(client: FlaskClient, farm: Farm) -> None:
    report = statement_of(farm.user, farm.producer)
    other = make_user(RoleName.PRODUCER_MEMBER)
    db.session.add(ProducerMember(producer_id=farm.producer.id, user_id=other.id))
    db.session.commit()
    write(str(report.id))
    assert not is_refused(client, other, report)


def test_who_asked_and_is_a_member_no_more_gets_nothing(client: FlaskClient, farm: Farm) -> None:
    report = statement_of(farm.user, farm.producer)
    db.session.execute(delete(ProducerMember).where(ProducerMember.user_id == farm.user.id))
    db.session.commit()
    write(str(report.id))
    assert is_refused(client, farm.user, report)


@pytest.mark.parametrize("role", list(RoleName))
def test_a_stalls_statement_is_never_its_managers(
    client: FlaskClient, session: scoped_session[Session], role: RoleName
) -> None:
    market, holder, other = make_market(), make_user(RoleName.STALL_HOLDER), make_user(role)
    stall = make_stall(market, holder)
    if role is RoleName.MARKET_MANAGER:
        db.session.add(MarketManager(market_id=market.id, user_id=other.id))
    db.session.commit()
    sign_in(client, holder)
    assert f'value="{stall.id}"' in client.get(f"/stalls/{stall.id}/statement").text
    assert fetch(client, ReportKind.STALL_STATEMENT, stall.id).data.startswith(b"\xef\xbb\xbf")
    report = db.session.scalars(select(Report)).one()
    assert stall.name in report.subject
    assert is_refused(client, other, report) is (role is not RoleName.ADMINISTRATOR)


@pytest.mark.parametrize("role", list(RoleName))
def test_the_ledger_is_for_administrators(
    client: FlaskClient, session: scoped_session[Session], role: RoleName
) -> None:
    user = make_user(role)
    db.session.commit()
    sign_in(client, user)
    allowed = role is RoleName.ADMINISTRATOR
    assert fetch(client, ReportKind.LEDGER_MONTH, SITE, **MONTH).status_code == (200 if allowed else 404)
    assert fetch(client, ReportKind.LEDGER_MONTH, uuid.uuid4(), **MONTH).status_code == 404


@pytest.mark.parametrize("role", list(RoleName))
def test_the_list_is_for_those_who_have_figures_and_shows_ones_own(
    client: FlaskClient, farm: Farm, role: RoleName
) -> None:
    report = statement_of(farm.user, farm.producer)
    user = make_user(role)
    db.session.commit()
    sign_in(client, user)
    answer = client.get("/reports")
    readers = (RoleName.PRODUCER_MEMBER, RoleName.STALL_HOLDER, RoleName.ADMINISTRATOR)
    assert answer.status_code == (200 if role in readers else 404)
    assert str(report.id) not in answer.text


def test_without_an_account_there_is_nothing(client: FlaskClient, farm: Farm) -> None:
    report = statement_of(farm.user, farm.producer)
    db.session.commit()
    for path in ("/reports", f"/reports/{report.id}", f"/reports/{report.id}/file"):
        assert client.get(path).status_code == 303
    answer = client.post("/reports", data=fields(ReportKind.PRODUCER_STATEMENT, farm.producer.id))
    assert "/reports" not in answer.headers.get("Location", "").split("?")[0]
    with pytest.raises(NotFound):
        request_report(
            actor=ANONYMOUS,
            kind=ReportKind.PRODUCER_STATEMENT,
            owner_id=farm.producer.id,
            first_day=today(),
            last_day=today(),
            file_format=ReportFormat.CSV,
        )
