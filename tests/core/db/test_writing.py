"""Rows that go out with the next question, and objects that come in by settled statements."""

from collections.abc import Iterator

import pytest
from sqlalchemy import bindparam, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, scoped_session

from core.db import (
    db,
    load_each,
    load_within_transaction,
    new_id,
    rows_of_each,
    rows_within_transaction,
    settled,
    utc_now,
    write_row_soon,
    write_soon,
)
from core.db.connection import SiteConnection
from core.db.copying import copy_rows
from core.outbox.models import OutboxMessage
from market.carts.models import Cart, CartLine
from market.offers.models import Offer
from tests.factories.market import make_offer

CARTS = settled(select(Cart).where(Cart.id == bindparam("id")))
OFFERS = settled(select(Offer).where(Offer.id == bindparam("id")))
CHEAPER = settled(
    update(Offer).where(Offer.id == bindparam("id")).values(price_vnd=bindparam("price")).returning(Offer.id)
)


@pytest.fixture
def told(session: scoped_session[Session]) -> Iterator[list[str]]:
    """The statements that do not pass through the engine."""
    statements: list[str] = []
    SiteConnection.observers.append(statements.append)
    yield statements
    SiteConnection.observers.remove(statements.append)


def waiting() -> int:
    return len(db.session.connection().connection.driver_connection.waiting)


def test_what_is_written_soon_waits_for_the_next_question(session: scoped_session[Session], told: list[str]) -> None:
    cart = Cart(locale="vi")
    write_soon(cart)
    assert (waiting(), told) == (1, [])
    assert session.scalar(select(Cart.locale).where(Cart.id == cart.id)) == "vi"
    assert waiting() == 0
    assert len(told) == 1


def test_a_new_row_has_its_defaults_and_is_known_to_the_session(session: scoped_session[Session]) -> None:
    cart = Cart(locale="vi")
    write_soon(cart)
    assert session.get(Cart, cart.id) is cart
    assert not session.is_modified(cart)
    assert (cart.user_id, cart.order_id) == (None, None)
    made = cart.created_at
    session.refresh(cart)
    assert (cart.created_at, cart.locale) == (made, "vi")


def test_text_is_cleaned_on_the_way_as_a_flush_does(session: scoped_session[Session]) -> None:
    message = OutboxMessage(name="Ca\u0302n", payload={"name": "Bưởi", "of": [1, None]})
    write_soon(message)
    session.expire(message)
    assert message.name == "Cân"
    assert message.payload == {"name": "Bưởi", "of": [1, None]}


def test_only_what_changed_is_updated(session: scoped_session[Session], told: list[str]) -> None:
    offer = make_offer()
    offer.reserved = 3
    write_soon(offer)
    session.execute(update(Offer).where(Offer.id == offer.id).values(price_vnd=36_000))
    assert told == ["UPDATE offers SET reserved=%(reserved)s::INTEGER WHERE offers.id = %(key_id)s::UUID"]
    assert not session.dirty
    session.expire(offer)
    assert (offer.reserved, offer.price_vnd) == (3, 36_000)


def test_a_row_without_changes_is_not_written(session: scoped_session[Session]) -> None:
    offer = make_offer()
    write_soon(offer)
    assert waiting() == 0


def test_a_column_that_follows_every_change_does(session: scoped_session[Session]) -> None:
    cart = Cart(locale="vi", updated_at=utc_now().replace(year=2020))
    write_soon(cart)
    cart.locale = "en"
    write_soon(cart)
    session.refresh(cart)
    assert (cart.locale, cart.updated_at.year) == ("en", utc_now().year)


def test_a_parent_that_the_session_has_not_inserted_yet_comes_first(session: scoped_session[Session]) -> None:
    offer, cart = make_offer(), Cart(id=new_id(), locale="vi")
    session.add(cart)
    write_soon(CartLine(cart_id=cart.id, offer_id=offer.id, quantity=2, seen_price_vnd=offer.price_vnd))
    assert session.scalar(select(func.count()).select_from(CartLine).where(CartLine.cart_id == cart.id)) == 1


def test_what_is_half_changed_is_not_flushed_for_rows_that_do_not_need_it(session: scoped_session[Session]) -> None:
    offer, cart = make_offer(), Cart(id=new_id(), locale="vi")
    session.add(cart)
    offer.reserved = 500  # more than there is, for the moment
    write_soon(OutboxMessage(name="News", payload={}))
    offer.reserved = 5
    session.commit()
    assert offer.reserved == 5


def test_copied_rows_come_after_what_waits(session: scoped_session[Session]) -> None:
    offer, cart = make_offer(), Cart(locale="vi")
    write_soon(cart)
    copy_rows(
        "cart_lines",
        ("id", "cart_id", "offer_id", "quantity", "seen_price_vnd"),
        [(new_id(), cart.id, offer.id, 1, 35_000)],
    )
    assert session.scalar(select(func.count()).select_from(CartLine).where(CartLine.cart_id == cart.id)) == 1


def test_a_commit_writes_what_waits(session: scoped_session[Session]) -> None:
    cart = Cart(locale="vi")
    write_soon(cart)
    session.commit()
    session.rollback()
    assert rows_within_transaction(CARTS, {"id": cart.id})


def test_a_rollback_forgets_what_waits(session: scoped_session[Session]) -> None:
    session.commit()
    cart = Cart(locale="vi")
    write_soon(cart)
    cart_id = cart.id
    session.rollback()
    assert waiting() == 0
    assert not rows_within_transaction(CARTS, {"id": cart_id})


