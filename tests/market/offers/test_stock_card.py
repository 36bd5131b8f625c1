"""The stock card: movements follow each other, agree with the offer at the commit, and are checked every night."""

import uuid
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session, scoped_session

from app import create_app
from catalog.products.models import Product
from core.accounts import ANONYMOUS, RoleName, User
from core.config import Settings
from core.db import db
from core.errors import Conflict, Invalid
from market.offers.models import Offer, SaleUnit, StockMovement, StockMovementKind
from market.offers.stock import (
    Shortage,
    SoldOut,
    count_stock,
    release_stock,
    reserve_stock,
    return_stock,
    sell_stock,
    take_in_harvest,
    write_off_spoilt,
)
from market.offers.stock_check import LeakedStock, find_leaked_stock, find_stock_differences
from market.orders.usecases import expire_order, lock_order, mark_paid
from tests.factories import make_lot, make_offer, make_producer, make_product, make_user, sign_in
from tests.market.offers.test_stock import bare_order
from tests.support.databases import TestDatabases
from tests.support.paying import place


def card(offer: Offer) -> list[tuple[str, int, int]]:
    rows = db.session.execute(
        select(StockMovement.kind, StockMovement.on_hand_after, StockMovement.reserved_after)
        .where(StockMovement.offer_id == offer.id)
        .order_by(StockMovement.number)
    )
    return [tuple(row) for row in rows]


def test_every_kind_of_movement_is_on_the_card_with_what_was_left(session: scoped_session[Session]) -> None:
    offer, order_id, other_id = make_offer(on_hand=10), bare_order(), bare_order()
    take_in_harvest(actor=ANONYMOUS, offer_id=offer.id, quantity=5)
    reserve_stock(order_id=order_id, demand={offer.id: 4})
    reserve_stock(order_id=other_id, demand={offer.id: 3})
    release_stock(order_id=other_id)
    sell_stock(order_id=order_id)
    return_stock(actor=ANONYMOUS, offer_id=offer.id, quantity=1, order_id=order_id)
    write_off_spoilt(actor=ANONYMOUS, offer_id=offer.id, quantity=2, reason="Dập")
    count_stock(actor=ANONYMOUS, offer_id=offer.id, on_hand=9)
    assert card(offer) == [
        ("count", 10, 0),
        ("harvest_in", 15, 0),
        ("reserve", 15, 4),
        ("reserve", 15, 7),
        ("release", 15, 4),
        ("sell", 11, 0),
        ("return", 12, 0),
        ("spoil", 10, 0),
        ("count", 9, 0),
    ]
    assert (offer.on_hand, offer.reserved) == (9, 0)
    assert find_stock_differences() == []


@pytest.mark.parametrize("quantity", [0, -1, 1_000_001])
def test_nonsense_does_not_move(session: scoped_session[Session], quantity: int) -> None:
    offer = make_offer()
    for move in (
        lambda: take_in_harvest(actor=ANONYMOUS, offer_id=offer.id, quantity=quantity),
        lambda: write_off_spoilt(actor=ANONYMOUS, offer_id=offer.id, quantity=quantity, reason="x"),
        lambda: return_stock(actor=ANONYMOUS, offer_id=offer.id, quantity=quantity),
    ):
        with pytest.raises(Invalid):
            move()
    assert len(card(offer)) == 1


def test_what_orders_hold_does_not_spoil(session: scoped_session[Session]) -> None:
    offer = make_offer(on_hand=5)
    reserve_stock(order_id=bare_order(), demand={offer.id: 4})
    with pytest.raises(Conflict):
        write_off_spoilt(actor=ANONYMOUS, offer_id=offer.id, quantity=2, reason="Dập")


def test_an_order_gives_back_no_more_than_it_bought(session: scoped_session[Session]) -> None:
    offer, order_id = make_offer(), bare_order()
    reserve_stock(order_id=order_id, demand={offer.id: 2})
    sell_stock(order_id=order_id)
    return_stock(actor=ANONYMOUS, offer_id=offer.id, quantity=2, order_id=order_id)
    with pytest.raises(Invalid):
        return_stock(actor=ANONYMOUS, offer_id=offer.id, quantity=1, order_id=order_id)


