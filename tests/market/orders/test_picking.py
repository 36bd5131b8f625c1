"""Many parcels at once: found by words, picked in one go, each with its slip, in a fixed number of queries."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, scoped_session

from catalog.producers.models import Producer, ProducerMember
from core.accounts import RoleName
from core.db import atomic, db, new_id
from core.i18n import fold, normalize
from market.offers.models import Offer, SaleUnit
from market.orders.models import Order, OrderLine, Parcel
from market.orders.usecases import lock_order, mark_paid
from tests.factories import add_slot, make_method, make_offer, make_producer, make_product, make_user, sign_in
from tests.support.paying import place

LETTERS = "aàáảãạăằắẳẵặâầấẩẫậdđeèéẻẽẹêềếểễệiìíỉĩịoòóỏõọôồốổỗộơờớởỡợuùúủũụưừứửữựyỳýỷỹỵ xXĐÀƯỢ19-"
Counting = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def producer(session: scoped_session[Session]) -> Producer:
    return make_producer(make_user(RoleName.PRODUCER_MEMBER))


@pytest.fixture
def boxes(producer: Producer) -> Offer:
    product = make_product(producer, name_vi="Bưởi Phúc Trạch (mẫu)", name_en="Phuc Trach pomelo (sample)")
    return make_offer(product, unit=SaleUnit.BOX, content_quantity=6, price_vnd=180_000, on_hand=1000)


@pytest.fixture
def jars(producer: Producer) -> Offer:
    product = make_product(producer, name_vi="Mật ong rừng (mẫu)", name_en="Forest honey (sample)")
    return make_offer(product, unit=SaleUnit.JAR, price_vnd=150_000, on_hand=1000)


@pytest.fixture
def farmer(client: FlaskClient, producer: Producer) -> FlaskClient:
    """The browser of a member of the producer."""
    member = db.session.scalars(select(ProducerMember).where(ProducerMember.producer_id == producer.id)).one()
    sign_in(client, member.user)
    return client


def buy(*lines: tuple[Offer, int], name: str = "Nguyễn Thị Mẫu", phone: str = "+84912345678", note: str = "") -> Order:
    order_id = place(*lines)
    with atomic():
        mark_paid(order=lock_order(order_id), payment_id=new_id())
    db.session.execute(
        update(Order).where(Order.id == order_id).values(buyer_name=name, buyer_phone=phone, note=note or None)
    )
    db.session.expire_all()
    return db.session.get_one(Order, order_id)


def found_by(farmer: FlaskClient, words: str, *orders: Order) -> list[int]:
    """Which of the orders the list shows for these words, by their places."""
    page = farmer.get("/farm/orders", query_string={"q": words}).text
    return [place for place, order in enumerate(orders) if f">{order.number}<" in page]


class TestSearch:
    def test_parcels_are_found_by_what_people_say(self, farmer: FlaskClient, boxes: Offer, jars: Offer) -> None:
        first = buy((boxes, 1), name="Trần Đức Mẫu", phone="+84912345678")
        second = buy((jars, 2), name="Lê Thị Ước Mẫu", phone="+84987654321")
        both = (first, second)
        assert found_by(farmer, "", *both) == [0, 1]
        assert found_by(farmer, first.number, *both) == [0]
        assert found_by(farmer, first.number.lower()[-4:], *both) == [0]
        assert found_by(farmer, "đức", *both) == found_by(farmer, "duc", *both) == found_by(farmer, "DUC", *both) == [0]
        assert found_by(farmer, "uoc mau", *both) == [1]
        assert found_by(farmer, "4321", *both) == found_by(farmer, "0987654321", *both) == [1]
        assert found_by(farmer, "mat ong", *both) == found_by(farmer, "honey", *both) == [1]
        assert found_by(farmer, "buoi uoc", *both) == []

    @pytest.mark.parametrize("words", ["%", "_", "\\", "' OR 1=1 --", "<script>", "x" * 5000, "\0không có", "1" * 300])
    def test_signs_of_patterns_and_nonsense_find_nothing_and_break_nothing(
        self, farmer: FlaskClient, boxes: Offer, words: str
    ) -> None:
        order = buy((boxes, 1))
        for page in ("/farm/orders", "/farm/orders/pick-list", "/farm/orders/slips"):
            answer = farmer.get(page, query_string={"q": words})
            assert answer.status_code == 200
            assert order.number not in answer.text
            assert "<script>" not in answer.text.replace("<script src", "")

    def test_others_see_nothing_of_it(self, client: FlaskClient, boxes: Offer) -> None:
        order = buy((boxes, 1))
        for page in ("/farm/orders", "/farm/orders/pick-list", "/farm/orders/slips"):
            assert client.get(page).status_code in (302, 303, 401)
        stranger = make_user(RoleName.PRODUCER_MEMBER)
        make_producer(stranger)
        sign_in(client, stranger)
        for page in ("/farm/orders", "/farm/orders/pick-list", "/farm/orders/slips"):
            assert order.number not in client.get(page).text
            assert order.buyer_name not in client.get(page, query_string={"q": order.number}).text


class TestPickList:
    def test_it_sums_what_all_parcels_take(self, farmer: FlaskClient, boxes: Offer, jars: Offer) -> None:
        buy((boxes, 2), (jars, 1))
        buy((boxes, 3))
        place((boxes, 40))  # nobody has paid for these
        page = " ".join(farmer.get("/farm/orders/pick-list").text.split())
        assert "<strong>5</strong>" in page
        assert "30 tất cả" in page
        assert "<strong>1</strong>" in page
        assert page.index("Bưởi Phúc Trạch") < page.index("Mật ong rừng")
        assert "45" not in page.split("<tbody>")[1].split("</tbody>")[0]

    def test_what_is_not_sent_is_not_picked(self, farmer: FlaskClient, boxes: Offer, jars: Offer) -> None:
        order = buy((boxes, 7), (jars, 1))
        for line in db.session.scalars(select(OrderLine).join(Parcel).where(Parcel.order_id == order.id)):
            line.cancelled_quantity = 4 if line.offer_id == boxes.id else 1
        db.session.commit()
        page = farmer.get("/farm/orders/pick-list").text
        assert "<strong>3</strong>" in page
        assert "Mật ong rừng" not in page

    def test_words_narrow_it(self, farmer: FlaskClient, boxes: Offer, jars: Offer) -> None:
        buy((boxes, 2), name="Trần Đức Mẫu")
        buy((jars, 1), name="Lê Thị Mẫu")
        page = farmer.get("/farm/orders/pick-list", query_string={"q": "duc"}).text
        assert "Bưởi Phúc Trạch" in page
        assert "Mật ong rừng" not in page

    def test_nothing_to_pick_says_so(self, farmer: FlaskClient) -> None:
        assert "Chưa có gì để lấy" in farmer.get("/farm/orders/pick-list").text


class TestSlips:
    def test_each_parcel_has_one_with_all_a_packer_needs(self, farmer: FlaskClient, boxes: Offer) -> None:
        order = buy((boxes, 2), note="Gọi trước khi giao <b>nhé</b>")
        page = farmer.get("/farm/orders/slips").text
        for words in (order.number, order.buyer_name, "0912 345 678", "Thôn 3", "Gọi trước khi giao &lt;b&gt;nhé"):
            assert words in page
        assert page.count('<article class="slip">') == 1


def test_the_pick_list_and_the_slips_of_one_delivery_day(farmer: FlaskClient, boxes: Offer, jars: Offer) -> None:
    saturday, sunday = date(2030, 1, 5), date(2030, 1, 6)
    orders = [(buy((offer, 2)), day) for offer, day in ((boxes, saturday), (jars, sunday), (jars, None))]
    slot = add_slot(make_method(boxes.product.producer))
    for order, day in orders:
        parcel = db.session.scalars(select(Parcel).where(Parcel.order_id == order.id)).one()
        if day is not None:
            parcel.delivery_slot_id, parcel.delivery_day = slot.id, day
            parcel.delivery_from_hour, parcel.delivery_until_hour = 8, 12
    db.session.commit()
    everything = farmer.get("/farm/orders/pick-list?lang=en").text
    assert "Saturday 05/01/2030 (1)" in everything and "Sunday 06/01/2030 (1)" in everything
    assert "Phuc Trach pomelo (sample)" in everything and "Forest honey (sample)" in everything
    one_day = farmer.get("/farm/orders/pick-list?lang=en&day=2030-01-05").text
    assert "Phuc Trach pomelo (sample)" in one_day and "Forest honey (sample)" not in one_day
    assert "/farm/orders/slips?day=2030-01-05" in one_day
    slips = farmer.get("/farm/orders/slips?lang=en&day=2030-01-06").text
    assert slips.count('<article class="slip">') == 1 and "Sunday 06/01/2030, 8:00–12:00" in slips
    no_day = farmer.get("/farm/orders/pick-list?lang=en&day=x").text
    assert "Forest honey (sample)" in no_day, "what is no day asks for all"


def test_pages_cost_the_same_however_many_parcels(
    farmer: FlaskClient, boxes: Offer, jars: Offer, count_queries: Counting
) -> None:
    def cost(page: str) -> int:
        with count_queries() as statements:
            assert farmer.get(page).status_code == 200
        return len(statements)

    pages = ("/farm/orders", "/farm/orders/pick-list?q=mau", "/farm/orders/slips?q=mau")
    buy((boxes, 1))
    before = [cost(page) for page in pages]
    for number in range(5):
        buy((boxes, 1), (jars, number + 1))
    assert [cost(page) for page in pages] == before


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(
    st.text(
        st.sampled_from("aàáảãạăằắẳẵặâầấẩẫậdđeèéẻẽẹêềếểễệiìíỉĩịoòóỏõọôồốổỗộơờớởỡợuùúủũụưừứửữựyỳýỷỹỵ xXĐÀƯỢ19-"),
        max_size=30,
    )
)
def test_the_database_folds_as_the_site_does(session: scoped_session[Session], words: str) -> None:
    words = normalize(words)
    assert db.session.scalar(select(func.folded(words))) == fold(words)
