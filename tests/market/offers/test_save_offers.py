"""Saving how a product is sold: all of it or nothing, and never what is somebody else's."""

import uuid

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session, scoped_session

from catalog.products.models import Product
from core.accounts import ANONYMOUS, Actor, RoleName, User
from core.errors import NotFound
from core.outbox.models import OutboxMessage
from market.offers.buy_options import BUY_OPTIONS
from market.offers.errors import OffersRefused
from market.offers.models import Offer, OfferStatus, SaleUnit, StockMovement
from market.offers.queries import offers_of, search_fields
from market.offers.rules import OfferValues
from market.offers.usecases import save_offers
from tests.factories import make_offer, make_producer, make_product, make_user

PIECE = OfferValues(SaleUnit.PIECE, price_vnd=35_000, content_quantity=1, on_hand=40)
BOX = OfferValues(SaleUnit.BOX, price_vnd=200_000, content_quantity=6, on_hand=5)


def actor_of(user: User) -> Actor:
    return Actor(user.id, frozenset({RoleName.PRODUCER_MEMBER}), user.display_name)


@pytest.fixture
def farmer(session: scoped_session[Session]) -> Actor:
    return actor_of(make_user(RoleName.PRODUCER_MEMBER))


@pytest.fixture
def product(session: scoped_session[Session], farmer: Actor) -> Product:
    return make_product(make_producer(session.get(User, farmer.user_id)))


def changes(session: scoped_session[Session]) -> int:
    return session.scalar(select(func.count()).where(OutboxMessage.name == "ProductChanged")) or 0


def test_first_offers_are_counted_in_and_told(
    session: scoped_session[Session], farmer: Actor, product: Product
) -> None:
    saved = save_offers(actor=farmer, product_id=product.id, offers=[PIECE, BOX])
    session.flush()
    assert [(offer.unit, offer.price_vnd, offer.content_quantity, offer.available) for offer in saved] == [
        ("piece", 35_000, 1, 40),
        ("box", 200_000, 6, 5),
    ]
    counted = session.scalar(
        select(func.sum(StockMovement.on_hand_change)).where(StockMovement.offer_id == saved[0].id)
    )
    assert counted == 40
    assert changes(session) == 1


def test_the_same_again_changes_and_tells_nothing(
    session: scoped_session[Session], farmer: Actor, product: Product
) -> None:
    save_offers(actor=farmer, product_id=product.id, offers=[PIECE])
    session.flush()
    before = changes(session)
    save_offers(actor=farmer, product_id=product.id, offers=[PIECE])
    session.flush()
    assert changes(session) == before
    assert session.scalar(select(func.count()).select_from(StockMovement)) == 1


def test_a_unit_that_is_no_longer_named_is_paused_and_comes_back(
    session: scoped_session[Session], farmer: Actor, product: Product
) -> None:
    piece, box = save_offers(actor=farmer, product_id=product.id, offers=[PIECE, BOX])
    save_offers(actor=farmer, product_id=product.id, offers=[PIECE])
    assert box.status == OfferStatus.PAUSED
    assert [offer.id for offer in offers_of(product.id)] == [piece.id]
    again = save_offers(actor=farmer, product_id=product.id, offers=[PIECE, BOX])
    assert again[1].id == box.id
    assert box.status == OfferStatus.ACTIVE


def test_boxes_of_several_sizes_are_offers_of_their_own(
    session: scoped_session[Session], farmer: Actor, product: Product
) -> None:
    large = OfferValues(SaleUnit.BOX, price_vnd=390_000, content_quantity=12, on_hand=3)
    piece, small = save_offers(actor=farmer, product_id=product.id, offers=[PIECE, BOX])
    kept, both, added = save_offers(actor=farmer, product_id=product.id, offers=[PIECE, BOX, large])
    assert (kept.id, both.id) == (piece.id, small.id)
    assert (added.content_quantity, added.price_vnd, added.on_hand) == (12, 390_000, 3)
    assert (small.content_quantity, small.on_hand) == (BOX.content_quantity, BOX.on_hand)


