"""What a buyer reads about delivery before the checkout: the ways, where they lead, and what must be kept cold."""

from collections.abc import Callable
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session, scoped_session

from catalog.products.models import Product
from catalog.search.usecases import rebuild_index
from core.db import utc_now
from market.delivery.models import MethodKind
from market.offers.models import Offer
from tests.factories import make_commune, make_offer, make_product
from tests.factories.delivery import add_slot, add_zone, make_method
from tests.support.paying import hold_cart, make_cart

COLD = "Keep cold"


@pytest.fixture
def product(session: scoped_session[Session]) -> Product:
    return make_product(name_en="Oysters")


def ways(client: FlaskClient, product: Product) -> list[str]:
    """The ways that the product's page names, in words."""
    page = unescape(client.get(f"/products/{product.slug}?lang=en").text)
    if '<ul class="ways"' not in page:
        return []
    listed = page.split('<ul class="ways"')[1].split("</ul>")[0].split("<li>")[1:]
    bare = [item.split("</svg>")[1] for item in listed]
    return [" ".join("".join(part.split(">")[-1] for part in item.split("<")).split()) for item in bare]


def test_without_methods_the_site_delivers_everywhere(client: FlaskClient, product: Product) -> None:
    make_offer(product)
    assert ways(client, product) == ["Courier: from ₫20,000 to the whole country"]


def test_each_way_says_its_fee_its_places_and_its_days(client: FlaskClient, product: Product) -> None:
    make_offer(product, price_vnd=40_000, shipping_grams=3_000)
    courier = make_method(product.producer, free_from_vnd=300_000)
    add_zone(courier, rates=[(2_000, 30_000)], is_elsewhere=True)
    communes = [make_commune(code) for code in ("18073", "18112", "18115")]
    cooled = make_method(product.producer, MethodKind.COOL_CHAIN, communes=communes, name="Xe ướp lạnh (mẫu)")
    for weekday in (5, 2):
        add_slot(cooled, weekday=weekday)
    make_method(product.producer, MethodKind.PICK_UP, name="Sạp chợ Sơn (mẫu)")
    found = ways(client, product)
    assert found[0].startswith("Courier: Xe mẫu: from ₫45,000, free from ₫300,000 of goods to the whole country")
    assert found[1].startswith("Cooled delivery: Xe ướp lạnh (mẫu): from ₫45,000 to Tỉnh Hà Tĩnh, Xã Phúc Trạch")
    assert "and 1 more place" in found[1] and found[1].endswith("· Tuesday, Friday")
    assert found[2].startswith("Pick-up point: Sạp chợ Sơn (mẫu): free Chợ Sơn (mẫu), ")
    assert found[2].endswith("· 7:00–17:00")


def test_what_cannot_have_it_is_not_named(client: FlaskClient, product: Product) -> None:
    make_offer(product, shipping_grams=50_000)
    make_method(product.producer, name="Nhẹ thôi (mẫu)")
    make_method(product.producer, rates=[(60_000, 90_000)], name="Xe tải (mẫu)")
    make_method(product.producer, MethodKind.PICK_UP, ended_at=utc_now())
    assert [way.split(": from")[0] for way in ways(client, product)] == ["Courier: Xe tải (mẫu)"]


def test_cold_goods_name_cooled_ways_only(client: FlaskClient, product: Product) -> None:
    make_offer(product, needs_cool_chain=True)
    page = client.get(f"/products/{product.slug}?lang=en").text
    assert COLD in page and "does not deliver cooled yet" in page
    make_method(product.producer)
    assert ways(client, product) == []
    make_method(product.producer, MethodKind.COOL_CHAIN, name="Xe lạnh (mẫu)")
    assert [way.split(": from")[0] for way in ways(client, product)] == ["Cooled delivery: Xe lạnh (mẫu)"]
    make_offer(product, unit="box", content_quantity=6, price_vnd=200_000)
    page = client.get(f"/products/{product.slug}?lang=en").text
    assert page.count(COLD) == 1, "beside the one that must be kept cold"
    assert ["not for what must be kept cold" in way for way in ways(client, product)] == [False, True]


def test_nothing_else_is_said_to_be_cold(client: FlaskClient, product: Product) -> None:
    make_offer(product)
    assert COLD not in client.get(f"/products/{product.slug}?lang=en").text


def test_cards_basket_and_checkout_say_it(
    client: FlaskClient, product: Product, session: scoped_session[Session]
) -> None:
    offer = make_offer(product, needs_cool_chain=True)
    rebuild_index()
    hold_cart(client, make_cart((offer, 1)))
    for address in (f"/producers/{product.producer.slug}", "/search?q=oysters", "/basket", "/checkout"):
        page = client.get(f"{address}{'&' if '?' in address else '?'}lang=en").text
        assert COLD in page, address
    session.execute(update(Offer).values(needs_cool_chain=False))
    for address in (f"/producers/{product.producer.slug}", "/basket", "/checkout"):
        assert COLD not in client.get(f"{address}?lang=en").text, address


def test_ways_cost_no_query_more(client: FlaskClient, product: Product, count_queries: Callable) -> None:
    make_offer(product)
    address = f"/products/{product.slug}"
    client.get(address)
    for number in range(4):
        method = make_method(product.producer, name=f"Xe {number} (mẫu)", provinces=["42"])
        add_zone(method, is_elsewhere=True)
        add_slot(method)
        make_method(product.producer, MethodKind.PICK_UP, name=f"Sạp {number} (mẫu)")
    with count_queries() as made:
        assert client.get(address).text.count("(mẫu)") >= 8
    assert len(made) == 2