def test_what_was_sold_cannot_be_released_too(session: scoped_session[Session]) -> None:
    offer, order_id = make_offer(), bare_order()
    reserve_stock(order_id=order_id, demand={offer.id: 2})
    sell_stock(order_id=order_id)
    session.add(
        StockMovement(
            offer_id=offer.id,
            kind=StockMovementKind.RELEASE,
            order_id=order_id,
            on_hand_change=0,
            reserved_change=-2,
        )
    )
    with pytest.raises(IntegrityError):
        session.flush()


def test_an_offer_of_one_lot_sells_no_more_than_the_lot_has(session: scoped_session[Session]) -> None:
    product = make_product()
    lot = make_lot(product, quantity=20)
    offer = make_offer(product, on_hand=0, content_quantity=6, lot_id=lot.id)
    with pytest.raises(Invalid) as refused:
        take_in_harvest(actor=ANONYMOUS, offer_id=offer.id, quantity=4)
    assert "3" in str(refused.value.message)
    take_in_harvest(actor=ANONYMOUS, offer_id=offer.id, quantity=3)
    with pytest.raises(Invalid):
        count_stock(actor=ANONYMOUS, offer_id=offer.id, on_hand=4)
    with pytest.raises(Invalid):
        take_in_harvest(actor=ANONYMOUS, offer_id=offer.id, quantity=1, lot_id=make_lot(product).id)
    reserve_stock(order_id=bare_order(), demand={offer.id: 2})
    with pytest.raises(SoldOut) as short:
        reserve_stock(order_id=bare_order(), demand={offer.id: 2})
    assert short.value.shortages[0].available == 1


def test_offers_of_one_lot_together_sell_no_more_than_the_lot_has(session: scoped_session[Session]) -> None:
    product = make_product()
    lot = make_lot(product, quantity=13)
    piece = make_offer(product, on_hand=13, lot_id=lot.id)
    box = make_offer(product, on_hand=2, unit=SaleUnit.BOX, content_quantity=6, lot_id=lot.id)
    for demand, short, available in (({piece.id: 8, box.id: 1}, box, 0), ({box.id: 1, piece.id: 8}, piece, 7)):
        with pytest.raises(SoldOut) as refused:
            reserve_stock(order_id=bare_order(), demand=demand)
        assert refused.value.shortages == (Shortage(short.id, demand[short.id], available),)
    reserve_stock(order_id=bare_order(), demand={piece.id: 7, box.id: 1})
    with pytest.raises(SoldOut):
        reserve_stock(order_id=bare_order(), demand={piece.id: 1})


def test_what_one_offer_of_a_lot_counts_the_others_cannot(session: scoped_session[Session]) -> None:
    product = make_product()
    lot = make_lot(product, quantity=13)
    make_offer(product, on_hand=7, lot_id=lot.id)
    box = make_offer(product, on_hand=0, unit=SaleUnit.BOX, content_quantity=6, lot_id=lot.id)
    assert count_stock(actor=ANONYMOUS, offer_id=box.id, on_hand=1).on_hand == 1
    with pytest.raises(Invalid):
        count_stock(actor=ANONYMOUS, offer_id=box.id, on_hand=2)


@pytest.fixture(scope="module")
def own_app(databases: TestDatabases, make_settings: Callable[..., Settings]) -> Iterator[Flask]:
    """An application whose commits are real: the card is checked at commit."""
    application = create_app(make_settings(databases.clone()))
    with application.app_context():
        make_offer()
        db.session.commit()
        yield application
        db.session.remove()
        db.engine.dispose()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE offers SET on_hand = on_hand + 1",
        "UPDATE offers SET reserved = reserved + 1",
        "INSERT INTO stock_movements (id, offer_id, kind, on_hand_change, reserved_change, created_at) "
        "SELECT gen_random_uuid(), id, 'harvest_in', 1, 0, now() FROM offers",
    ],
)
def test_the_database_refuses_stock_that_is_not_its_movements_at_commit(own_app: Flask, statement: str) -> None:
    db.session.execute(text(statement))
    with pytest.raises(DBAPIError, match="not what its movements say"):
        db.session.commit()
    db.session.rollback()


def test_the_check_finds_what_went_wrong_all_the_same(own_app: Flask) -> None:
    runner = own_app.test_cli_runner()
    assert runner.invoke(args=["stock", "check"]).exit_code == 0
    db.session.execute(text("ALTER TABLE offers DISABLE TRIGGER offers_agree"))
    db.session.execute(text("UPDATE offers SET on_hand = on_hand + 7"))
    db.session.commit()
    answer = runner.invoke(args=["stock", "check"])
    assert answer.exit_code == 1
    assert "on hand 107, moved 100" in answer.output
    db.session.execute(text("UPDATE offers SET on_hand = on_hand - 7"))
    db.session.execute(text("ALTER TABLE offers ENABLE TRIGGER offers_agree"))
    db.session.commit()


