"""Quantities, tiers, price lists, prices by weight: as the producer sets them, and as the basket applies them."""

import uuid
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from catalog.products.models import Product
from core.accounts import ANONYMOUS, Actor, RoleName, User
from core.db import atomic
from market.carts.errors import LinesRefused
from market.carts.models import CartLine
from market.carts.queries import get_basket
from market.carts.usecases import add_line, change_lines
from market.checkout.errors import LineNotAllowed
from market.checkout.usecases import place_order
from market.offers.errors import QuantityNotAllowed, TermsRefused
from market.offers.models import Offer, PriceTier
from market.offers.price_lists import add_buyer, create_price_list, end_price_list, set_listed_price
from market.offers.rules import Quantities, TierValues, WeightTerms, check_tiers, unit_grams
from market.offers.terms import OfferTerms, set_terms
from tests.factories import make_lot, make_offer, make_producer, make_product, make_user, sign_in
from tests.support.paying import RECIPIENT, make_cart


@pytest.fixture
def member(session: scoped_session[Session]) -> User:
    return make_user(RoleName.PRODUCER_MEMBER)


@pytest.fixture
def product(member: User) -> Product:
    return make_product(make_producer(member))


def actor_of(user: User) -> Actor:
    return Actor(user.id, frozenset(RoleName(role.name) for role in user.roles), user.display_name)


@given(
    minimum=st.integers(1, 999),
    step=st.integers(1, 50),
    room=st.none() | st.integers(0, 998),
    available=st.integers(0, 2_000),
)
def test_what_can_be_taken_is_allowed_and_the_most_there_is(
    minimum: int, step: int, room: int | None, available: int
) -> None:
    quantities = Quantities(minimum, step, None if room is None else min(minimum + room, 999))
    allowed = [number for number in range(1, 1_000) if quantities.allows(number)]
    assert allowed[0] == minimum
    assert allowed[-1] == quantities.most
    assert quantities.at_most(available) == max((number for number in allowed if number <= available), default=0)


def test_tiers_begin_later_and_are_cheaper() -> None:
    assert check_tiers([TierValues(10, 30_000), TierValues(20, 29_000)], price_vnd=35_000) == {}
    assert list(check_tiers([TierValues(1, 30_000)], price_vnd=35_000)[0]) == ["from_quantity"]
    assert list(check_tiers([TierValues(10, 35_000)], price_vnd=35_000)[0]) == ["price_vnd"]
    assert list(check_tiers([TierValues(10, 30_000), TierValues(10, 29_000)], price_vnd=35_000)) == [1]
    assert list(check_tiers([TierValues(10, 999)], price_vnd=35_000)) == [0]


def price_of_line(quantity: int, offer: Offer, buyer: Actor = ANONYMOUS) -> int:
    cart_id = add_line(actor=buyer, cart_id=None, offer_id=offer.id, quantity=quantity)
    return get_basket(cart_id, buyer.user_id).lines[0].price_vnd


def test_more_costs_less_from_the_tier_on(session: scoped_session[Session]) -> None:
    offer = make_offer()
    session.add_all(
        PriceTier(offer_id=offer.id, from_quantity=start, price_vnd=price)
        for start, price in [(10, 32_000), (20, 30_000)]
    )
    session.flush()
    assert [price_of_line(number, offer) for number in (9, 10, 19, 20)] == [35_000, 32_000, 32_000, 30_000]


def test_a_named_buyer_pays_the_price_of_the_list_and_nobody_else(
    session: scoped_session[Session], member: User, product: Product
) -> None:
    offer, actor = make_offer(product), actor_of(member)
    buyer, stranger = make_user(RoleName.CONSUMER), make_user(RoleName.CONSUMER)
    made = create_price_list(actor=actor, producer_id=product.producer_id, name="Nhà hàng (mẫu)")
    set_listed_price(actor=actor, price_list_id=made.id, offer_id=offer.id, from_quantity=5, price_vnd=28_000)
    add_buyer(actor=actor, price_list_id=made.id, name=buyer.email or "")
    assert price_of_line(5, offer, actor_of(buyer)) == 28_000
    assert price_of_line(4, offer, actor_of(buyer)) == 35_000
    assert price_of_line(5, offer, actor_of(stranger)) == price_of_line(5, offer) == 35_000
    cart_id = add_line(actor=actor_of(buyer), cart_id=None, offer_id=offer.id, quantity=5)
    with atomic():
        placed = place_order(
            actor=actor_of(buyer),
            cart_id=cart_id,
            recipient=RECIPIENT,
            shown_goods_vnd=140_000,
            commission_basis_points=300,
            locale="vi",
        )
    assert placed.is_new
    end_price_list(actor=actor, price_list_id=made.id)
    assert price_of_line(5, offer, actor_of(buyer)) == 35_000


