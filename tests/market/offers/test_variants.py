"""Offers of grades and sizes: saving them, the producers' pages, and what shoppers see."""

import re
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, scoped_session

from catalog.products.models import Product, ProductVariant
from catalog.products.queries import variants_of
from core.accounts import Actor, RoleName, User
from market.offers.errors import OffersRefused
from market.offers.models import Offer, OfferStatus, SaleUnit
from market.offers.queries import offers_of
from market.offers.rules import OfferValues, check_offers
from market.offers.usecases import save_offers
from tests.factories import make_lot, make_offer, make_producer, make_product, make_user, make_variant, sign_in
from tests.support.refunding import actor_of

Grades = tuple[ProductVariant, ProductVariant]
Counting = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def member(session: scoped_session[Session]) -> User:
    return make_user(RoleName.PRODUCER_MEMBER)


@pytest.fixture
def farmer(member: User) -> Actor:
    return actor_of(member)


@pytest.fixture
def product(member: User) -> Product:
    return make_product(make_producer(member))


@pytest.fixture
def grades(product: Product) -> Grades:
    return make_variant(product), make_variant(product, name_vi="loại 2", name_en="grade 2", position=2)


@pytest.fixture
def farm(client: FlaskClient, member: User) -> FlaskClient:
    sign_in(client, member)
    return client


def piece(variant: ProductVariant | None, price_vnd: int = 35_000, on_hand: int = 10) -> OfferValues:
    return OfferValues(SaleUnit.PIECE, price_vnd, 1, on_hand, variant.id if variant else None)


class TestSaving:
    def test_each_grade_is_sold_in_the_same_unit(self, farmer: Actor, product: Product, grades: Grades) -> None:
        first, second = grades
        saved = save_offers(
            actor=farmer, product_id=product.id, offers=[piece(second, 25_000), piece(first), piece(None)]
        )
        assert [offer.variant_id for offer in saved] == [second.id, first.id, None]
        assert [offer.variant_id for offer in offers_of(product.id)] == [None, first.id, second.id]
        assert [offer.name_vi for offer in offers_of(product.id)][1:] == [
            "Bưởi Phúc Trạch – loại 1",
            "Bưởi Phúc Trạch – loại 2",
        ]

    def test_the_same_grade_in_the_same_unit_is_refused_twice(self) -> None:
        grade = uuid.uuid4()
        rows = [OfferValues(SaleUnit.PIECE, 35_000, 1, 10, variant) for variant in (grade, None, grade)]
        assert list(check_offers(rows)) == [2]

    def test_a_new_grade_travels_as_the_same_unit_does_already(
        self, farmer: Actor, product: Product, grades: Grades
    ) -> None:
        make_offer(product, shipping_grams=1_200, needs_cool_chain=True)
        box = OfferValues(SaleUnit.BOX, 200_000, 6, 5, grades[0].id)
        single, boxed = save_offers(actor=farmer, product_id=product.id, offers=[piece(grades[0]), box])
        assert (single.shipping_grams, single.needs_cool_chain) == (1_200, True)
        assert (boxed.shipping_grams, boxed.needs_cool_chain) == (None, False)

    def test_a_grade_that_is_not_named_is_paused(self, farmer: Actor, product: Product, grades: Grades) -> None:
        first, second = grades
        one, two = save_offers(actor=farmer, product_id=product.id, offers=[piece(first), piece(second)])
        (kept,) = save_offers(actor=farmer, product_id=product.id, offers=[piece(second)])
        assert (kept.id, one.status, two.status) == (two.id, OfferStatus.PAUSED, OfferStatus.ACTIVE)

    def test_a_grade_of_another_product_is_refused(
        self, farmer: Actor, product: Product, session: scoped_session[Session]
    ) -> None:
        foreign = make_variant()
        with pytest.raises(OffersRefused) as refused:
            save_offers(actor=farmer, product_id=product.id, offers=[piece(foreign)])
        assert list(refused.value.rows[0]) == ["variant"]
        with pytest.raises(IntegrityError, match="fk_offers_product_id_variant_id"), session.begin_nested():
            make_offer(product, variant_id=foreign.id)

    @pytest.mark.parametrize("graded", [True, False])
    def test_the_database_refuses_one_offer_twice_with_and_without_a_grade(
        self,
        product: Product,
        grades: Grades,
        session: scoped_session[Session],
        graded: bool,
    ) -> None:
        variant_id = grades[0].id if graded else None
        make_offer(product, variant_id=variant_id)
        with pytest.raises(IntegrityError, match="uq_offers_product_id_variant_id"), session.begin_nested():
            make_offer(product, variant_id=variant_id)


