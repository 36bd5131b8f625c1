"""A producer's page of API tokens: shown once, kept hashed, revoked with a question first."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from core.accounts import RoleName
from core.db import utc_now
from tests.factories import make_user, sign_in
from tests.traceability.farm import Farm, make_farm
from traceability.tokens.models import ApiToken
from traceability.tokens.rules import hash_of
from traceability.tokens.usecases import issue_token

_SECRET = re.compile(r"cn_[A-Za-z0-9_-]{43}")


def fields(farm: Farm, **changed: object) -> dict[str, object]:
    return {
        "producer_id": str(farm.producer.id),
        "name": "Cân ở cơ sở đóng gói",
        "scopes": ["capture", "read"],
        "valid_days": "90",
        **changed,
    }


def test_the_token_is_shown_once_and_kept_as_a_hash(client: FlaskClient, session: scoped_session[Session]) -> None:
    farm = make_farm()
    farm.signed_in(client)
    answer = client.post("/farm/tokens", data=fields(farm))
    assert answer.status_code == 200
    secret = _SECRET.search(answer.text)
    assert secret is not None
    assert "no-store" in answer.headers["Cache-Control"]
    token = session.scalars(select(ApiToken)).one()
    assert token.secret_hash == hash_of(secret[0])
    assert token.last_four == secret[0][-4:]
    assert token.scopes == ["capture", "read"]
    assert timedelta(days=89) < token.expires_at - utc_now() <= timedelta(days=90)
    later = client.get("/farm/tokens").text
    assert _SECRET.search(later) is None
    assert f"cn_…{token.last_four}" in later
    with client.session_transaction() as browser_session:
        assert secret[0] not in str(dict(browser_session))


@pytest.mark.parametrize(
    "changed",
    [{"name": ""}, {"name": "x" * 81}, {"scopes": []}, {"scopes": ["rule"]}, {"valid_days": "10000"}],
)
def test_what_makes_no_sense_is_shown_again(
    client: FlaskClient, session: scoped_session[Session], changed: dict[str, object]
) -> None:
    farm = make_farm()
    answer = farm.signed_in(client).post("/farm/tokens", data=fields(farm, **changed))
    assert answer.status_code == 422
    assert _SECRET.search(answer.text) is None
    assert session.scalar(select(func.count()).select_from(ApiToken)) == 0


def test_nobody_makes_a_token_for_somebody_else_s_producer(client: FlaskClient) -> None:
    farm, other = make_farm(), make_farm()
    answer = farm.signed_in(client).post("/farm/tokens", data=fields(other))
    assert answer.status_code == 422


def test_revoking_asks_first_and_ends_the_token(client: FlaskClient, session: scoped_session[Session]) -> None:
    farm = make_farm()
    token = issue_token(
        actor=farm.actor, producer_id=farm.producer.id, name="Cân", scopes=["read"], valid_days=30
    ).token
    farm.signed_in(client)
    address = f"/farm/tokens/{token.id}/revoke"
    assert client.get(address).status_code == 200
    assert token.revoked_at is None
    assert client.post(address).status_code == 303
    session.refresh(token)
    assert token.revoked_at is not None
    first = token.revoked_at
    assert client.post(address).status_code == 303
    session.refresh(token)
    assert token.revoked_at == first


def test_somebody_else_s_token_does_not_exist(client: FlaskClient, session: scoped_session[Session]) -> None:
    farm, other = make_farm(), make_farm()
    token = issue_token(
        actor=other.actor, producer_id=other.producer.id, name="Cân", scopes=["read"], valid_days=30
    ).token
    farm.signed_in(client)
    for answer in (client.get(f"/farm/tokens/{token.id}/revoke"), client.post(f"/farm/tokens/{token.id}/revoke")):
        assert answer.status_code == 404
    session.refresh(token)
    assert token.revoked_at is None
    assert "cn_…" not in client.get("/farm/tokens").text


@pytest.mark.parametrize("role", [role for role in RoleName if role is not RoleName.PRODUCER_MEMBER])
def test_the_page_is_for_members_of_producers(client: FlaskClient, role: RoleName) -> None:
    sign_in(client, make_user(role))
    assert client.get("/farm/tokens").status_code == 404
    assert client.post("/farm/tokens").status_code == 404


def test_a_visitor_is_asked_to_sign_in(client: FlaskClient) -> None:
    assert client.get("/farm/tokens").status_code == 303
    assert client.post("/farm/tokens").status_code == 303


def test_a_member_without_a_producer_has_no_tokens(client: FlaskClient, session: scoped_session[Session]) -> None:
    sign_in(client, make_user(RoleName.PRODUCER_MEMBER))
    assert client.get("/farm/tokens").status_code == 404


def test_the_page_takes_a_fixed_number_of_queries(
    client: FlaskClient, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    farm = make_farm()
    farm.signed_in(client)

    def queries() -> int:
        with count_queries() as statements:
            assert client.get("/farm/tokens").status_code == 200
        return len(statements)

    def another() -> None:
        issue_token(actor=farm.actor, producer_id=farm.producer.id, name="Cân", scopes=["read"], valid_days=30)

    another()
    few = queries()
    for _ in range(5):
        another()
    assert queries() == few