def test_another_content_is_another_offer_since_orders_know_the_first(
    session: scoped_session[Session], farmer: Actor, product: Product
) -> None:
    (small,) = save_offers(actor=farmer, product_id=product.id, offers=[BOX])
    changed = OfferValues(SaleUnit.BOX, price_vnd=BOX.price_vnd, content_quantity=8, on_hand=BOX.on_hand)
    (other,) = save_offers(actor=farmer, product_id=product.id, offers=[changed])
    assert other.id != small.id
    assert (small.status, small.content_quantity) == (OfferStatus.PAUSED, BOX.content_quantity)


def test_one_bad_row_saves_nothing(session: scoped_session[Session], farmer: Actor, product: Product) -> None:
    bad = OfferValues(SaleUnit.BOX, price_vnd=0, content_quantity=6, on_hand=5)
    with pytest.raises(OffersRefused) as refused:
        save_offers(actor=farmer, product_id=product.id, offers=[PIECE, bad])
    assert list(refused.value.rows) == [1]
    assert list(refused.value.rows[1]) == ["price_vnd"]
    assert session.scalar(select(func.count()).where(Offer.product_id == product.id)) == 0


def test_no_row_at_all_is_refused(farmer: Actor, product: Product) -> None:
    with pytest.raises(OffersRefused):
        save_offers(actor=farmer, product_id=product.id, offers=[])


def test_stock_cannot_fall_below_what_orders_hold(
    session: scoped_session[Session], farmer: Actor, product: Product
) -> None:
    offer = make_offer(product, on_hand=10, reserved=4)
    fewer = OfferValues(SaleUnit.PIECE, price_vnd=35_000, content_quantity=1, on_hand=3)
    with pytest.raises(OffersRefused) as refused:
        save_offers(actor=farmer, product_id=product.id, offers=[fewer])
    assert list(refused.value.rows[0]) == ["on_hand"]
    assert offer.on_hand == 10


def test_strangers_and_what_does_not_exist_get_the_same_answer(
    session: scoped_session[Session], product: Product
) -> None:
    stranger = actor_of(make_user(RoleName.PRODUCER_MEMBER))
    for actor, product_id in ((stranger, product.id), (ANONYMOUS, product.id), (stranger, uuid.uuid4())):
        with pytest.raises(NotFound) as refused:
            save_offers(actor=actor, product_id=product_id, offers=[PIECE])
        assert str(refused.value) == str(NotFound())


def test_search_documents_get_the_cheapest_that_can_be_bought(
    session: scoped_session[Session], product: Product
) -> None:
    make_offer(product, price_vnd=20_000, on_hand=0)
    make_offer(product, unit=SaleUnit.BOX, price_vnd=200_000, content_quantity=6, on_hand=3)
    nowhere = make_product()
    fields = search_fields([product.id, nowhere.id])
    assert fields[product.id] == {
        "price_from_vnd": 200_000,
        "unit": "box",
        "available": 3,
        "several_prices": True,
        "needs_cool_chain": False,
    }
    assert fields[nowhere.id] == {
        "price_from_vnd": None,
        "unit": None,
        "available": 0,
        "several_prices": False,
        "needs_cool_chain": False,
    }


def test_the_trace_page_learns_where_to_buy(app: object, session: scoped_session[Session], product: Product) -> None:
    make_offer(product, price_vnd=35_000)
    make_offer(product, unit=SaleUnit.BOX, price_vnd=200_000, content_quantity=6, on_hand=0, needs_cool_chain=True)
    make_offer(product, unit=SaleUnit.BAG, price_vnd=10_000, status=OfferStatus.PAUSED)
    rows = session.execute(
        text(f"SELECT offered.* FROM products, LATERAL ({BUY_OPTIONS.query}) AS offered WHERE products.id = :product"),
        {"product": product.id},
    ).mappings()
    with app.test_request_context("/?lang=en"):
        options = BUY_OPTIONS.read(rows.all(), product.category)
    assert [(option.label, option.price_vnd, option.available, option.needs_cool_chain) for option in options] == [
        ("fruit", 35_000, True, False),
        ("box of 6 fruits", 200_000, False, True),
    ]
