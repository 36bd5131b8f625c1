"""Step 6 of the story: the farmer packs from a named lot and ships; the buyer sees the lot."""

import uuid
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from catalog.products.models import Product
from core.accounts import RoleName
from core.db import atomic, db, new_id
from core.web.templating import local_date
from market.offers.models import SaleUnit
from market.orders.models import Order, OrderStatus, Parcel, ParcelStatus
from market.orders.record_models import OrderChange
from market.orders.usecases import lock_order, mark_paid
from tests.factories import make_lot, make_offer, make_producer, make_product, make_user, sign_in
from tests.support.order_page import open_order, step_of
from tests.support.paying import mails_asked_for, place
from traceability.gs1.check_digits import check_digit
from traceability.journal.models import EpcisEvent
from traceability.lots.ledger import loose_amounts
from traceability.lots.models import Lot

GLN_BODY = "952100000042"


@pytest.fixture
def product(session: scoped_session[Session]) -> Product:
    farmer = make_user(RoleName.PRODUCER_MEMBER)
    return make_product(make_producer(farmer, gln=GLN_BODY + check_digit(GLN_BODY)))


@pytest.fixture
def farmer(client: FlaskClient, product: Product) -> FlaskClient:
    """The browser of a member of the producer."""
    from catalog.producers.models import ProducerMember

    member = db.session.scalars(select(ProducerMember).where(ProducerMember.producer_id == product.producer_id)).one()
    sign_in(client, member.user)
    return client


@pytest.fixture
def paid(product: Product) -> Callable[[], Parcel]:
    """Place and pay an order for two boxes of six; its parcel."""

    def make() -> Parcel:
        offer = make_offer(product, unit=SaleUnit.BOX, content_quantity=6, price_vnd=180_000)
        order_id = place((offer, 2))
        with atomic():
            mark_paid(order=lock_order(order_id), payment_id=new_id())
        return db.session.scalars(select(Parcel).where(Parcel.order_id == order_id)).one()

    return make


def line_field(parcel: Parcel) -> str:
    from market.orders.models import OrderLine

    return f"lot_{db.session.scalars(select(OrderLine.id).where(OrderLine.parcel_id == parcel.id)).one()}"


def left_of(lot: Lot) -> int:
    return loose_amounts([lot.id], lot.product.producer_id)[lot.id].units


def now(parcel_id: uuid.UUID) -> Parcel:
    return db.session.get_one(Parcel, parcel_id, populate_existing=True)


def test_before_it_is_paid_the_order_waits_for_that(farmer: FlaskClient, product: Product) -> None:
    order = db.session.get_one(Order, place((make_offer(product), 1)))
    assert step_of(open_order(farmer, order)) == "Waiting for payment"


def test_a_farmer_packs_from_a_lot_and_ships(
    farmer: FlaskClient, product: Product, paid: Callable[[], Parcel], session: scoped_session[Session]
) -> None:
    lot = make_lot(product, quantity=20)
    parcel = paid()
    address = f"/farm/orders/{parcel.id}"
    assert str(parcel.id) in farmer.get("/farm/orders").text
    # The day comes first: a phone cuts off the end, and half a date would be a wrong one.
    assert f">{local_date(lot.harvested_on)}: {lot.lot_number}" in farmer.get(address).text

    packed = farmer.post(f"{address}/pack", data={line_field(parcel): str(lot.id)})
    assert (packed.status_code, packed.location) == (303, address)
    parcel = now(parcel.id)
    assert parcel.status == ParcelStatus.PACKED
    assert parcel.sscc is not None
    session.refresh(lot)
    assert left_of(lot) == 8
    events = session.scalars(select(EpcisEvent)).all()
    assert [event.biz_step for event in events] == ["packing"]
    token = session.get_one(Order, parcel.order_id).token
    assert step_of(farmer.get(f"/orders/{token}?lang=en").text) == "To be handed over"
    page = farmer.get(f"/orders/{token}").text
    assert f"/01/{product.gtin}/10/{lot.lot_number}" in page
    assert parcel.sscc in page.replace("<wbr>", "")

    assert farmer.post(f"{address}/ship").status_code == 303
    assert step_of(farmer.get(f"/orders/{token}").text) == ""
    assert now(parcel.id).status == ParcelStatus.SHIPPED
    assert session.get_one(Order, parcel.order_id, populate_existing=True).status == OrderStatus.SHIPPED
    assert mails_asked_for() == ["order_paid", "parcel_packed", "parcel_shipped"]
    reached = [change.to_status for change in session.scalars(select(OrderChange).order_by(OrderChange.id))]
    assert reached == ["awaiting_payment", "paid", "to_pack", "packed", "shipped", "shipped"]
    for state in ("to_pack", "packed", "shipped", "nonsense"):
        assert farmer.get(f"/farm/orders?state={state}").status_code == 200


