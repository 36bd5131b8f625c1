"""The shop's public pages over HTTP, in both languages, at a constant number of queries."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, scoped_session

from core.accounts import RoleName
from core.db import utc_now
from market.offers.models import OfferStatus, SaleUnit
from tests.factories import make_lot, make_offer, make_plot, make_producer, make_product, make_user, sign_in
from tests.factories.people import PASSWORD


def text_of(client: FlaskClient, address: str, language: str = "en") -> str:
    response = client.get(f"{address}?lang={language}")
    assert response.status_code == 200
    return response.get_data(as_text=True)


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("address", ["/", "/basket", "/sign-in", "/mailbox", "/api"])
def test_pages_answer_in_both_languages(
    client: FlaskClient, session: scoped_session[Session], address: str, language: str
) -> None:
    text = text_of(client, address, language)
    assert f'<html lang="{language}">' in text
    assert text.count("<h1") == 1


def test_the_front_page_of_an_empty_shop_says_so(client: FlaskClient, session: scoped_session[Session]) -> None:
    assert "The stalls are still being set up" in text_of(client, "/")


def test_fresh_harvests_lead_the_front_page(client: FlaskClient, session: scoped_session[Session]) -> None:
    today = utc_now().date()
    fresh, old = make_product(name_en="Fresh pomelo"), make_product(name_en="Old pomelo")
    make_lot(fresh, harvested_on=today - timedelta(days=3))
    make_lot(old, harvested_on=today - timedelta(days=300))
    season = text_of(client, "/").split("In season now")[1].split("What are you looking for?")[0]
    assert "Fresh pomelo" in season
    assert "Old pomelo" not in season


@pytest.mark.parametrize(("language", "name"), [("vi", "Bưởi Phúc Trạch"), ("en", "Phuc Trach pomelo")])
def test_a_product_tells_price_origin_and_latest_lots(
    client: FlaskClient, session: scoped_session[Session], language: str, name: str
) -> None:
    product = make_product(ocop_stars=4, geographical_indication="Phúc Trạch", stages=["trồng", "thu hoạch"])
    make_offer(product, price_vnd=35_000)
    make_offer(product, unit=SaleUnit.BOX, content_quantity=6, price_vnd=200_000, on_hand=0)
    make_lot(product, lot_number="A/B+1")
    text = text_of(client, f"/products/{product.slug}", language)
    assert f"<h1>{name}</h1>" in text
    assert ("35.000\u00a0₫" if language == "vi" else "₫35,000") in text
    assert f'href="/01/{product.gtin}/10/A%2FB%2B1"' in text
    assert "Xã Phúc Trạch, Tỉnh Hà Tĩnh" in text
    assert "disabled" in text


def test_the_price_below_the_name_is_the_lowest_that_can_be_paid_now(
    client: FlaskClient, session: scoped_session[Session]
) -> None:
    product = make_product()
    make_offer(product, price_vnd=30_000, on_hand=0)
    make_offer(product, unit=SaleUnit.BOX, content_quantity=6, price_vnd=200_000)
    text = text_of(client, f"/products/{product.slug}")
    below_the_name = text.split("</h1>")[1].split("</p>")[0]
    assert "₫200,000" in below_the_name
    assert "from" in below_the_name


def test_a_product_that_is_not_on_sale_cannot_be_bought(client: FlaskClient, session: scoped_session[Session]) -> None:
    product = make_product()
    make_offer(product, status=OfferStatus.PAUSED)
    text = text_of(client, f"/products/{product.slug}")
    assert "Not on sale now" in text
    assert 'action="/basket/lines"' not in text


def test_unpublished_and_missing_products_get_the_same_answer(
    client: FlaskClient, session: scoped_session[Session]
) -> None:
    answers = [client.get(f"/products/{slug}") for slug in (make_product(status="draft").slug, "missing")]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].get_data() == answers[1].get_data()


def test_a_card_that_changed_is_drawn_anew(client: FlaskClient, session: scoped_session[Session]) -> None:
    producer = make_producer()
    product = make_product(producer)
    offer = make_offer(product, price_vnd=35_000)
    assert "₫35,000" in text_of(client, f"/producers/{producer.slug}")
    offer.price_vnd = 36_000
    session.flush()
    text = text_of(client, f"/producers/{producer.slug}")
    assert "₫36,000" in text
    assert "₫35,000" not in text


@pytest.mark.parametrize(("address", "queries"), [("/", 4), ("/products/{slug}", 2), ("/producers/{producer}", 4)])
def test_pages_cost_a_constant_number_of_queries(
    client: FlaskClient, session: scoped_session[Session], count_queries: Callable, address: str, queries: int
) -> None:
    producer = make_producer()
    product = make_product(producer)
    target = address.format(slug=product.slug, producer=producer.slug)
    today = utc_now().date()

    def grow(number: int) -> None:
        for _ in range(number):
            other = make_product(producer)
            for each in (product, other):
                make_lot(each, harvested_on=today)
            make_offer(other)

    grow(1)
    text_of(client, target)
    with count_queries() as few:
        text_of(client, target)
    grow(7)
    with count_queries() as many:
        text_of(client, target)
    assert len(few) == len(many) == queries


def test_the_farm_leads_a_newcomer_and_counts_for_the_others(
    client: FlaskClient, session: scoped_session[Session]
) -> None:
    user = make_user(RoleName.PRODUCER_MEMBER)
    sign_in(client, user)
    assert "You do not belong to a producer yet" in text_of(client, "/farm")
    producer, second = make_producer(user), make_producer(user)
    assert "First steps" in text_of(client, "/farm")
    make_plot(producer)
    make_offer(make_product(producer, name_en="Mine"))
    make_lot(make_product(second, name_en="Mine too"))
    make_product(make_producer(), name_en="Not mine")
    text = text_of(client, "/farm")
    assert "First steps" not in text
    assert "Mine too" in text
    assert "Not mine" not in text
    assert second.name in text


def test_signing_in_refuses_with_one_sentence_whatever_was_wrong(
    app: Flask, client: FlaskClient, session: scoped_session[Session]
) -> None:
    user = make_user(RoleName.CONSUMER)
    attempts = [
        {"email": user.email, "password": "wrong"},
        {"email": "nobody@example.vn", "password": PASSWORD},
        {"email": "", "password": ""},
        {"email": "<b>x</b>", "password": "x" * 5000},
    ]
    for attempt in attempts:
        response = client.post("/sign-in?lang=en", data=attempt)
        text = response.get_data(as_text=True)
        assert "do not belong together" in text
        assert "<b>x</b>" not in text
        assert text.count('aria-invalid="true"') == 2
    good = client.post("/sign-in?next=/basket", data={"email": user.email, "password": PASSWORD, "remember": "y"})
    assert good.status_code == 302
    assert good.location.endswith("/basket")


@pytest.mark.parametrize(
    ("wanted", "why", "back"),
    [
        ("/products/{product}/questions/new", "To ask a question, sign in", "/products/{product}"),
        ("/producers/{producer}", "To be told when this producer opens a harvest", "/producers/{producer}"),
        ("/orders", "Sign in to see the orders", "/"),
        ("/checkout", "Sign in to find this order", "/checkout"),
    ],
)
def test_the_sign_in_page_says_why_and_leads_back(
    client: FlaskClient, session: scoped_session[Session], wanted: str, why: str, back: str
) -> None:
    producer = make_producer()
    names = {"product": make_product(producer).slug, "producer": producer.slug}
    text = client.get("/sign-in", query_string={"next": wanted.format(**names), "lang": "en"}).text
    assert why in text
    assert f'class="btn btn-quiet" href="{back.format(**names)}"' in text


@pytest.mark.parametrize(
    "wanted", ["", "/farm", "/nowhere", "//evil.example/orders", "https://evil.example/orders", "http://["]
)
def test_the_sign_in_page_leads_to_the_shop_where_there_is_nothing_to_go_back_to(
    client: FlaskClient, session: scoped_session[Session], wanted: str
) -> None:
    answer = client.get("/sign-in", query_string={"next": wanted, "lang": "en"})
    assert answer.status_code == 200
    assert "Shopping needs no account." in answer.text
    assert 'class="btn btn-quiet" href="/"' in answer.text


def test_signing_in_from_the_order_form_leads_back_to_it(client: FlaskClient, session: scoped_session[Session]) -> None:
    assert 'href="/sign-in?next=/basket"' in client.get("/basket").text
    assert 'href="/sign-in"' in client.get("/search").text


def test_the_reference_names_every_operation(client: FlaskClient, session: scoped_session[Session]) -> None:
    document = client.get("/api/v1/openapi.json").get_json()
    text = text_of(client, "/api")
    for path in document["paths"]:
        assert path in text
    for schema in document["components"]["schemas"]:
        assert f'id="schema-{schema}"' in text
