"""Who a request is from: by its token, by the session for reading only, or the public."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask, g
from sqlalchemy.orm import Session, scoped_session

from core.accounts import Actor, RoleName
from core.db import utc_now
from core.errors import Conflict, Invalid, NotFound, Refused
from core.web.setup import limiter
from tests.factories import make_user
from tests.traceability.farm import actor_of, gln, make_farm
from traceability.journal.parties import PUBLIC, Party, party_of
from traceability.tokens.edge import current_party, party_with
from traceability.tokens.errors import TooManyWrongTokens, Unauthorized
from traceability.tokens.rules import MAX_VALID_TOKENS
from traceability.tokens.usecases import IssuedToken, issue_partner_token, issue_token, revoke_token

OPERATOR = Actor(None, frozenset({RoleName.ADMINISTRATOR}), "")
FLOATED = "cn_" + "A" * 43


def issue(farm: Any, *scopes: str) -> IssuedToken:
    return issue_token(
        actor=farm.actor, producer_id=farm.producer.id, name="Cân", scopes=scopes or ["capture"], valid_days=30
    )


def asked(app: Flask, secret: str | None, method: str = "POST", scheme: str = "Bearer") -> Party:
    """The party of a request with this token."""
    headers = {} if secret is None else {"Authorization": f"{scheme} {secret}"}
    with app.test_request_context("/epcis/v2/events", method=method, headers=headers):
        try:
            return current_party()
        finally:
            g.pop("party", None)


def test_a_token_acts_for_its_producer(app: Flask, session: scoped_session[Session]) -> None:
    farm = make_farm()
    issued = issue(farm, "read", "capture")
    party = asked(app, issued.secret)
    assert party.producer_ids == {farm.producer.id}
    assert party.glns == {farm.producer.gln, farm.plot.gln}
    assert party.scopes == {"capture", "read"}
    assert party.token_id == issued.token.id
    assert f"https://id.gs1.org/01/{farm.product.gtin}" in party.capture_prefixes
    assert f"https://id.gs1.org/414/{farm.plot.gln}" in party.capture_prefixes
    assert party.actor.user_id == farm.user.id
    assert not party.reads_everything and not party.captures_everything


def test_a_token_and_its_member_have_the_same_keys(app: Flask, session: scoped_session[Session]) -> None:
    farm = make_farm()
    by_token, by_session = asked(app, issue(farm).secret), party_of(farm.actor)
    assert set(by_token.capture_prefixes) == set(by_session.capture_prefixes)
    assert by_token.glns == by_session.glns


def test_an_administrator_s_token_has_no_rights_of_the_account(app: Flask, session: scoped_session[Session]) -> None:
    farm = make_farm()
    administrator = actor_of(make_user(RoleName.ADMINISTRATOR))
    issued = issue_token(
        actor=administrator, producer_id=farm.producer.id, name="Cân", scopes=["capture"], valid_days=30
    )
    party = asked(app, issued.secret)
    assert not party.captures_everything and not party.reads_everything


@pytest.mark.parametrize("secret", ["", "cn_", "x", FLOATED, "cn_" + "đ" * 43, "cn_" + "A" * 5000])
def test_what_is_no_token_is_refused_with_a_challenge(
    app: Flask, session: scoped_session[Session], secret: str
) -> None:
    with pytest.raises(Unauthorized) as refused:
        asked(app, secret)
    assert refused.value.http_status == 401
    assert refused.value.headers["WWW-Authenticate"].startswith("Bearer ")
    assert 'error="invalid_token"' in refused.value.headers["WWW-Authenticate"]


def test_only_bearer_is_understood(app: Flask, session: scoped_session[Session]) -> None:
    secret = issue(make_farm()).secret
    with pytest.raises(Unauthorized):
        asked(app, secret, scheme="Basic")
    assert asked(app, secret, scheme="bearer").token_id is not None


def test_a_revoked_or_expired_token_opens_nothing(app: Flask, session: scoped_session[Session]) -> None:
    farm = make_farm()
    revoked, expired = issue(farm), issue(farm)
    revoke_token(actor=farm.actor, token_id=revoked.token.id)
    expired.token.expires_at = utc_now() - timedelta(seconds=1)
    session.flush()
    for issued in (revoked, expired):
        with pytest.raises(Unauthorized):
            asked(app, issued.secret)


def test_the_last_use_is_noted_once_an_hour(app: Flask, session: scoped_session[Session]) -> None:
    issued = issue(make_farm())
    asked(app, issued.secret)
    session.refresh(issued.token)
    first = issued.token.last_used_at
    assert first is not None
    asked(app, issued.secret)
    session.refresh(issued.token)
    assert issued.token.last_used_at == first
    issued.token.last_used_at = first - timedelta(hours=2)
    session.flush()
    asked(app, issued.secret)
    session.refresh(issued.token)
    assert issued.token.last_used_at is not None and issued.token.last_used_at > first - timedelta(hours=1)


def test_a_token_is_looked_up_once_in_a_request_by_one_statement(
    app: Flask, session: scoped_session[Session], count_queries: Callable[[], Any]
) -> None:
    secret = issue(make_farm()).secret
    headers = {"Authorization": f"Bearer {secret}"}
    with app.test_request_context("/epcis/v2/events", headers=headers), count_queries() as statements:
        assert current_party() is current_party()
        g.pop("party", None)
    assert len(statements) == 1


def test_a_session_counts_for_reading_only(app: Flask, session: scoped_session[Session]) -> None:
    farm = make_farm()

    def party(method: str) -> Party:
        client = farm.signed_in(app.test_client())
        cookie = client.get_cookie("session")
        assert cookie is not None
        headers = {"Cookie": f"session={cookie.value}"}
        with app.test_request_context("/epcis/v2/events", method=method, headers=headers):
            try:
                return current_party()
            finally:
                for name in list(g):
                    g.pop(name)

    assert party("GET").producer_ids == {farm.producer.id}
    assert party("POST") is PUBLIC
    assert party("DELETE") is PUBLIC


def test_scopes_are_asked_for(app: Flask, session: scoped_session[Session]) -> None:
    secret = issue(make_farm(), "capture").secret
    with app.test_request_context("/", headers={"Authorization": f"Bearer {secret}"}):
        assert party_with("capture").token_id is not None
        with pytest.raises(Refused):
            party_with("read")
        g.pop("party")
    with app.test_request_context("/", method="POST"):
        with pytest.raises(Unauthorized) as refused:
            party_with("capture")
        assert refused.value.headers["WWW-Authenticate"] == 'Bearer realm="epcis"'
        g.pop("party")


def test_trying_tokens_is_slowed_down_and_right_ones_are_not(
    app: Flask, session: scoped_session[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limiter, "enabled", True)
    # The limiter counts nowhere until some application with limits was made in this process.
    limited = Flask("limited")
    limited.config["RATELIMIT_STORAGE_URI"] = "memory://"
    limiter.init_app(limited)
    secret = issue(make_farm()).secret
    refusals = []
    for _ in range(62):  # a minute may end meanwhile, but not two
        with pytest.raises((Unauthorized, TooManyWrongTokens)) as refused:
            asked(app, FLOATED)
        refusals.append(refused.value.http_status)
    assert refusals[:30] == [401] * 30
    assert 429 in refusals
    assert asked(app, secret).token_id is not None
    limiter.reset()


def test_a_partner_captures_below_its_own_keys(app: Flask, session: scoped_session[Session]) -> None:
    place = gln(555_001)
    issued = issue_partner_token(
        actor=OPERATOR,
        partner_name="Nhà đóng gói (mẫu)",
        name="Máy chủ",
        scopes=["capture", "read"],
        valid_days=30,
        gln=place,
        company_prefixes=["8938501234"],
    )
    party = asked(app, issued.secret)
    assert party.producer_ids == frozenset()
    assert party.glns == {place}
    assert "https://id.gs1.org/01/38938501234" in party.capture_prefixes
    assert "https://id.gs1.org/414/8938501234" in party.capture_prefixes
    assert party == replace(party, actor=Actor(None, frozenset(), "Nhà đóng gói (mẫu)"))


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"partner_name": " "}, "partner_name"),
        ({"gln": "9521000000010"}, "gln"),
        ({"company_prefixes": ["12"]}, "company_prefixes"),
        ({"company_prefixes": ["12ab"]}, "company_prefixes"),
        ({"capture_prefixes": ["https://example.org/"]}, "capture_prefixes"),
        ({"scopes": ["capture"]}, "capture_prefixes"),
        ({"scopes": []}, "scopes"),
        ({"valid_days": 0}, "valid_days"),
        ({"valid_days": 10_000}, "valid_days"),
    ],
)
def test_a_partner_s_token_must_make_sense(
    session: scoped_session[Session], changed: dict[str, Any], field: str
) -> None:
    values = {"partner_name": "Đối tác (mẫu)", "name": "Máy chủ", "scopes": ["read"], "valid_days": 30}
    with pytest.raises(Invalid) as refused:
        issue_partner_token(actor=OPERATOR, **{**values, **changed})
    assert refused.value.field == field


@pytest.mark.parametrize("role", [role for role in RoleName if role is not RoleName.ADMINISTRATOR])
def test_only_administrators_make_tokens_for_partners(session: scoped_session[Session], role: RoleName) -> None:
    actor = actor_of(make_user(role))
    with pytest.raises(Refused):
        issue_partner_token(actor=actor, partner_name="Đối tác (mẫu)", name="M", scopes=["read"], valid_days=30)
    token = issue_partner_token(
        actor=OPERATOR, partner_name="Đối tác (mẫu)", name="M", scopes=["read"], valid_days=30
    ).token
    with pytest.raises(NotFound):
        revoke_token(actor=actor, token_id=token.id)
    assert token.revoked_at is None


def test_a_producer_has_a_limited_number_of_tokens(session: scoped_session[Session]) -> None:
    farm = make_farm()
    first = issue(farm)
    for _ in range(MAX_VALID_TOKENS - 1):
        issue(farm)
    with pytest.raises(Conflict):
        issue(farm)
    revoke_token(actor=farm.actor, token_id=first.token.id)
    issue(farm)


def test_no_token_for_somebody_else_s_producer(session: scoped_session[Session]) -> None:
    farm, other = make_farm(), make_farm()
    with pytest.raises(NotFound):
        issue_token(actor=farm.actor, producer_id=other.producer.id, name="Cân", scopes=["read"], valid_days=30)
