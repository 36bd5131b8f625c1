"""Goods priced by weight: the pure rule with its cases, and the packing that applies it."""

import uuid
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy.orm import Session, scoped_session

from catalog.products.models import Product
from core.accounts import RoleName, User
from core.db import atomic, db, new_id
from core.outbox.models import OutboxMessage
from market.delivery.models import DeliveryRate
from market.orders.events import ParcelRepriced
from market.orders.models import Order, OrderLine, Parcel, ParcelStatus
from market.orders.rules import WeighedLine, WeightCase, price_by_weight, reprice_parcel
from market.orders.usecases import lock_order, mark_paid
from tests.factories import make_lot, make_method, make_offer, make_producer, make_product, make_user, sign_in
from tests.support.paying import place
from traceability.gs1.check_digits import check_digit

GLN_BODY = "952100000043"


def line(**values: int) -> WeighedLine:
    """Two pieces of 1,250 g at 40,000 dong a kilogram, ten per cent of tolerance."""
    return WeighedLine(
        **{"line_total_vnd": 100_000, "discount_vnd": 0, "estimated_grams": 2_500, "tolerance_percent": 10, **values}
    )


@pytest.mark.parametrize(
    ("grams", "case", "charged", "difference"),
    [
        (2_500, WeightCase.AS_ESTIMATED, 2_500, 0),
        (2_300, WeightCase.LIGHTER, 2_300, -8_000),
        (2_600, WeightCase.HEAVIER_WITHIN_TOLERANCE, 2_600, 4_000),
        (2_750, WeightCase.HEAVIER_WITHIN_TOLERANCE, 2_750, 10_000),
        (2_751, WeightCase.HEAVIER_THAN_TOLERANCE, 2_750, 10_000),
        (7_000, WeightCase.HEAVIER_THAN_TOLERANCE, 2_750, 10_000),
    ],
)
def test_lighter_heavier_and_capped(grams: int, case: WeightCase, charged: int, difference: int) -> None:
    packed = price_by_weight(line(), grams)
    assert (packed.case, packed.charged_grams, packed.difference_vnd) == (case, charged, difference)
    assert packed.final_vnd == 100_000 + difference


