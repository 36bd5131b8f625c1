"""The grade of what was ordered: named wherever a line is shown, as it was called when the order was placed."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, select
from sqlalchemy.orm import Session, scoped_session

from catalog.producers.models import Producer
from catalog.products.usecases import save_variants
from catalog.products.values import VariantValues
from core.accounts import RoleName, User
from core.db import atomic, db, new_id
from market.carts.queries import get_basket
from market.checkout.errors import LineNotAllowed
from market.checkout.payment_request import payment_request
from market.offers.models import Offer, OfferStatus
from market.orders.mails import lines_for_mail
from market.orders.models import Order, OrderStatus
from market.orders.queries import get_order_lines
from market.orders.usecases import lock_order, mark_paid
from tests.factories import make_lot, make_offer, make_producer, make_product, make_user, make_variant, sign_in
from tests.support.paying import hold_cart, make_cart, order_now, place
from tests.support.refunding import actor_of

ORDERED = "Phuc Trach pomelo – grade 1"


@pytest.fixture
def member(session: scoped_session[Session]) -> User:
    return make_user(RoleName.PRODUCER_MEMBER)


@pytest.fixture
def producer(member: User) -> Producer:
    return make_producer(member)


@pytest.fixture
def graded(producer: Producer) -> Offer:
    product = make_product(producer)
    return make_offer(product, variant_id=make_variant(product).id)


def paid(*lines: tuple[Offer, int]) -> Order:
    order_id = place(*lines, locale="en")
    with atomic():
        mark_paid(order=lock_order(order_id), payment_id=new_id())
    return order_now(order_id)


def rename(offer: Offer, member: User) -> None:
    assert offer.variant_id is not None
    save_variants(
        actor=actor_of(member),
        product_id=offer.product_id,
        variants=[VariantValues("hạng nhất", "first class", offer.variant_id)],
    )
    db.session.commit()


def test_basket_and_checkout_name_it(client: FlaskClient, graded: Offer) -> None:
    cart = make_cart((graded, 1))
    assert get_basket(cart.id).lines[0].name_vi == "Bưởi Phúc Trạch – loại 1"
    hold_cart(client, cart)
    for address in ("/basket", "/checkout"):
        assert ORDERED in client.get(f"{address}?lang=en").text


def test_what_cannot_be_ordered_is_called_by_its_grade(graded: Offer) -> None:
    graded.min_quantity = 5
    db.session.flush()
    with pytest.raises(LineNotAllowed, match="Bưởi Phúc Trạch – loại 1"):
        place((graded, 1))


def test_lines_keep_the_name_they_were_ordered_by(client: FlaskClient, graded: Offer, member: User) -> None:
    order = paid((graded, 2))
    rename(graded, member)
    whole = get_order_lines(order.id)
    (line,) = whole.parcels[0].lines
    assert (line.product_name_vi, line.variant_name_vi) == ("Bưởi Phúc Trạch", "loại 1")
    assert (line.name("vi"), line.name("en")) == ("Bưởi Phúc Trạch – loại 1", ORDERED)
    assert [row["name"] for row in lines_for_mail(whole)] == [ORDERED]
    assert payment_request(whole).items[0].name == ORDERED
    assert ORDERED in client.get(f"/orders/{order.token}?lang=en").text


def test_packers_read_it_and_find_by_it(client: FlaskClient, graded: Offer, member: User, producer: Producer) -> None:
    order, other = paid((graded, 2)), paid((make_offer(make_product(producer)), 1))
    rename(graded, member)
    sign_in(client, member)
    parcel = get_order_lines(order.id).parcels[0]
    for address in ("/farm/orders", f"/farm/orders/{parcel.id}", "/farm/orders/slips"):
        assert ORDERED in client.get(f"{address}?lang=en").text
    assert "Phuc Trach pomelo – first class" in client.get("/farm/orders/pick-list?lang=en").text
    found = client.get("/farm/orders", query_string={"q": "loai"}).text
    assert (order.number in found, other.number in found) == (True, False)


def test_packers_choose_a_lot_by_its_grade(client: FlaskClient, graded: Offer, member: User) -> None:
    order = paid((graded, 2))
    lot, plain = make_lot(graded.product, grade="loại 1"), make_lot(graded.product)
    sign_in(client, member)
    parcel = get_order_lines(order.id).parcels[0]
    for address in (f"/farm/orders/{parcel.id}", f"/farm/offers/{graded.id}", f"/farm/offers/{graded.id}/stock"):
        page = client.get(f"{address}?lang=en").text
        assert f"{lot.lot_number} (loại 1)" in page
        assert plain.lot_number in page and f"{plain.lot_number} (" not in page


def test_two_grades_of_one_unit_are_picked_apart(client: FlaskClient, graded: Offer, member: User) -> None:
    second = make_variant(graded.product, name_vi="loại 2", name_en="grade 2", position=2)
    paid((graded, 2), (make_offer(graded.product, variant_id=second.id), 3))
    sign_in(client, member)
    page = client.get("/farm/orders/pick-list?lang=en").text
    assert page.index("Phuc Trach pomelo – grade 2") < page.index(ORDERED)


def test_buying_again_names_what_is_gone_by_its_grade(client: FlaskClient, graded: Offer) -> None:
    order = paid((graded, 1), (make_offer(), 1))
    order.status, graded.status = OrderStatus.SHIPPED, OfferStatus.PAUSED
    db.session.commit()
    answer = client.post(f"/orders/{order.token}/again?lang=en", follow_redirects=True)
    assert ORDERED in answer.text


def test_placing_costs_as_many_statements_with_a_grade_as_without(graded: Offer) -> None:
    plain = make_offer()
    counts = []
    for offer in (plain, plain, graded):
        statements: list[str] = []

        def note(
            connection: object, cursor: object, statement: str, *rest: object, noted: list[str] = statements
        ) -> None:
            noted.append(statement)

        connection = db.session.connection()
        event.listen(connection, "before_cursor_execute", note)
        place((offer, 1))
        event.remove(connection, "before_cursor_execute", note)
        counts.append(len(statements))
    assert counts[1] == counts[2] > 0


def test_a_plain_line_has_no_grade(graded: Offer) -> None:
    order_id = place((make_offer(), 1))
    (line,) = get_order_lines(order_id).parcels[0].lines
    assert (line.variant_name_vi, line.variant_name_en, line.name("vi")) == (None, None, "Bưởi Phúc Trạch")
    assert db.session.scalars(select(Order.id).where(Order.id == order_id)).one() == order_id
