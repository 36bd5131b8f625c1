"""What one order was promised of a lot is not packed for another, nor sold a second time."""

import itertools
import threading
import time
import uuid
from functools import partial

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from catalog.products.models import Product
from core.accounts import ANONYMOUS, RoleName, User
from core.db import atomic, db, new_id
from core.errors import Invalid
from market.checkout.usecases import place_order
from market.offers.availability import lock_available
from market.offers.stock import SoldOut
from market.orders.models import OrderLine, Parcel, ParcelStatus
from market.orders.packing import pack_parcel
from market.orders.queries import LOTS_LIMIT, lots_with_enough
from market.orders.replacing import send_again
from market.orders.usecases import cancel_quantities, lock_order, mark_paid
from tests.factories import (
    make_lot,
    make_offer,
    make_producer,
    make_product,
    make_user,
    make_variant,
    sign_in,
)
from tests.support.at_once import at_once
from tests.support.own_app import own_app
from tests.support.paying import RECIPIENT, make_cart, place
from tests.support.refunding import actor_of
from traceability.gs1.check_digits import check_digit

__all__ = ["own_app"]
_gln_bodies = itertools.count(952100010000)


@pytest.fixture
def member(session: scoped_session[Session]) -> User:
    return make_user(RoleName.PRODUCER_MEMBER)


@pytest.fixture
def product(member: User) -> Product:
    return product_of(member)


def product_of(member: User) -> Product:
    body = str(next(_gln_bodies))
    return make_product(make_producer(member, gln=body + check_digit(body)))


def ordered(product: Product, quantity: int, *, lot_id: uuid.UUID | None = None, is_paid: bool = True) -> OrderLine:
    """A new offer's line in an order of its own."""
    offer = make_offer(product, lot_id=lot_id, variant_id=make_variant(product).id)
    order_id = place((offer, quantity))
    if is_paid:
        with atomic():
            mark_paid(order=lock_order(order_id), payment_id=new_id())
    statement = select(OrderLine).join(Parcel, Parcel.id == OrderLine.parcel_id).where(Parcel.order_id == order_id)
    return db.session.scalars(statement).one()


def pack(farmer: FlaskClient, line: OrderLine, lot_id: uuid.UUID) -> int:
    return farmer.post(f"/farm/orders/{line.parcel_id}/pack", data={f"lot_{line.id}": str(lot_id)}).status_code


@pytest.mark.parametrize("is_paid", [True, False])
def test_what_is_promised_of_a_lot_is_not_packed_for_others(
    client: FlaskClient, session: scoped_session[Session], member: User, product: Product, is_paid: bool
) -> None:
    lot = make_lot(product, quantity=6)
    promised = ordered(product, 4, lot_id=lot.id, is_paid=is_paid)
    free, small = ordered(product, 3), ordered(product, 2)
    sign_in(client, member)
    session.commit()
    page = client.get(f"/farm/orders/{free.parcel_id}?lang=en").text
    assert "what other orders were promised" in page
    assert pack(client, free, lot.id) == 422
    assert pack(client, small, lot.id) == 303
    if is_paid:
        assert pack(client, promised, lot.id) == 303


def test_a_promised_lot_is_offered_however_many_spoil_sooner(
    client: FlaskClient, session: scoped_session[Session], member: User, product: Product
) -> None:
    lot = make_lot(product, quantity=6)
    line = ordered(product, 4, lot_id=lot.id)
    for number in range(LOTS_LIMIT):
        make_lot(product, quantity=1, lot_number=f"SOON-{number}", best_before=lot.harvested_on)
    sign_in(client, member)
    session.commit()
    assert lot.lot_number in client.get(f"/farm/orders/{line.parcel_id}").text
    assert pack(client, line, lot.id) == 303


def test_what_a_buyer_gave_back_before_packing_is_promised_to_nobody(
    client: FlaskClient, session: scoped_session[Session], member: User, product: Product
) -> None:
    lot = make_lot(product, quantity=6)
    promised, free = ordered(product, 4, lot_id=lot.id), ordered(product, 3)
    offer_id = promised.offer_id
    with atomic():
        assert lock_available([offer_id])[offer_id].left_in_lot == 2
        order = lock_order(db.session.get_one(Parcel, promised.parcel_id).order_id)
        cancel_quantities(actor=actor_of(member), order=order, quantities={promised.id: 1}, reason="Mẫu")
        assert lock_available([offer_id])[offer_id].left_in_lot == 3
    sign_in(client, member)
    session.commit()
    assert pack(client, free, lot.id) == 303
    assert pack(client, promised, lot.id) == 303


def test_what_is_sent_again_leaves_what_is_promised(session: scoped_session[Session], member: User) -> None:
    product = product_of(member)
    lot = make_lot(product, quantity=6)
    ordered(product, 4, lot_id=lot.id)
    line = ordered(product, 2, lot_id=lot.id)
    parcel = pack_parcel(actor=actor_of(member), parcel_id=line.parcel_id, lots={line.id: lot.id})
    (packed,) = parcel.lines
    with pytest.raises(Invalid):
        send_again(actor=actor_of(member), parcel=parcel, units={packed: 1}, lots={packed.id: lot.id})
    assert lots_with_enough({packed: 1}) == {packed.id: []}


@pytest.mark.parametrize("packs_first", [True, False])
def test_a_lot_packed_from_and_sold_at_once_gives_no_more_than_it_has(own_app: Flask, packs_first: bool) -> None:
    with own_app.app_context():
        member = make_user(RoleName.PRODUCER_MEMBER)
        product, actor = product_of(member), actor_of(member)
        lot = make_lot(product, quantity=6)
        free, offer = ordered(product, 3), make_offer(product, lot_id=lot.id)
        parcel_id, lot_id = free.parcel_id, lot.id
        pack = partial(pack_parcel, actor=actor, parcel_id=parcel_id, lots={free.id: lot.id})
        buy = partial(buy_at, make_cart((offer, 4)).id, offer.price_vnd * 4)
        db.session.commit()
    first, second = (pack, buy) if packs_first else (buy, pack)
    is_done = threading.Event()

    def early() -> None:
        """Do it, and let the other one try before it is committed."""
        first()
        is_done.set()
        time.sleep(0.5)

    def late() -> None:
        """Do it once the first one has, and not committed yet."""
        assert is_done.wait(30)
        second()

    refused = [error for error in at_once(own_app, early, late) if error is not None]
    with own_app.app_context():
        is_packed = db.session.get_one(Parcel, parcel_id).status == ParcelStatus.PACKED
        sold = db.session.scalars(select(OrderLine).where(OrderLine.promised_lot_id == lot_id)).all()
    assert (is_packed, len(sold)) == ((True, 0) if packs_first else (False, 1))
    assert [type(error) for error in refused] == [SoldOut if packs_first else Invalid]


def buy_at(cart_id: uuid.UUID, goods_vnd: int) -> None:
    place_order(
        actor=ANONYMOUS,
        cart_id=cart_id,
        recipient=RECIPIENT,
        shown_goods_vnd=goods_vnd,
        commission_basis_points=300,
        locale="vi",
    )