def test_a_savepoint_takes_back_only_what_is_younger(session: scoped_session[Session]) -> None:
    before, after = Cart(locale="vi"), Cart(locale="vi")
    write_soon(before)
    with pytest.raises(RuntimeError), session.begin_nested():
        write_soon(after)
        after_id = after.id
        raise RuntimeError
    assert rows_within_transaction(CARTS, {"id": before.id})
    assert not rows_within_transaction(CARTS, {"id": after_id})


def test_a_savepoint_that_is_refused_takes_back_only_itself(session: scoped_session[Session]) -> None:
    offer, before = make_offer(), Cart(locale="vi")
    write_soon(before)
    with pytest.raises(IntegrityError), session.begin_nested():
        offer.reserved = 101
        write_soon(offer)
    assert rows_within_transaction(CARTS, {"id": before.id})


def test_what_the_database_refuses_is_raised_where_it_is_asked_next(session: scoped_session[Session]) -> None:
    offer = make_offer()
    session.commit()
    offer.reserved = 101
    write_soon(offer)
    with pytest.raises(IntegrityError, match="never_oversold"):
        session.scalar(select(Offer.price_vnd).where(Offer.id == offer.id))
    session.rollback()
    assert session.get_one(Offer, offer.id, populate_existing=True).reserved == 0


def test_a_settled_question_raises_as_the_session_does(session: scoped_session[Session]) -> None:
    offer = make_offer()
    offer.reserved = 101
    write_soon(offer)
    with pytest.raises(IntegrityError, match="never_oversold"):
        rows_within_transaction(CARTS, {"id": offer.id})


def test_a_commit_that_is_refused_raises_and_leaves_nothing(session: scoped_session[Session]) -> None:
    offer = make_offer()
    session.commit()
    offer.reserved = 101
    write_soon(offer)
    with pytest.raises(IntegrityError, match="never_oversold"):
        session.commit()
    session.rollback()
    assert session.get_one(Offer, offer.id, populate_existing=True).reserved == 0


def test_statements_of_their_own_wait_too(session: scoped_session[Session]) -> None:
    offer = make_offer()
    offer.reserved = 2
    write_soon(offer)
    write_row_soon(CHEAPER, {"id": offer.id, "price": 34_000})
    assert waiting() == 2
    found = rows_within_transaction(OFFERS, {"id": offer.id})[0]
    assert (found.reserved, found.price_vnd) == (2, 34_000)


def test_several_questions_see_what_those_before_them_did(session: scoped_session[Session]) -> None:
    offer = make_offer()
    done, found = rows_of_each([CHEAPER, OFFERS], {"id": offer.id, "price": 34_000})
    assert (done[0].id, found[0].price_vnd) == (offer.id, 34_000)


def test_objects_are_the_session_s_own_and_as_the_database_has_them(session: scoped_session[Session]) -> None:
    offer = make_offer()
    session.execute(
        update(Offer).where(Offer.id == offer.id).values(reserved=7).execution_options(synchronize_session=False)
    )
    found = load_within_transaction(Offer, OFFERS, {"id": offer.id})
    assert found == [offer]
    assert found[0] is offer
    assert (offer.reserved, session.is_modified(offer)) == (7, False)


def test_objects_that_are_new_to_the_session_load_the_rest_when_asked(session: scoped_session[Session]) -> None:
    offer = make_offer()
    offer_id, product_id = offer.id, offer.product_id
    session.expunge_all()
    found = load_within_transaction(Offer, OFFERS, {"id": offer_id})
    assert session.get(Offer, found[0].id) is found[0]
    assert found[0].product.id == product_id
    found[0].reserved = 2
    session.flush()
    assert session.scalar(select(Offer.reserved).where(Offer.id == found[0].id)) == 2


def test_changes_of_the_session_are_seen_by_what_is_loaded(session: scoped_session[Session]) -> None:
    offer = make_offer()
    offer.reserved = 4
    assert load_within_transaction(Offer, OFFERS, {"id": offer.id})[0].reserved == 4


def test_objects_of_several_kinds_come_in_one_round_trip(session: scoped_session[Session], told: list[str]) -> None:
    offer, cart = make_offer(), Cart(locale="vi")
    line = CartLine(id=new_id(), cart_id=cart.id, offer_id=offer.id, quantity=2, seen_price_vnd=35_000)
    write_soon(cart)
    line.cart_id = cart.id
    write_soon(line)
    lines = settled(select(CartLine).where(CartLine.cart_id == bindparam("id")))
    carts, found = load_each([(Cart, CARTS), (CartLine, lines)], {"id": cart.id})
    assert (list(carts), list(found)) == ([cart], [line])
    assert len(told) == 4


def test_rows_of_one_table_go_out_in_one_statement(session: scoped_session[Session], told: list[str]) -> None:
    carts = [Cart(locale=language) for language in ("vi", "en", "vi")]
    write_soon(*carts)
    found = session.scalars(select(Cart.locale).where(Cart.id.in_([cart.id for cart in carts])).order_by(Cart.id)).all()
    assert found == ["vi", "en", "vi"]
    assert len(told) == 1


def test_each_of_several_changes_in_a_row_is_made(session: scoped_session[Session]) -> None:
    offers = [make_offer(), make_offer()]
    for offer in offers:
        offer.reserved = 3
    write_soon(*offers)
    session.expire_all()
    assert [offer.reserved for offer in offers] == [3, 3]