def test_a_producer_says_what_a_unit_weighs_and_that_it_travels_cooled(
    client: FlaskClient, session: scoped_session[Session], member: User, product: Product
) -> None:
    offer = make_offer(product)
    sign_in(client, member)
    session.commit()
    address = f"/farm/offers/{offer.id}"
    assert "500 g" in client.get(f"{address}?lang=en").text, "what it counts as while nobody says"
    sent = TERMS | {"tiers-0-from_quantity": "", "tiers-0-price_vnd": "", "shipping_grams": "1.350"}
    assert client.post(address, data=sent | {"needs_cool_chain": "y"}).status_code == 303
    session.refresh(offer)
    assert (offer.shipping_grams, offer.needs_cool_chain) == (1_350, True)
    assert client.post(address, data=sent | {"shipping_grams": ""}).status_code == 303
    session.refresh(offer)
    assert (offer.shipping_grams, offer.needs_cool_chain) == (None, False)


@pytest.mark.parametrize(
    ("unit", "content", "average", "said", "grams"),
    [
        ("kg", 1, None, None, 1_000),
        ("kg", 5, None, None, 5_000),
        ("100g", 1, None, None, 100),
        ("piece", 1, None, None, 500),
        ("box", 6, None, None, 3_000),
        ("piece", 1, 1_250, None, 1_250),
        ("piece", 1, 1_250, 1_400, 1_400),
    ],
)
def test_what_one_unit_adds_to_a_parcel(
    unit: str, content: int, average: int | None, said: int | None, grams: int
) -> None:
    found = unit_grams(unit=unit, content_quantity=content, average_grams=average, shipping_grams=said)
    assert found == grams


@pytest.mark.parametrize("quantity", [3, 5, 8, 12])
def test_quantities_that_are_not_sold_are_refused_by_name(session: scoped_session[Session], quantity: int) -> None:
    offer = make_offer(min_quantity=4, quantity_step=2, max_quantity=7)
    with pytest.raises(QuantityNotAllowed) as refused:
        add_line(actor=ANONYMOUS, cart_id=None, offer_id=offer.id, quantity=quantity)
    assert refused.value.field == "quantity"
    cart_id = add_line(actor=ANONYMOUS, cart_id=None, offer_id=offer.id, quantity=4)
    line = session.scalars(select(CartLine).where(CartLine.cart_id == cart_id)).one()
    with pytest.raises(LinesRefused) as changed:
        change_lines(actor=ANONYMOUS, cart_id=cart_id, quantities={line.id: quantity})
    assert isinstance(changed.value.by_line[line.id], QuantityNotAllowed)


def test_a_quantity_that_is_not_sold_any_more_is_named_at_checkout(session: scoped_session[Session]) -> None:
    offer = make_offer()
    cart = make_cart((offer, 3))
    offer.min_quantity = 5
    session.flush()
    assert not get_basket(cart.id).can_check_out
    with pytest.raises(LineNotAllowed) as refused:
        place_order(
            actor=ANONYMOUS,
            cart_id=cart.id,
            recipient=RECIPIENT,
            shown_goods_vnd=105_000,
            commission_basis_points=300,
            locale="vi",
        )
    assert "Bưởi Phúc Trạch" in str(refused.value.message)


def test_terms_are_saved_whole_or_not_at_all(session: scoped_session[Session], member: User, product: Product) -> None:
    offer = make_offer(product)
    lot = make_lot(product, quantity=50)
    bad = OfferTerms(
        Quantities(5, 1, 3), tiers=[TierValues(10, 40_000)], lot_id=lot.id, weight=WeightTerms(30_000, 1, 90)
    )
    with pytest.raises(TermsRefused) as refused:
        set_terms(actor=actor_of(member), offer_id=offer.id, terms=bad)
    assert {"max_quantity", "average_grams", "weight_tolerance_percent", "price_per_kg_vnd"} <= set(
        refused.value.fields
    )
    session.refresh(offer)
    assert (offer.min_quantity, offer.lot_id) == (1, None)
    with pytest.raises(TermsRefused) as refused:
        set_terms(actor=actor_of(member), offer_id=offer.id, terms=OfferTerms(Quantities(), lot_id=lot.id))
    assert list(refused.value.fields) == ["lot"]  # the stock says 100
    other = make_lot()
    with pytest.raises(TermsRefused):
        set_terms(actor=actor_of(member), offer_id=offer.id, terms=OfferTerms(Quantities(), lot_id=other.id))


TERMS = {
    "min_quantity": "2",
    "quantity_step": "2",
    "max_quantity": "20",
    "tiers-0-from_quantity": "10",
    "tiers-0-price_vnd": "32.000",
    "lot": "",
    "price_per_kg_vnd": "",
    "average_grams": "",
    "weight_tolerance_percent": "",
}


