"""The checkout form: what makes no sense is refused by name, and what was typed is kept."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from market.orders.models import Order
from tests.factories import make_commune, make_offer
from tests.support.paying import hold_cart, make_cart

FORM = {
    "name": "Nguyễn Thị Mẫu",
    "phone": "0912 345 678",
    "province": "42",
    "commune": "18547",
    "address": "Thôn 3",
    "email": "mau@example.com",
    "note": "Gọi trước",
    "shown_goods_vnd": "35000",
}


@pytest.fixture
def shopper(client: FlaskClient, session: scoped_session[Session]) -> FlaskClient:
    hold_cart(client, make_cart((make_offer(), 1)))
    return client


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "   "),
        ("name", "a"),
        ("name", "n" * 121),
        ("name", "Mẫu\x00"),
        ("phone", ""),
        ("phone", "abc"),
        ("phone", "123"),
        ("phone", "0912 345 67x"),
        ("phone", "0" * 31),
        ("province", "00"),
        ("province", ""),
        ("province", "\x00"),
        ("commune", "\x00"),
        ("commune", ""),
        ("commune", "99999"),
        ("commune", "00004"),
        ("address", ""),
        ("address", "x" * 201),
        ("email", "nobody"),
        ("email", "a@b"),
        ("email", "x" * 250 + "@example.com"),
        ("note", "x" * 501),
    ],
)
def test_each_field_is_refused_by_name_and_the_rest_is_kept(
    shopper: FlaskClient, session: scoped_session[Session], field: str, value: str
) -> None:
    make_commune("00004", "Phường Ba Đình", "01")
    answer = shopper.post("/checkout", data=FORM | {field: value})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    for name, typed in FORM.items():
        if name in {"name", "phone", "address", "email"} - {field}:
            assert f'value="{typed}"' in answer.text, name
    assert session.scalar(select(func.count()).select_from(Order)) == 0


def test_nothing_at_all_is_refused(shopper: FlaskClient) -> None:
    assert shopper.post("/checkout", data={}).status_code == 422


@pytest.mark.parametrize("shown", ["", "-1", "x", "9" * 30, "35000.0"])
def test_a_tampered_sum_places_no_order(shopper: FlaskClient, session: scoped_session[Session], shown: str) -> None:
    assert shopper.post("/checkout", data=FORM | {"shown_goods_vnd": shown}).status_code == 409
    assert session.scalar(select(func.count()).select_from(Order)) == 0


def test_html_in_a_name_is_text(shopper: FlaskClient, session: scoped_session[Session]) -> None:
    answer = shopper.post("/checkout", data=FORM | {"name": "<script>alert(1)</script>", "phone": "x"})
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;" in answer.text


def test_without_a_basket_there_is_nothing_to_order(client: FlaskClient) -> None:
    for answer in (client.get("/checkout"), client.post("/checkout", data=FORM)):
        assert (answer.status_code, answer.location) == (303, "/basket")


@pytest.mark.parametrize("address", ["", "/pay", "/return"])
@pytest.mark.parametrize("token", ["x", "a" * 43, "%00", "../x"])
def test_unknown_orders_are_404(client: FlaskClient, token: str, address: str) -> None:
    method = client.post if address == "/pay" else client.get
    assert method(f"/orders/{token}{address}").status_code == 404
