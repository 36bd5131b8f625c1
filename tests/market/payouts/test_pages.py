"""The pages of payouts: who opens them, what they say, and how many questions they ask the database."""

import csv
import io
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from core.accounts import RoleName, User
from core.db import atomic, db, utc_now
from market.payouts.bank_file import COLUMNS
from market.payouts.models import PayoutRun, RunStatus
from market.payouts.queries import get_run, get_terms
from market.payouts.runs import draft_run
from tests.factories import make_user, sign_in
from tests.market.payouts.selling import ACCOUNT_NUMBER, actor_of, make_payer, make_seller, sell, share_vnd

PAYERS = (RoleName.PROVINCE_OFFICER, RoleName.ADMINISTRATOR)
OTHERS = [role for role in RoleName if role not in PAYERS]


@pytest.fixture
def officer(client: FlaskClient) -> User:
    """An officer who is signed in."""
    user = make_user(RoleName.PROVINCE_OFFICER)
    db.session.commit()
    sign_in(client, user)
    return user


def drafted_by_another(sellers: int = 1) -> PayoutRun:
    for _ in range(sellers):
        sell(make_seller()[0])
    with atomic():
        run_id = draft_run(actor=make_payer(), now=utc_now()).id
    return get_run(run_id)


def test_a_run_is_drafted_approved_fetched_and_settled_on_the_pages(client: FlaskClient, officer: User) -> None:
    run = drafted_by_another(2)
    path = f"/payouts/{run.id}"
    assert client.post(f"{path}/approve").status_code == 303
    answer = client.post(f"{path}/bank-file.csv")
    assert answer.headers["Content-Disposition"] == f"attachment; filename=payouts-{run.number}.csv"
    assert client.post(f"{path}/bank-file.csv").data == answer.data
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert tuple(rows[0]) == COLUMNS
    assert [row[1:7] for row in rows[1:]] == [
        ["970436", "Vietcombank", ACCOUNT_NUMBER, "NGUYEN THI MAU", str(share_vnd(10)), f"CHO NGUON {run.number}"]
    ] * 2
    failed = f"{path}/lines/{run.lines[0].id}/failed"
    refused = client.post(failed, data={"reason": " "})
    assert refused.status_code == 422
    assert client.post(failed, data={"reason": "<script>alert(1)</script>"}).status_code == 303
    assert client.post(f"{path}/paid").status_code == 303
    page = client.get(path).text
    assert "<script>alert" not in page and "&lt;script&gt;alert" in page
    assert ACCOUNT_NUMBER not in page
    assert get_run(run.id).status == RunStatus.FINISHED


def test_drafting_from_the_page_names_what_is_payable(client: FlaskClient, officer: User) -> None:
    producer, _member = make_seller()
    sell(producer)
    without, _other = make_seller(with_account=False)
    sell(without)
    page = client.get("/payouts").text
    assert producer.name in page and without.name in page and "339.500" in page
    drafted = client.post("/payouts")
    assert drafted.status_code == 303
    again = client.post("/payouts")
    assert again.status_code == 409
    own = client.post(f"{drafted.location}/approve")
    assert own.status_code == 409
    assert client.post(f"{drafted.location}/cancel").status_code == 303


def test_steps_out_of_order_are_refused_with_a_sentence(client: FlaskClient, officer: User) -> None:
    run = drafted_by_another()
    for step in ("bank-file.csv", "paid", f"lines/{run.lines[0].id}/paid"):
        answer = client.post(f"/payouts/{run.id}/{step}")
        assert answer.status_code == 409
        assert "notice-bad" in answer.text
    assert client.post(f"/payouts/{run.id}/lines/{uuid.uuid4()}/paid").status_code == 404
    assert client.post(f"/payouts/{uuid.uuid4()}/approve").status_code == 404


@pytest.mark.parametrize("role", OTHERS)
def test_for_others_there_are_no_payouts(client: FlaskClient, role: RoleName) -> None:
    run = drafted_by_another()
    user = make_user(role)
    db.session.commit()
    sign_in(client, user)
    for path in ("/payouts", f"/payouts/{run.id}", "/payouts/terms"):
        assert client.get(path).status_code == 404
    for path in (
        "/payouts",
        f"/payouts/{run.id}/approve",
        f"/payouts/{run.id}/bank-file.csv",
        f"/payouts/{run.id}/paid",
    ):
        assert client.post(path).status_code == 404
    assert get_run(run.id).status == RunStatus.DRAFTED


def test_the_terms_are_the_administrators(client: FlaskClient, officer: User) -> None:
    assert client.get("/payouts/terms").status_code == 404
    sign_in(client, make_user(RoleName.ADMINISTRATOR))
    assert client.get("/payouts/terms").status_code == 200
    for values in ({"hold_days": "-1"}, {"hold_days": "2,5"}, {"minimum_vnd": "10"}, {"weekday": "9"}):
        form = {"weekday": "0", "hold_days": "5", "minimum_vnd": "100.000"} | values
        assert client.post("/payouts/terms", data=form).status_code == 422
    saved = client.post("/payouts/terms", data={"weekday": "0", "hold_days": "5", "minimum_vnd": "100.000"})
    assert saved.status_code == 303
    terms = get_terms()
    assert (terms.weekday, terms.hold_days, terms.minimum_vnd) == (0, 5, 100_000)


def test_the_pages_ask_the_same_number_of_questions_for_any_length(
    client: FlaskClient, officer: User, count_queries: Callable[[], Any]
) -> None:
    run = drafted_by_another()
    client.get("/payouts")

    def counted() -> list[int]:
        found = []
        for path in ("/payouts", f"/payouts/{run.id}"):
            db.session.expire_all()
            with count_queries() as statements:
                assert client.get(path).status_code == 200
            found.append(len(statements))
        return found

    few = counted()
    for _ in range(3):
        drafted_by_another()
    assert counted() == few


def test_a_member_of_staff_finds_the_payouts_in_the_menu(client: FlaskClient, officer: User) -> None:
    assert 'href="/payouts"' in client.get("/payouts").text
    sign_in(client, make_user(RoleName.PRODUCER_MEMBER))
    assert 'href="/payouts"' not in client.get("/farm").text
    assert actor_of(officer).has_role(RoleName.PROVINCE_OFFICER)