@given(
    total=st.integers(1_000, 10**8),
    share=st.integers(0, 100),
    estimated=st.integers(10, 10**6),
    tolerance=st.integers(0, 50),
    grams=st.integers(1, 3 * 10**6),
)
def test_a_refund_is_never_more_than_was_paid_and_a_surplus_never_more_than_the_tolerance(
    total: int, share: int, estimated: int, tolerance: int, grams: int
) -> None:
    ordered = WeighedLine(total, total * share // 100, estimated, tolerance)
    packed = price_by_weight(ordered, grams)
    paid = total - ordered.discount_vnd
    assert -paid <= packed.difference_vnd <= total * tolerance // 100 + 1
    assert 0 <= packed.discount_vnd <= min(ordered.discount_vnd, packed.final_vnd) or grams >= estimated


def test_commission_and_delivery_follow() -> None:
    ordered = line(discount_vnd=10_000)
    parcel = reprice_parcel(
        other_goods_vnd=50_000,
        producer_discount_vnd=10_000,
        weighed=[(ordered, price_by_weight(ordered, 2_000))],
        delivery_vnd=35_000,
        delivery_after_vnd=30_000,
        basis_points=300,
    )
    assert parcel.goods_vnd == 130_000
    assert parcel.commission_vnd == (130_000 - 8_000) * 300 // 10_000
    assert parcel.difference_vnd == -(20_000 - 2_000) - 5_000


@pytest.fixture
def member(session: scoped_session[Session]) -> User:
    return make_user(RoleName.PRODUCER_MEMBER)


@pytest.fixture
def product(member: User) -> Product:
    return make_product(make_producer(member, gln=GLN_BODY + check_digit(GLN_BODY)))


@pytest.fixture
def paid(product: Product) -> Callable[[], Parcel]:
    def make(**values: object) -> Parcel:
        offer = make_offer(
            product,
            price_vnd=50_000,
            **{"price_per_kg_vnd": 40_000, "average_grams": 1_250, "weight_tolerance_percent": 10, **values},
        )
        order_id = place((offer, 2))
        with atomic():
            mark_paid(order=lock_order(order_id), payment_id=new_id())
        return db.session.scalars(select(Parcel).where(Parcel.order_id == order_id)).one()

    return make


def pack(client: FlaskClient, parcel: Parcel, lot_id: uuid.UUID, **weight: str) -> int:
    line_id = db.session.scalars(select(OrderLine.id).where(OrderLine.parcel_id == parcel.id)).one()
    data = {f"lot_{line_id}": str(lot_id)} | {f"weight_{line_id}": text for text in weight.values()}
    return client.post(f"/farm/orders/{parcel.id}/pack", data=data).status_code


def test_the_packed_weight_prices_the_parcel_again_and_the_buyer_reads_it(
    client: FlaskClient, session: scoped_session[Session], member: User, product: Product, paid: Callable[[], Parcel]
) -> None:
    lot, parcel = make_lot(product, quantity=20), paid()
    sign_in(client, member)
    assert pack(client, parcel, lot.id, kilograms="2,3") == 303
    found = session.get_one(Parcel, parcel.id, populate_existing=True)
    packed = session.scalars(select(OrderLine).where(OrderLine.parcel_id == parcel.id)).one()
    assert (found.status, found.repriced_vnd) == (ParcelStatus.PACKED, -8_000)
    assert (packed.packed_grams, packed.final_vnd) == (2_300, 92_000)
    news = session.scalars(select(OutboxMessage).where(OutboxMessage.name == ParcelRepriced.__name__)).one()
    assert news.payload == {"parcel_id": str(parcel.id), "difference_vnd": -8_000}
    order = session.get_one(Order, parcel.order_id)
    assert (
        "It weighs less than estimated: ₫8,000 goes back to you." in client.get(f"/orders/{order.token}?lang=en").text
    )
    assert "2.3 kg packed: ₫92,000" in client.get(f"/farm/orders/{parcel.id}?lang=en").text


@pytest.mark.parametrize(
    ("kilograms", "fee_after", "difference"),
    [("2,5", 30_000, 0), ("2,001", 30_000, -19_960), ("2", 20_000, -30_000), ("2,75", 30_000, 10_000)],
)
def test_the_packed_weight_prices_the_delivery_again(
    client: FlaskClient,
    session: scoped_session[Session],
    member: User,
    product: Product,
    paid: Callable[[], Parcel],
    kilograms: str,
    fee_after: int,
    difference: int,
) -> None:
    make_method(product.producer, rates=[(2_000, 20_000), (2_600, 30_000), (9_000, 70_000)])
    lot, parcel = make_lot(product, quantity=20), paid()
    assert parcel.delivery_vnd == 30_000
    # What was agreed counts, whatever the producer asks of others by now.
    session.execute(update(DeliveryRate).values(fee_vnd=1_000))
    sign_in(client, member)
    assert pack(client, parcel, lot.id, kilograms=kilograms) == 303
    found = session.get_one(Parcel, parcel.id, populate_existing=True)
    assert (found.final_delivery_vnd, found.repriced_vnd) == (fee_after, difference)


@pytest.mark.parametrize("weight", ["", "0", "-1", "x", "8", "99999999999"])
def test_a_weight_that_cannot_be_is_asked_for_again(
    client: FlaskClient,
    session: scoped_session[Session],
    member: User,
    product: Product,
    paid: Callable[[], Parcel],
    weight: str,
) -> None:
    lot, parcel = make_lot(product, quantity=20), paid()
    sign_in(client, member)
    session.commit()
    assert pack(client, parcel, lot.id, kilograms=weight) == 422
    assert session.get_one(Parcel, parcel.id, populate_existing=True).status == ParcelStatus.TO_PACK


def test_an_offer_of_one_lot_is_packed_from_that_lot(
    client: FlaskClient,
    session: scoped_session[Session],
    member: User,
    product: Product,
    paid: Callable[..., Parcel],
) -> None:
    promised, other = make_lot(product, quantity=200), make_lot(product, quantity=200)
    parcel = paid(lot_id=promised.id)
    sign_in(client, member)
    session.commit()
    assert pack(client, parcel, other.id, kilograms="2.5") == 422
    assert pack(client, parcel, promised.id, kilograms="2.5") == 303
    assert session.get_one(Parcel, parcel.id, populate_existing=True).repriced_vnd == 0


@given(share=st.integers(0, 100), grams=st.integers(1, 5_000))
def test_a_line_knows_what_is_paid_for_it(share: int, grams: int) -> None:
    ordered = line(discount_vnd=1_000 * share)
    packed = price_by_weight(ordered, grams)
    sold = OrderLine(quantity=1, line_total_vnd=100_000, discount_vnd=1_000 * share)
    assert sold.paid_vnd == 100_000 - 1_000 * share
    sold.final_vnd = packed.final_vnd
    assert sold.paid_vnd == packed.final_vnd - packed.discount_vnd