class TestNamingPage:
    def send(self, farm: FlaskClient, product: Product, *rows: dict[str, str]):
        data = {f"rows-{number}-{name}": value for number, row in enumerate(rows) for name, value in row.items()}
        return farm.post(f"/farm/products/{product.id}/variants?lang=en", data=data)

    def test_it_names_orders_and_removes(self, farm: FlaskClient, product: Product) -> None:
        assert self.send(
            farm, product, {"name_vi": "Loại 1", "name_en": "Grade 1"}, {"name_vi": "Loại 2", "name_en": "Grade 2"}
        ).location.endswith(f"/farm/products/{product.id}#sale")
        first, second = variants_of(product.id)
        page = farm.get(f"/farm/products/{product.id}/variants").text
        assert 'value="Loại 1"' in page
        rows = [
            {"id": str(first.id), "name_vi": "", "name_en": ""},
            {"id": str(second.id), "name_vi": "Loại hai", "name_en": "Grade 2", "position": "2"},
            {"name_vi": "Đặc biệt", "name_en": "Special", "position": "1"},
        ]
        assert self.send(farm, product, *rows).status_code == 303
        assert [variant.name_vi for variant in variants_of(product.id)] == ["Đặc biệt", "Loại hai"]
        assert variants_of(product.id)[1].id == second.id

    @pytest.mark.parametrize(
        ("row", "field"),
        [
            ({"name_vi": "LOẠI 1", "name_en": "Other"}, "rows-1-name_vi"),
            ({"name_vi": "Khác", "name_en": "x" * 61}, "rows-1-name_en"),
            ({"name_vi": "x" * 61, "name_en": "Other"}, "rows-1-name_vi"),
            ({"name_vi": "Chuông\x07", "name_en": "Other"}, "rows-1-name_vi"),
            ({"name_vi": "Khác", "name_en": "Other", "position": "0"}, "rows-1-position"),
            ({"name_vi": "Khác", "name_en": "Other", "position": "first"}, "rows-1-position"),
            ({"id": "'; DROP", "name_vi": "Khác", "name_en": "Other"}, "rows-1-id"),
        ],
    )
    def test_what_makes_no_sense_is_refused_at_its_field_and_kept(
        self, farm: FlaskClient, product: Product, row: dict[str, str], field: str
    ) -> None:
        answer = self.send(farm, product, {"name_vi": "Loại 1", "name_en": "Grade 1"}, row)
        assert answer.status_code == 422
        assert f'href="#{field}"' in answer.text
        assert 'value="Loại 1"' in answer.text
        assert list(variants_of(product.id)) == []

    def test_removing_what_was_offered_says_what_to_do(
        self, farm: FlaskClient, product: Product, grades: Grades, session: scoped_session[Session]
    ) -> None:
        make_offer(product, variant_id=grades[0].id)
        session.commit()
        answer = self.send(farm, product, {"id": str(grades[0].id), "name_vi": "", "name_en": ""})
        assert answer.status_code == 409
        assert "“grade 1” has been offered, so it cannot be removed." in answer.text
        assert len(variants_of(product.id)) == 2

    def test_html_stays_text(self, farm: FlaskClient, product: Product, session: scoped_session[Session]) -> None:
        evil = {"name_vi": "<script>x</script>", "name_en": "<img src=x>"}
        assert self.send(farm, product, evil).status_code == 303
        (variant,) = variants_of(product.id)
        make_offer(product, variant_id=variant.id)
        for address in (
            f"/farm/products/{product.id}",
            f"/farm/products/{product.id}/variants",
            f"/products/{product.slug}",
        ):
            page = farm.get(f"{address}?lang=en").text
            assert "<img src=x>" not in page
            assert "&lt;img src=x&gt;" in page

    @pytest.mark.parametrize("role", [role for role in RoleName if role != RoleName.PRODUCER_MEMBER])
    def test_for_other_roles_it_does_not_exist(self, client: FlaskClient, product: Product, role: RoleName) -> None:
        sign_in(client, make_user(role))
        address = f"/farm/products/{product.id}/variants"
        assert (client.get(address).status_code, client.post(address).status_code) == (404, 404)

    def test_visitors_sign_in_and_strangers_find_nothing(self, client: FlaskClient, product: Product) -> None:
        address = f"/farm/products/{product.id}/variants"
        assert client.get(address).status_code == 303
        sign_in(client, make_user(RoleName.PRODUCER_MEMBER))
        missing = f"/farm/products/{uuid.uuid4()}/variants"
        assert [client.get(address).status_code, client.get(missing).status_code] == [404, 404]


