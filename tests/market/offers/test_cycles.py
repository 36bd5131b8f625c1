"""Harvests that are ordered beforehand: open, closed, and cancelled when the harvest fails."""

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from catalog.products.events import ProductChanged
from catalog.products.models import Product
from core.accounts import ANONYMOUS, Actor, RoleName, User
from core.db import atomic, db, new_id, utc_now
from core.errors import Conflict, Invalid, NotFound
from core.i18n.local_time import local_day
from core.outbox.models import OutboxMessage
from market.carts.errors import NotEnoughStock
from market.carts.usecases import add_line
from market.offers.cycles import CycleValues, cancel_cycle, open_cycle
from market.offers.models import Offer, OrderCycle
from market.offers.tasks import follow_cycles
from market.orders.models import OrderLine, OrderStatus
from market.orders.record_models import CancelledCycleOrder
from market.orders.usecases import lock_order, mark_paid
from tests.factories import make_offer, make_producer, make_product, make_user, sign_in
from tests.support.paying import order_now, place

HOUR = timedelta(hours=1)


@pytest.fixture
def member(session: scoped_session[Session]) -> User:
    return make_user(RoleName.PRODUCER_MEMBER)


@pytest.fixture
def product(member: User) -> Product:
    return make_product(make_producer(member))


@pytest.fixture
def offer(product: Product) -> Offer:
    return make_offer(product, is_preorder=True)


@pytest.fixture
def actor(member: User) -> Actor:
    return Actor(member.id, frozenset({RoleName.PRODUCER_MEMBER}), member.display_name)


def values(opens: timedelta = -HOUR, closes: timedelta = HOUR, picked: int = 30) -> CycleValues:
    now = utc_now()
    day = local_day(now) + timedelta(days=picked)
    return CycleValues(now + opens, now + closes, day, day + timedelta(days=7))


def test_it_can_be_ordered_only_while_a_harvest_is_open(
    client: FlaskClient, actor: Actor, offer: Offer, product: Product
) -> None:
    with pytest.raises(NotEnoughStock):
        add_line(actor=ANONYMOUS, cart_id=None, offer_id=offer.id, quantity=1)
    assert "not open for orders yet" in client.get(f"/products/{product.slug}?lang=en").text
    cycle = open_cycle(actor=actor, offer_id=offer.id, values=values())
    order_id = place((offer, 2))
    line = db.session.scalars(select(OrderLine).where(OrderLine.offer_id == offer.id)).one()
    assert line.cycle_id == cycle.id
    assert order_now(order_id).status == OrderStatus.AWAITING_PAYMENT
    assert "Ordered before the harvest" in client.get(f"/products/{product.slug}?lang=en").text