def test_packing_and_shipping_twice_is_refused_and_changes_nothing(
    farmer: FlaskClient, product: Product, paid: Callable[[], Parcel], session: scoped_session[Session]
) -> None:
    lot = make_lot(product)
    parcel = paid()
    address, choice = f"/farm/orders/{parcel.id}", {line_field(parcel): str(lot.id)}
    assert farmer.post(f"{address}/ship").status_code == 409
    assert farmer.post(f"{address}/pack", data=choice).status_code == 303
    assert farmer.post(f"{address}/pack", data=choice).status_code == 409
    session.refresh(lot)
    assert left_of(lot) == 488
    assert farmer.post(f"{address}/ship").status_code == 303
    assert farmer.post(f"{address}/ship").status_code == 409


def test_a_lot_must_be_of_the_product_and_have_enough(
    farmer: FlaskClient, product: Product, paid: Callable[[], Parcel]
) -> None:
    small, foreign = make_lot(product, quantity=11), make_lot()
    make_lot(product)
    parcel = paid()
    for lot_id in (small.id, foreign.id, uuid.uuid4(), "", "nonsense"):
        answer = farmer.post(f"/farm/orders/{parcel.id}/pack", data={line_field(parcel): str(lot_id)})
        assert answer.status_code == 422
        assert f'id="{line_field(parcel)}-error"' in answer.text
    assert farmer.post(f"/farm/orders/{parcel.id}/pack").status_code == 422
    assert now(parcel.id).status == ParcelStatus.TO_PACK


def test_without_a_lot_the_page_says_what_to_do(farmer: FlaskClient, paid: Callable[[], Parcel]) -> None:
    page = farmer.get(f"/farm/orders/{paid().id}").text
    assert 'href="/farm/lots/new"' in page
    assert 'class="notice notice-warn"' in page


def test_another_farmers_parcel_is_as_if_it_were_not_there(
    client: FlaskClient, product: Product, paid: Callable[[], Parcel]
) -> None:
    other = make_user(RoleName.PRODUCER_MEMBER)
    make_producer(other)
    parcel = paid()
    sign_in(client, other)
    for parcel_id in (parcel.id, new_id()):
        answers = [
            client.get(f"/farm/orders/{parcel_id}"),
            client.post(f"/farm/orders/{parcel_id}/pack"),
            client.post(f"/farm/orders/{parcel_id}/ship"),
        ]
        assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert str(parcel.id) not in client.get("/farm/orders").text


def test_an_unpaid_parcel_is_not_shown_to_its_producer(farmer: FlaskClient, product: Product) -> None:
    order_id = place((make_offer(product), 1))
    parcel = db.session.scalars(select(Parcel).where(Parcel.order_id == order_id)).one()
    assert farmer.get(f"/farm/orders/{parcel.id}").status_code == 404
    assert str(parcel.id) not in farmer.get("/farm/orders?state=waiting").text


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (None, 303),
        (RoleName.CONSUMER, 404),
        (RoleName.STALL_HOLDER, 404),
        (RoleName.MARKET_MANAGER, 404),
        (RoleName.PROVINCE_OFFICER, 404),
        (RoleName.PRODUCER_MEMBER, 200),
        (RoleName.ADMINISTRATOR, 200),
    ],
)
def test_only_producers_and_administrators_reach_the_list(
    client: FlaskClient, role: RoleName | None, status: int
) -> None:
    if role is not None:
        sign_in(client, make_user(role))
    assert client.get("/farm/orders").status_code == status


def test_pages_take_a_constant_number_of_queries(
    farmer: FlaskClient, product: Product, paid: Callable[[], Parcel], count_queries: Callable[..., object]
) -> None:
    offers = [make_offer(make_product(product.producer)) for _ in range(4)]
    many = place(*[(offer, 1) for offer in offers])
    few = place((offers[0], 1))
    for order_id in (many, few):
        with atomic():
            mark_paid(order=lock_order(order_id), payment_id=new_id())
    counts = []
    for order_id in (many, few):
        token = db.session.get_one(Order, order_id).token
        db.session.expunge_all()
        with count_queries() as statements:
            assert farmer.get(f"/orders/{token}").status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1]
    assert counts[0] <= 10  # refunds, disputes, reviews and returns are one each