class TestProductForm:
    def rows(self, product: Product, *rows: dict[str, str]) -> dict[str, str]:
        typed = {f"offers-{number}-{name}": value for number, row in enumerate(rows) for name, value in row.items()}
        return {
            "producer": str(product.producer_id),
            "name_vi": "Bưởi Phúc Trạch",
            "name_en": "Phuc Trach pomelo",
            "category": "fruit",
            "province": "42",
            "commune": "18547",
            **typed,
        }

    def test_without_grades_nothing_is_asked(self, farm: FlaskClient, product: Product) -> None:
        make_offer(product)
        page = farm.get(f"/farm/products/{product.id}?lang=en").text
        assert "offers-0-variant" not in page
        assert f"/farm/products/{product.id}/variants" in page
        assert "variants" not in farm.get("/farm/products/new?lang=en").text

    def test_a_row_sells_a_grade(self, farm: FlaskClient, product: Product, grades: Grades) -> None:
        rows = [
            {"variant": str(grade.id), "unit": "piece", "price_vnd": price, "on_hand": "5"}
            for grade, price in zip(grades, ("35000", "25000"), strict=True)
        ]
        data = self.rows(product, *rows)
        answer = farm.post(f"/farm/products/{product.id}", data=data, content_type="multipart/form-data")
        assert answer.status_code == 303
        assert [(offer.variant_id, offer.price_vnd) for offer in offers_of(product.id)] == [
            (grades[0].id, 35_000),
            (grades[1].id, 25_000),
        ]
        page = farm.get(f"/farm/products/{product.id}?lang=en").text
        assert f'<option selected value="{grades[1].id}">grade 2</option>' in page
        assert "grade 2, fruit" in page

    def test_a_grade_of_another_product_cannot_be_chosen(
        self, farm: FlaskClient, product: Product, grades: Grades
    ) -> None:
        row = {"variant": str(make_variant().id), "unit": "piece", "price_vnd": "35000", "on_hand": "5"}
        answer = farm.post(
            f"/farm/products/{product.id}?lang=en", data=self.rows(product, row), content_type="multipart/form-data"
        )
        assert answer.status_code == 422
        assert 'href="#offers-0-variant"' in answer.text
        assert 'value="35000"' in answer.text

    def test_the_pages_of_an_offer_say_which_grade_it_is(
        self, farm: FlaskClient, product: Product, grades: Grades
    ) -> None:
        offer = make_offer(product, variant_id=grades[1].id)
        for address in ("", "/stock", "/cycles"):
            assert "Phuc Trach pomelo – grade 2, fruit" in farm.get(f"/farm/offers/{offer.id}{address}?lang=en").text

    def test_the_form_costs_a_constant_number_of_queries(
        self,
        farm: FlaskClient,
        product: Product,
        grades: Grades,
        count_queries: Counting,
    ) -> None:
        make_offer(product, variant_id=grades[0].id)
        addresses = [f"/farm/products/{product.id}", f"/farm/products/{product.id}/variants"]
        farm.get(addresses[0])
        counts: list[list[int]] = []
        for number in (3, 6):
            counted = []
            for address in addresses:
                with count_queries() as queries:
                    farm.get(address)
                counted.append(len(queries))
            counts.append(counted)
            for position in range(number, number + 3):
                grade = make_variant(product, name_vi=f"{position}", name_en=f"{position}", position=position)
                make_offer(product, variant_id=grade.id)
        assert counts[0] == counts[1]


class TestShopPage:
    def test_shoppers_choose_a_grade_then_a_unit(self, client: FlaskClient, product: Product, grades: Grades) -> None:
        make_offer(product, variant_id=grades[1].id, price_vnd=25_000)
        make_offer(product, variant_id=grades[0].id, price_vnd=35_000)
        make_offer(product, variant_id=grades[0].id, unit=SaleUnit.BOX, content_quantity=6, price_vnd=200_000)
        page = client.get(f"/products/{product.slug}?lang=en").text
        legends = re.findall(r'<legend class="variant-name">(.*?)</legend>', page)
        assert legends == ["grade 1", "grade 2"]
        first, second = page.split('<legend class="variant-name">')[1:]
        assert ("₫35,000" in first, "₫200,000" in first, "box of 6 fruits" in first) == (True, True, True)
        assert "₫25,000" in second
        assert sorted(set(re.findall(r'id="offer-(\d+)"', page))) == ["1", "2", "3"]

    def test_the_page_costs_two_queries_with_any_number_of_grades(
        self,
        client: FlaskClient,
        product: Product,
        grades: Grades,
        count_queries: Counting,
    ) -> None:
        client.get(f"/products/{product.slug}")
        for grade in grades:
            make_offer(product, variant_id=grade.id)
            with count_queries() as queries:
                client.get(f"/products/{product.slug}")
            assert len(queries) == 2

    def test_the_record_of_a_lot_names_the_grades(self, client: FlaskClient, product: Product, grades: Grades) -> None:
        lot = make_lot(product)
        make_offer(product, price_vnd=20_000)
        make_offer(product, variant_id=grades[1].id)
        page = client.get(f"/01/{product.gtin}/10/{lot.lot_number}?lang=en", headers={"Accept": "text/html"}).text
        assert ">fruit</a>" in page
        assert ">grade 2, fruit</a>" in page


def test_a_product_without_grades_has_none(product: Product, session: scoped_session[Session]) -> None:
    make_offer(product)
    assert session.scalar(select(func.count()).select_from(ProductVariant)) == 0
    assert session.scalars(select(Offer)).one().name_vi == "Bưởi Phúc Trạch"
