"""Products over HTTP."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from catalog.products.models import Category, ProductStatus
from catalog.products.queries import get_product, get_product_by_gtin, list_products_by_id, list_products_of
from core.db import db
from core.errors import NotFound
from tests.factories import make_commune, make_producer, make_product, make_variant

CountQueries = Callable[[], object]


def test_published_products_newest_first(client: FlaskClient) -> None:
    older, newer = make_product(), make_product(category=Category.TEA)
    for status in (ProductStatus.DRAFT, ProductStatus.ARCHIVED):
        make_product(status=status)
    answer = client.get("/api/v1/products")
    body = answer.get_json()
    assert answer.status_code == 200
    assert [item["slug"] for item in body["items"]] == [newer.slug, older.slug]
    assert (body["total"], body["page"], body["per_page"]) == (2, 1, 24)
    assert body["items"][1]["commune"] == {"code": "18547", "name": "Xã Phúc Trạch"}
    tea = client.get("/api/v1/products?category=tea").get_json()
    assert [item["slug"] for item in tea["items"]] == [newer.slug]


def test_pages_and_communes(client: FlaskClient) -> None:
    make_commune("18073", "Phường Thành Sen")
    producer = make_producer()
    for code in ("18073", "18547", "18073"):
        make_product(producer, commune_code=code)
    page = client.get("/api/v1/products?per_page=1&page=2&commune=18073").get_json()
    assert (len(page["items"]), page["total"]) == (1, 2)
    assert client.get("/api/v1/products?per_page=1&page=500").get_json()["items"] == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("page=0", "page"),
        ("page=x", "page"),
        ("page=501", "page"),
        ("per_page=101", "per_page"),
        ("per_page=-1", "per_page"),
        ("category=weapons", "category"),
        ("commune=1", "commune"),
        ("commune=18547%27--", "commune"),
    ],
)
def test_bad_arguments_are_named(client: FlaskClient, query: str, field: str) -> None:
    answer = client.get(f"/api/v1/products?{query}")
    assert answer.status_code == 422
    assert list(answer.get_json()["errors"]) == [field]


def test_one_product_with_everything(client: FlaskClient) -> None:
    product = make_product(standards=["VietGAP"], stages=["trồng"], description_vi="Ngọt <b>thanh</b>")
    body = client.get(f"/api/v1/products/{product.slug}").get_json()
    assert body["gtin"] == product.gtin
    assert body["producer"]["gln"] == product.producer.gln
    assert (body["standards"], body["stages"], body["shelf_life_days"]) == (["VietGAP"], ["trồng"], 60)
    assert body["description_vi"] == "Ngọt <b>thanh</b>"


def test_the_grades_of_a_product_in_their_order(client: FlaskClient) -> None:
    product = make_product()
    path = f"/api/v1/products/{product.slug}"
    assert client.get(path).get_json()["variants"] == []
    second = make_variant(product, name_vi="Loại 2", name_en="Grade 2", position=2)
    first = make_variant(product, name_vi="Loại 1", name_en="Grade 1", position=1)
    db.session.commit()
    assert client.get(path).get_json()["variants"] == [
        {"id": str(first.id), "name_vi": "Loại 1", "name_en": "Grade 1"},
        {"id": str(second.id), "name_vi": "Loại 2", "name_en": "Grade 2"},
    ]


def test_what_is_not_published_does_not_exist(client: FlaskClient) -> None:
    hidden = [make_product(status=status).slug for status in (ProductStatus.DRAFT, ProductStatus.ARCHIVED)]
    answers = [client.get(f"/api/v1/products/{slug}") for slug in [*hidden, "khong-co", "a%00b", "x" * 3000]]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.get_data() for answer in answers}) == 1


def test_the_number_of_queries_does_not_grow_with_the_list(
    client: FlaskClient, count_queries: Callable[[], object]
) -> None:
    counts = []
    for _ in range(2):
        for _ in range(5):
            make_product(make_producer())
        db.session.commit()
        db.session.expunge_all()
        with count_queries() as statements:
            client.get("/api/v1/products")
        counts.append(len(statements))
    assert counts == [2, 2]
    slug = make_product().slug
    db.session.commit()
    db.session.expunge_all()
    with count_queries() as statements:
        client.get(f"/api/v1/products/{slug}")
    assert len(statements) == 2  # the product, and its grades


@pytest.mark.usefixtures("session")
def test_lists_for_those_who_act_for_a_producer() -> None:
    producer = make_producer()
    first, draft = make_product(producer), make_product(producer, status=ProductStatus.DRAFT)
    archived = make_product(producer, status=ProductStatus.ARCHIVED)
    make_product()
    assert list_products_of([producer.id]) == [draft, first]
    assert list_products_of([]) == []
    assert list_products_by_id([archived.id, first.id, archived.id]) == [archived, first]
    assert get_product(archived.id) is get_product_by_gtin(archived.gtin)
    with pytest.raises(NotFound):
        get_product_by_gtin("00000000000000")
