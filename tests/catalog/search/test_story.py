"""From a farmer's new product to a shopper's search."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from catalog.products.models import Category
from catalog.products.usecases import archive_product, change_product, create_product
from catalog.products.values import ProductValues
from core.accounts import RoleName
from core.db import atomic
from tests.catalog.actors import actor_of
from tests.factories import make_producer, make_user


@pytest.mark.usefixtures("session")
def test_a_farmers_product_is_found_changed_and_gone(client: FlaskClient, search_index: Callable[[], int]) -> None:
    user = make_user(RoleName.PRODUCER_MEMBER)
    producer, farmer = make_producer(user), actor_of(user, RoleName.PRODUCER_MEMBER)
    values = ProductValues("Bưởi Phúc Trạch", "Phuc Trach pomelo", Category.FRUIT, "18547", ocop_stars=4)

    def found(text: str) -> list[str]:
        search_index()
        items = client.get("/api/v1/search", query_string={"q": text, "stars": 4}).get_json()["items"]
        return [item["name_vi"] for item in items]

    with atomic():
        product_id = create_product(actor=farmer, producer_id=producer.id, values=values).id
    assert found("buoi phuc trahc") == ["Bưởi Phúc Trạch"]
    with atomic():
        change_product(actor=farmer, product_id=product_id, values=replace(values, name_vi="Bưởi Năm Roi"))
    assert found("nam roi") == ["Bưởi Năm Roi"]
    with atomic():
        archive_product(actor=farmer, product_id=product_id)
    assert found("") == []
