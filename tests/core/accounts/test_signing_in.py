"""Signing in by e-mail address or phone number, and out again."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from app import create_app
from core.accounts.identity import normalize_email, normalize_phone
from core.config import Settings
from core.web.setup import limiter
from tests.factories import make_user
from tests.factories.people import PASSWORD
from tests.support.databases import TestDatabases


@pytest.mark.parametrize(
    "identity", ["nong-dan@example.vn", " NONG-DAN@example.vn ", "0912 345 678", "+84 912 345 678"]
)
def test_either_identity_opens_the_account(client: FlaskClient, identity: str) -> None:
    make_user(email="nong-dan@example.vn", phone="+84912345678", display_name="Cô Mẫu")
    answer = client.post("/sign-in", data={"email": identity, "password": PASSWORD})
    assert answer.status_code == 302
    assert "Cô Mẫu" in client.get("/").text


def test_a_phone_number_alone_is_enough(client: FlaskClient) -> None:
    make_user(email=None, phone="+84987654321")
    assert client.post("/sign-in", data={"email": "0987654321", "password": PASSWORD}).status_code == 302


@pytest.mark.parametrize(
    ("identity", "password"),
    [
        ("nong-dan@example.vn", "wrong"),
        ("nobody@example.vn", PASSWORD),
        ("", ""),
        ("x" * 300, PASSWORD),
        ("\x00", "a"),
        ("nong-dan@example.vn", "x" * 10_000),
    ],
)
def test_what_is_wrong_is_not_told(client: FlaskClient, identity: str, password: str) -> None:
    make_user(email="nong-dan@example.vn")
    answer = client.post("/sign-in", data={"email": identity, "password": password})
    assert answer.status_code == 200
    assert "mật khẩu không khớp" in answer.text
    assert client.get("/farm").location.startswith("/sign-in")


def test_after_signing_in_one_is_where_one_wanted_to_go_but_never_elsewhere(client: FlaskClient) -> None:
    make_user(email="a@example.vn")
    there = client.post("/sign-in?next=/api", data={"email": "a@example.vn", "password": PASSWORD, "next": "/api"})
    assert there.location.endswith("/api")
    client.post("/sign-out")
    elsewhere = client.post(
        "/sign-in", data={"email": "a@example.vn", "password": PASSWORD, "next": "https://evil.example/"}
    )
    assert "evil.example" not in (elsewhere.location or "")


@pytest.mark.parametrize("typed", ["0912345678", "+84912345678", "84 912 345 678", "0912.345.678"])
def test_phone_numbers_have_one_form(typed: str) -> None:
    expected = "+84912345678"
    assert normalize_phone(typed) == expected


@pytest.mark.parametrize("typed", ["", "abc", "123", "0" * 30])
def test_what_is_no_phone_number(typed: str) -> None:
    assert normalize_phone(typed) is None


def test_addresses_have_one_form() -> None:
    assert normalize_email(" A@Example.VN ") == "a@example.vn"
    assert normalize_email("no address") is None


def test_passwords_cannot_be_tried_by_the_thousand(
    databases: TestDatabases, make_settings: Callable[..., Settings]
) -> None:
    app = create_app(make_settings(databases.clone(), rate_limits_enabled=True))
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    try:
        answers = [client.post("/sign-in", data={"email": "a@example.vn", "password": "x"}) for _ in range(25)]
    finally:
        limiter.enabled = False
    assert {answer.status_code for answer in answers[:20]} == {200}
    assert answers[-1].status_code == 429