def test_the_check_finds_what_is_held_for_an_order_that_is_over(app: Flask, session: scoped_session[Session]) -> None:
    offer = make_offer()
    order_id = place((offer, 3))
    assert find_leaked_stock() == []
    session.execute(text("UPDATE orders SET status = 'expired'"))
    assert find_leaked_stock() == [LeakedStock(offer.id, order_id, 3)]
    session.commit()
    answer = app.test_cli_runner().invoke(args=["stock", "check"])
    assert answer.exit_code == 1
    assert f"3 are held by order {order_id}, which is over" in answer.output


@pytest.mark.parametrize("pays", [True, False])
def test_what_was_sold_or_let_go_is_held_no_more(session: scoped_session[Session], *, pays: bool) -> None:
    order = lock_order(place((make_offer(), 3)))
    if pays:
        mark_paid(order=order, payment_id=uuid.uuid4())
    else:
        expire_order(actor=ANONYMOUS, order=order, reason="test")
    assert find_leaked_stock() == []


@pytest.fixture
def member(session: scoped_session[Session]) -> User:
    return make_user(RoleName.PRODUCER_MEMBER)


@pytest.fixture
def product(member: User) -> Product:
    return make_product(make_producer(member))


def test_a_producer_writes_down_a_harvest_and_sees_the_card(
    client: FlaskClient, member: User, product: Product
) -> None:
    offer = make_offer(product)
    sign_in(client, member)
    address = f"/farm/offers/{offer.id}/stock"
    assert client.get(address).status_code == 200
    assert client.post(address, data={"kind": "harvest_in", "quantity": "12"}).status_code == 303
    text_of_page = client.get(address).text
    assert "+12" in text_of_page
    assert "112" in text_of_page
    assert text_of_page.index('name="quantity"') < text_of_page.index("+12")  # a phone need not pass what moved


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"kind": "harvest_in", "quantity": ""},
        {"kind": "harvest_in", "quantity": "-3"},
        {"kind": "harvest_in", "quantity": "0"},
        {"kind": "harvest_in", "quantity": "2.5"},
        {"kind": "harvest_in", "quantity": "9" * 30},
        {"kind": "harvest_in", "quantity": "1", "lot": str(uuid.UUID(int=5))},
        {"kind": "sell", "quantity": "1"},
        {"kind": "spoil", "quantity": "1", "reason": ""},
        {"kind": "spoil", "quantity": "101", "reason": "Dập"},
        {"kind": "return", "quantity": "\x00"},
    ],
)
def test_bad_movements_are_refused_and_nothing_moves(
    client: FlaskClient, session: scoped_session[Session], member: User, product: Product, data: dict[str, str]
) -> None:
    offer = make_offer(product)
    sign_in(client, member)
    session.commit()  # so that the refusal takes back its own work only
    answer = client.post(f"/farm/offers/{offer.id}/stock", data=data)
    assert answer.status_code in (409, 422)
    assert len(card(offer)) == 1


@pytest.mark.parametrize("role", [*RoleName, None])
@pytest.mark.parametrize("address", ["stock", "", "cycles"])
def test_nobody_else_sees_the_pages_of_an_offer(
    client: FlaskClient, product: Product, role: RoleName | None, address: str
) -> None:
    offer = make_offer(product)
    if role is not None:
        sign_in(client, make_user(role))
    status = client.get(f"/farm/offers/{offer.id}/{address}".rstrip("/")).status_code
    assert status == (200 if role is RoleName.ADMINISTRATOR else 303 if role is None else 404)


def test_the_card_costs_the_same_queries_however_long(
    client: FlaskClient, member: User, product: Product, count_queries: Callable[[], object]
) -> None:
    offer = make_offer(product)
    sign_in(client, member)
    address = f"/farm/offers/{offer.id}/stock"
    client.get(address)
    with count_queries() as few:
        client.get(address)
    for _ in range(10):
        take_in_harvest(actor=ANONYMOUS, offer_id=offer.id, quantity=1)
        reserve_stock(order_id=bare_order(), demand={offer.id: 1})
    with count_queries() as many:
        client.get(address)
    assert len(few) == len(many)
