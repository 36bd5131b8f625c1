"""Questions that are asked before anybody needs their answers."""

from typing import Any

import psycopg
import pytest
from sqlalchemy import bindparam, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session, scoped_session

from core.db import (
    Asked,
    ask,
    ask_each,
    ask_to_load,
    ask_to_load_each,
    ask_value,
    insert_soon,
    known,
    new_id,
    rows_within_transaction,
    settled,
    write_soon,
)
from core.outbox.models import OutboxMessage
from market.carts.models import Cart, CartLine
from market.offers.models import Offer
from tests.factories.market import make_offer

LOCALE = settled(select(Cart.locale).where(Cart.id == bindparam("id")))
CARTS = settled(select(Cart).where(Cart.id == bindparam("id")))
PRICE = settled(select(Offer.price_vnd).where(Offer.id == bindparam("id")))
OFFERS = settled(select(Offer).where(Offer.id == bindparam("id")))
NOWHERE = settled(text("SELECT FROM nowhere"))


def want(asked: Asked[Any]) -> Any:
    """Need the answer now."""
    return asked.value


def test_what_was_asked_is_answered_together_with_the_first_that_is_wanted(
    session: scoped_session[Session], trips: list[int]
) -> None:
    offer = make_offer(price_vnd=35_000)
    write_soon(cart := Cart(locale="vi"))
    trips.clear()
    locale = ask_value(LOCALE, {"id": cart.id})
    price = ask(PRICE, {"id": offer.id})
    both = ask_each([LOCALE, PRICE], {"id": offer.id})
    assert trips == []
    assert [row.price_vnd for row in price.value] == [35_000]
    assert trips == [5]  # the basket that was written, too
    assert (locale.value, [len(rows) for rows in both.value]) == ("vi", [0, 1])
    assert trips == [5]


def test_an_answer_sees_what_was_written_before_its_question_and_nothing_later(
    session: scoped_session[Session], trips: list[int]
) -> None:
    identity = new_id()
    before = ask_value(LOCALE, {"id": identity})
    insert_soon(Cart, id=identity, locale="vi")
    after = ask_value(LOCALE, {"id": identity})
    assert (before.value, after.value, trips) == (None, "vi", [3])


def test_what_the_session_has_changed_is_written_before_the_question(session: scoped_session[Session]) -> None:
    offer = make_offer()
    offer.price_vnd = 36_000
    assert ask_value(PRICE, {"id": offer.id}).value == 36_000


def test_any_other_statement_brings_the_answers_too(session: scoped_session[Session], trips: list[int]) -> None:
    offer = make_offer(price_vnd=35_000)
    trips.clear()
    price = ask_value(PRICE, {"id": offer.id})
    session.execute(select(Cart.id).limit(1))
    assert trips == [1]
    assert (price.value, trips) == (35_000, [1])


def test_an_answer_can_be_read_after_the_commit(session: scoped_session[Session]) -> None:
    price = ask_value(PRICE, {"id": make_offer(price_vnd=35_000).id})
    session.commit()
    assert price.value == 35_000


def test_what_is_made_of_an_answer_is_made_once_and_only_when_it_is_wanted(session: scoped_session[Session]) -> None:
    made: list[int] = []

    def double(price: int) -> int:
        made.append(price)
        return 2 * price

    asked = ask_value(PRICE, {"id": make_offer(price_vnd=35_000).id}).then(double)
    want(ask_value(LOCALE, {"id": new_id()}))  # brings the answer
    assert made == []
    assert (asked.value, asked.value, made) == (70_000, 70_000, [35_000])
    assert known(3).then(double).value == 6


def test_objects_come_when_they_are_wanted(session: scoped_session[Session], trips: list[int]) -> None:
    offer = make_offer()
    write_soon(cart := Cart(locale="vi"))
    insert_soon(CartLine, id=new_id(), cart_id=cart.id, offer_id=offer.id, quantity=2, seen_price_vnd=35_000)
    lines = settled(select(CartLine).where(CartLine.cart_id == bindparam("id")))
    trips.clear()
    offers = ask_to_load(Offer, OFFERS, {"id": offer.id})
    both = ask_to_load_each([(Cart, CARTS), (None, lines)], {"id": cart.id})
    [found], [row] = both.value
    assert (found, row.quantity, offers.value[0]) == (cart, 2, offer)
    assert trips == [5]


def test_a_refusal_is_raised_where_the_answer_is_wanted(session: scoped_session[Session]) -> None:
    good, bad = ask_value(LOCALE, {"id": new_id()}), ask(NOWHERE, {})
    with pytest.raises(DBAPIError, match="nowhere"):
        want(bad)
    with pytest.raises(DBAPIError, match="is over"):
        want(good)


def test_what_is_asked_after_a_refusal_is_refused(session: scoped_session[Session]) -> None:
    with pytest.raises(DBAPIError, match="nowhere"):
        want(ask(NOWHERE, {}))
    with pytest.raises(DBAPIError) as refused:
        want(ask_value(LOCALE, {"id": new_id()}))
    assert isinstance(refused.value.orig, psycopg.errors.InFailedSqlTransaction)


def test_a_savepoint_that_is_taken_back_takes_its_questions_along(session: scoped_session[Session]) -> None:
    savepoint = session.begin_nested()
    asked = ask(NOWHERE, {})
    savepoint.rollback()
    assert rows_within_transaction(LOCALE, {"id": new_id()}) == ()
    with pytest.raises(DBAPIError, match="is over"):
        want(asked)


def test_a_row_without_an_object_has_its_defaults(session: scoped_session[Session]) -> None:
    insert_soon(OutboxMessage, name="Mẫu", payload={"của": "ai"})
    found = session.scalars(select(OutboxMessage).where(OutboxMessage.name == "Mẫu")).one()
    assert (found.payload, found.attempts, found.last_error) == ({"của": "ai"}, 0, None)
    assert found.created_at is not None


def test_a_row_comes_after_its_parent_that_the_session_is_still_to_insert(session: scoped_session[Session]) -> None:
    offer, cart = make_offer(), Cart(id=new_id(), locale="vi")
    session.add(cart)
    insert_soon(CartLine, id=new_id(), cart_id=cart.id, offer_id=offer.id, quantity=1, seen_price_vnd=35_000)
    assert ask_value(LOCALE, {"id": cart.id}).value == "vi"


def test_a_row_that_cannot_be_is_refused_with_the_next_answer(session: scoped_session[Session]) -> None:
    insert_soon(CartLine, id=new_id(), cart_id=new_id(), offer_id=new_id(), quantity=1, seen_price_vnd=35_000)
    with pytest.raises(IntegrityError):
        want(ask_value(LOCALE, {"id": new_id()}))