def test_a_producer_sets_terms_on_the_page_and_shoppers_read_them(
    client: FlaskClient, session: scoped_session[Session], member: User, product: Product
) -> None:
    offer = make_offer(product)
    sign_in(client, member)
    address = f"/farm/offers/{offer.id}"
    assert client.post(address, data=TERMS).status_code == 303
    assert 'value="32.000"' in client.get(address).text
    shop = client.get(f"/products/{product.slug}?lang=en").text
    assert "from 10: ₫32,000" in shop
    assert "It is sold in 2, and 2 more each time, up to 20." in shop
    weighed = TERMS | {
        "tiers-0-from_quantity": "",
        "tiers-0-price_vnd": "",
        "price_per_kg_vnd": "40.000",
        "average_grams": "1250",
        "weight_tolerance_percent": "10",
    }
    assert client.post(address, data=weighed).status_code == 303
    session.refresh(offer)
    assert offer.price_vnd == 50_000
    assert "₫40,000 a kilogram" in client.get(f"/products/{product.slug}?lang=en").text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("min_quantity", "0"),
        ("min_quantity", "-1"),
        ("min_quantity", "x"),
        ("quantity_step", "0"),
        ("quantity_step", "1.5"),
        ("max_quantity", "1"),
        ("max_quantity", "1000"),
        ("tiers-0-price_vnd", "40.000"),
        ("tiers-0-price_vnd", ""),
        ("tiers-0-from_quantity", "1"),
        ("tiers-0-from_quantity", "9" * 20),
        ("lot", str(uuid.UUID(int=5))),
        ("price_per_kg_vnd", "40.000"),
        ("average_grams", "\x00"),
        ("shipping_grams", "0"),
        ("shipping_grams", "100001"),
        ("shipping_grams", "1,5"),
    ],
)
def test_bad_terms_are_refused_and_what_was_typed_is_kept(
    client: FlaskClient, session: scoped_session[Session], member: User, product: Product, field: str, value: str
) -> None:
    offer = make_offer(product)
    sign_in(client, member)
    session.commit()  # so that the refusal takes back its own work only
    answer = client.post(f"/farm/offers/{offer.id}", data=TERMS | {field: value})
    assert answer.status_code == 422
    assert 'value="20"' in answer.text or field == "max_quantity"
    session.refresh(offer)
    assert offer.min_quantity == 1


def test_price_lists_on_their_pages(
    client: FlaskClient, session: scoped_session[Session], member: User, product: Product
) -> None:
    offer, buyer = make_offer(product), make_user(RoleName.CONSUMER)
    sign_in(client, member)
    made = client.post("/farm/price-lists", data={"producer": str(product.producer_id), "name": "Nhà hàng (mẫu)"})
    assert made.status_code == 303
    address = made.location
    price = {"offer": str(offer.id), "from_quantity": "5", "price_vnd": "28.000"}
    assert client.post(f"{address}/prices", data=price).status_code == 303
    assert client.post(f"{address}/buyers", data={"buyer": buyer.email}).status_code == 303
    assert client.post(f"{address}/buyers", data={"buyer": "nobody@example.com"}).status_code == 422
    assert client.post(f"{address}/prices", data=price | {"price_vnd": "5"}).status_code == 422
    assert client.post(f"{address}/prices", data=price | {"offer": "x"}).status_code == 422
    assert client.post(f"{address}/prices", data=price | {"offer": str(make_offer().id)}).status_code == 404
    page = client.get(address).text
    assert buyer.display_name in page
    assert 'value="28000"' in page
    assert client.post(f"{address}/buyers/{buyer.id}/remove").status_code == 303
    assert client.post(f"{address}/end").status_code == 303
    assert "Nhà hàng (mẫu)" in client.get("/farm/price-lists").text


@pytest.mark.parametrize("role", [*RoleName, None])
def test_a_price_list_is_for_its_producer(
    client: FlaskClient, session: scoped_session[Session], member: User, product: Product, role: RoleName | None
) -> None:
    made = create_price_list(actor=actor_of(member), producer_id=product.producer_id, name="Mẫu")
    if role is not None:
        sign_in(client, make_user(role))
    status = client.get(f"/farm/price-lists/{made.id}").status_code
    assert status == (200 if role is RoleName.ADMINISTRATOR else 303 if role is None else 404)


def test_the_basket_costs_one_query_whatever_prices_there_are(
    session: scoped_session[Session], member: User, product: Product, count_queries: Callable[[], object]
) -> None:
    buyer = make_user(RoleName.CONSUMER)
    offers = [make_offer(make_product(make_producer())) for _ in range(4)]
    session.add_all(PriceTier(offer_id=offer.id, from_quantity=2, price_vnd=30_000) for offer in offers)
    cart = make_cart(*((offer, 2) for offer in offers))
    cart_id, buyer_id = cart.id, buyer.id
    with count_queries() as queries:
        basket = get_basket(cart_id, buyer_id)
    assert len(queries) == 1
    assert basket.goods_vnd == 240_000
