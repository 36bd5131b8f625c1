"""What a signed-in business buyer sees: their price. And nobody sees as buyable what is not."""

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session, scoped_session

from catalog.producers.models import ProducerMember
from catalog.search.usecases import rebuild_index
from core.accounts import RoleName, User
from core.db import db, utc_now
from market.offers.models import Offer, OrderCycle, PriceList, PriceListPrice
from market.offers.price_lists import add_buyer, create_price_list, end_price_list, set_listed_price
from tests.factories import make_offer, make_product, make_user, sign_in
from tests.support.refunding import actor_of
from tests.support.shopping import make_shop

OWN, USUAL = "₫28,000", "₫35,000"


@pytest.fixture
def offer(session: scoped_session[Session]) -> Offer:
    offer = make_offer(make_product(name_en="Listed pomelo"))
    make_offer(make_product(offer.product.producer))
    return offer


@pytest.fixture
def buyer_id(offer: Offer) -> uuid.UUID:
    """Somebody on a price list of the offer's producer: 28,000, and 25,000 from ten on."""
    member, buyer = make_user(RoleName.PRODUCER_MEMBER), make_user(RoleName.CONSUMER)
    db.session.add(ProducerMember(producer_id=offer.product.producer_id, user_id=member.id))
    db.session.flush()
    actor = actor_of(member)
    made = create_price_list(actor=actor, producer_id=offer.product.producer_id, name="Nhà hàng (mẫu)")
    set_listed_price(actor=actor, price_list_id=made.id, offer_id=offer.id, from_quantity=1, price_vnd=28_000)
    db.session.add(PriceListPrice(price_list_id=made.id, offer_id=offer.id, from_quantity=10, price_vnd=25_000))
    add_buyer(actor=actor, price_list_id=made.id, name=buyer.email or "")
    db.session.commit()
    return buyer.id


def sign_in_as(client: FlaskClient, user_id: uuid.UUID) -> None:
    sign_in(client, db.session.get_one(User, user_id))


def pages(offer: Offer) -> list[str]:
    product = offer.product
    return [f"/products/{product.slug}", "/", "/search?q=listed", f"/producers/{product.producer.slug}"]


@pytest.mark.parametrize("number", range(4))
def test_the_buyer_of_a_list_sees_their_price_and_nobody_else(
    client: FlaskClient, offer: Offer, buyer_id: uuid.UUID, number: int
) -> None:
    page = pages(offer)[number]
    rebuild_index()

    def text() -> str:
        return client.get(page + ("&" if "?" in page else "?") + "lang=en").get_data(as_text=True)

    assert OWN not in text()
    assert USUAL in text()
    sign_in(client, make_user(RoleName.CONSUMER))
    assert OWN not in text()
    sign_in_as(client, buyer_id)
    assert OWN in text()
    with client.session_transaction() as browser_session:
        browser_session.clear()
    assert OWN not in text()


def test_the_product_page_names_the_usual_price_and_the_steps(
    client: FlaskClient, offer: Offer, buyer_id: uuid.UUID
) -> None:
    sign_in_as(client, buyer_id)
    text = client.get(f"/products/{offer.product.slug}?lang=en").get_data(as_text=True)
    assert f"your price; usually {USUAL}" in text
    assert "from 10: ₫25,000" in text


def test_a_list_that_ended_gives_nothing(client: FlaskClient, offer: Offer, buyer_id: uuid.UUID) -> None:
    made = db.session.scalars(select(PriceList)).one()
    member = db.session.scalars(select(User).join(ProducerMember, ProducerMember.user_id == User.id)).one()
    end_price_list(actor=actor_of(member), price_list_id=made.id)
    sign_in_as(client, buyer_id)
    db.session.commit()
    assert OWN not in client.get(f"/products/{offer.product.slug}?lang=en").get_data(as_text=True)


@pytest.mark.parametrize("number", range(4))
def test_who_is_not_signed_in_costs_no_query_more(
    client: FlaskClient, offer: Offer, buyer_id: uuid.UUID, count_queries: Callable[[], object], number: int
) -> None:
    page, offer_id = pages(offer)[number], offer.id
    rebuild_index()

    def asked() -> list[str]:
        client.get(page)
        with count_queries() as statements:
            assert client.get(page).status_code == 200
        return list(statements)

    assert not any("price_list" in statement for statement in asked())
    sign_in_as(client, buyer_id)
    one = sum("price_list" in statement for statement in asked())
    assert 1 <= one <= 2
    producer = db.session.get_one(Offer, offer_id).product.producer
    for _ in range(4):
        make_offer(make_product(producer, name_en="Listed honey"))
    db.session.commit()
    rebuild_index()
    assert sum("price_list" in statement for statement in asked()) == one


class Shown:
    """A product whose pages are asked whether it can be bought."""

    def __init__(self) -> None:
        shop = make_shop()
        self.offer_id, self.lot_id, self.slug = shop.offer.id, shop.lot.id, shop.slug
        self.record = f"/trace/01/{shop.farm.product.gtin}/10/{shop.lot.lot_number}"
        self.producer = f"/producers/{shop.farm.producer.slug}"

    def change(self, **values: object) -> None:
        db.session.execute(update(Offer).where(Offer.id == self.offer_id).values(**values))

    def is_sold_out(self, client: FlaskClient) -> bool:
        """What the cards, the search and the record of a lot say, which must be the same."""
        db.session.commit()
        rebuild_index()
        said = {
            "is-sold-out" in client.get(self.producer).get_data(as_text=True),
            self.slug not in client.get("/search?in_stock=1").get_data(as_text=True),
            "Sold out" in client.get(f"{self.record}?lang=en").get_data(as_text=True),
        }
        assert len(said) == 1, "the pages do not agree"
        return said.pop()


def test_an_empty_lot_is_sold_out_on_every_page(client: FlaskClient, session: scoped_session[Session]) -> None:
    shown = Shown()
    shown.change(lot_id=shown.lot_id)
    assert not shown.is_sold_out(client)
    shown.change(content_quantity=501)  # the lot has 500 pieces
    assert shown.is_sold_out(client)


def test_a_harvest_that_is_not_open_is_sold_out_on_every_page(
    client: FlaskClient, session: scoped_session[Session]
) -> None:
    shown = Shown()
    shown.change(is_preorder=True)
    assert shown.is_sold_out(client)
    now = utc_now()
    db.session.add(
        OrderCycle(
            offer_id=shown.offer_id,
            opens_at=now - timedelta(days=1),
            closes_at=now + timedelta(days=1),
            harvest_from=(now + timedelta(days=9)).date(),
            harvest_until=(now + timedelta(days=12)).date(),
        )
    )
    assert not shown.is_sold_out(client)