def test_a_failed_harvest_ends_what_is_unpaid_and_marks_what_is_paid_once(
    session: scoped_session[Session], actor: Actor, offer: Offer, deliver_outbox: Callable[[], int]
) -> None:
    cycle = open_cycle(actor=actor, offer_id=offer.id, values=values())
    paid, waiting = place((offer, 2), (make_offer(), 1)), place((offer, 1))
    with atomic():
        mark_paid(order=lock_order(paid), payment_id=new_id())
    with atomic():
        cancel_cycle(actor=actor, cycle_id=cycle.id, reason="Bão (mẫu)")
    deliver_outbox()
    deliver_outbox()
    marked = session.scalars(select(CancelledCycleOrder)).all()
    assert [(row.order_id, row.amount_vnd) for row in marked] == [(paid, 70_000)]
    assert order_now(waiting).status == OrderStatus.EXPIRED
    with pytest.raises(Conflict):
        cancel_cycle(actor=actor, cycle_id=cycle.id, reason="Bão (mẫu)")
    with pytest.raises(NotEnoughStock):
        add_line(actor=ANONYMOUS, cart_id=None, offer_id=offer.id, quantity=1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"opens": HOUR, "closes": -HOUR},
        {"opens": -2 * HOUR, "closes": -HOUR},
        {"picked": -30},
        {"picked": 500},
        {"closes": timedelta(days=500)},
    ],
)
def test_days_that_make_no_sense_are_refused(actor: Actor, offer: Offer, wrong: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        open_cycle(actor=actor, offer_id=offer.id, values=values(**wrong))


def test_two_harvests_are_not_open_at_once(actor: Actor, offer: Offer) -> None:
    open_cycle(actor=actor, offer_id=offer.id, values=values())
    with pytest.raises(Conflict):
        open_cycle(actor=actor, offer_id=offer.id, values=values(opens=timedelta(0), closes=2 * HOUR))
    open_cycle(actor=actor, offer_id=offer.id, values=values(opens=HOUR, closes=2 * HOUR))


def test_what_is_sold_from_stock_has_no_harvests_to_order(actor: Actor, product: Product) -> None:
    with pytest.raises(Conflict):
        open_cycle(actor=actor, offer_id=make_offer(product).id, values=values())


def test_somebody_elses_harvest_is_not_found(actor: Actor, session: scoped_session[Session]) -> None:
    with pytest.raises(NotFound):
        open_cycle(actor=actor, offer_id=make_offer(is_preorder=True).id, values=values())
    with pytest.raises(NotFound):
        cancel_cycle(actor=actor, cycle_id=uuid.UUID(int=5), reason="x")


def test_a_producer_opens_and_cancels_a_harvest_on_the_page(
    client: FlaskClient, session: scoped_session[Session], member: User, offer: Offer
) -> None:
    sign_in(client, member)
    session.commit()
    address = f"/farm/offers/{offer.id}/cycles"
    day = local_day(utc_now())
    form = {
        "opens_at": f"{day}T00:00",
        "closes_at": f"{day + timedelta(days=5)}T20:00",
        "harvest_from": str(day + timedelta(days=10)),
        "harvest_until": str(day + timedelta(days=12)),
    }
    assert client.post(address, data=form | {"closes_at": "x"}).status_code == 422
    assert client.post(address, data=form | {"harvest_until": str(day)}).status_code == 422
    assert client.post(address, data=form).status_code == 303
    assert client.post(address, data=form).status_code == 409
    cycle_id = session.scalars(select(OrderCycle.id)).one()
    assert str(cycle_id) in client.get(address).text
    assert client.get(f"/farm/cycles/{cycle_id}/cancel").status_code == 200
    assert client.post(f"/farm/cycles/{cycle_id}/cancel", data={"reason": ""}).status_code == 422
    assert client.post(f"/farm/cycles/{cycle_id}/cancel", data={"reason": "Bão (mẫu)"}).status_code == 303
    assert client.post(f"/farm/cycles/{cycle_id}/cancel", data={"reason": "Bão (mẫu)"}).status_code == 409
    assert "Bão (mẫu)" in client.get(address).text
    assert session.scalar(select(func.count()).select_from(OrderCycle)) == 1


@pytest.mark.parametrize(
    ("opens", "closes", "noted"),
    [
        (-timedelta(minutes=5), HOUR, True),
        (-HOUR, -timedelta(minutes=5), True),
        (-HOUR, HOUR, False),
        (timedelta(minutes=5), HOUR, False),
    ],
)
def test_the_search_is_told_when_a_harvest_opens_or_closes(
    session: scoped_session[Session], offer: Offer, opens: timedelta, closes: timedelta, noted: bool
) -> None:
    db.session.add(OrderCycle(offer_id=offer.id, **values(opens, closes).__dict__))
    db.session.commit()
    follow_cycles()
    told = select(OutboxMessage.payload).where(OutboxMessage.name == ProductChanged.__name__)
    product_ids = [payload["product_id"] for payload in db.session.scalars(told)]
    assert product_ids == ([str(offer.product_id)] if noted else [])


def test_opening_and_cancelling_a_cycle_is_told(session: scoped_session[Session], actor: Actor, offer: Offer) -> None:
    cycle = open_cycle(actor=actor, offer_id=offer.id, values=values())
    cancel_cycle(actor=actor, cycle_id=cycle.id, reason="Mưa đá (mẫu)")
    told = select(func.count()).where(OutboxMessage.name == ProductChanged.__name__)
    assert db.session.scalar(told) == 2
