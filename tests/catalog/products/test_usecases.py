"""Making, changing and archiving products."""

import threading
import uuid
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from app import create_app
from catalog.products.events import ProductChanged
from catalog.products.models import Category, Product, ProductStatus
from catalog.products.policies import may_change, may_see
from catalog.products.usecases import archive_product, change_product, create_product
from catalog.products.values import ProductValues
from core.accounts import ANONYMOUS, Actor, RoleName, User
from core.config import Settings
from core.db import atomic, db
from core.errors import Invalid, NotFound
from core.gs1 import check_digit
from core.outbox.models import OutboxMessage
from tests.catalog.actors import actor_of, new_actor
from tests.factories import make_commune, make_producer, make_product, make_user
from tests.support.databases import TestDatabases

POMELO = ProductValues(
    name_vi="Bưởi Phúc Trạch",
    name_en="Phuc Trach pomelo",
    category=Category.FRUIT,
    commune_code="18547",
    ocop_stars=4,
    standards=("VietGAP",),
    stages=("trồng", "thu hoạch"),
    shelf_life_days=60,
    illustration="pomelo",
)


@pytest.fixture
def farmer(session: object) -> Actor:
    """A member of one producer."""
    user = make_user(RoleName.PRODUCER_MEMBER)
    make_producer(user)
    return actor_of(user, RoleName.PRODUCER_MEMBER)


@pytest.fixture
def producer_id(farmer: Actor) -> uuid.UUID:
    """The farmer's producer."""
    from catalog.producers.queries import producers_of

    return producers_of(farmer)[0].id


def changed_products() -> list[str]:
    """Ids of the products that news was published of."""
    messages = db.session.scalars(select(OutboxMessage).where(OutboxMessage.name == ProductChanged.__name__))
    return [message.payload["product_id"] for message in messages]


def test_a_product_gets_a_number_an_address_and_news(farmer: Actor, producer_id: uuid.UUID) -> None:
    product = create_product(actor=farmer, producer_id=producer_id, values=POMELO)
    db.session.flush()
    assert product.gtin.startswith("09521")
    assert product.gtin[-1] == check_digit(product.gtin[:-1])
    assert product.slug == "buoi-phuc-trach"
    assert (product.status, product.standards, product.stages) == ("published", ["VietGAP"], ["trồng", "thu hoạch"])
    assert changed_products() == [str(product.id)]


def test_equal_names_get_different_addresses(farmer: Actor, producer_id: uuid.UUID) -> None:
    products = [create_product(actor=farmer, producer_id=producer_id, values=POMELO) for _ in range(4)]
    assert len({product.slug for product in products}) == 4
    assert len({product.gtin for product in products}) == 4
    assert all(product.slug.startswith("buoi-phuc-trach") for product in products)


def test_a_name_without_latin_letters_has_an_address_too(farmer: Actor, producer_id: uuid.UUID) -> None:
    product = create_product(actor=farmer, producer_id=producer_id, values=replace(POMELO, name_vi="柚子 🍊"))
    assert product.slug == "san-pham"


def test_changing_keeps_number_and_address(farmer: Actor, producer_id: uuid.UUID) -> None:
    product = create_product(actor=farmer, producer_id=producer_id, values=POMELO)
    gtin, slug = product.gtin, product.slug
    changed = change_product(
        actor=farmer,
        product_id=product.id,
        values=replace(POMELO, name_vi="  Bưởi   Na\u0306m Roi ", ocop_stars=None, brand="   "),
    )
    assert (changed.gtin, changed.slug, changed.name_vi) == (gtin, slug, "Bưởi Năm Roi")
    assert (changed.ocop_stars, changed.brand) == (None, None)
    assert changed_products() == [str(product.id)] * 2


def test_archiving_is_news_once(farmer: Actor, producer_id: uuid.UUID) -> None:
    product = create_product(actor=farmer, producer_id=producer_id, values=POMELO)
    for _ in range(2):
        assert archive_product(actor=farmer, product_id=product.id).status == ProductStatus.ARCHIVED
    assert len(changed_products()) == 2


@pytest.mark.parametrize("nothing", ["", " \x00\t "])
def test_the_vietnamese_name_stands_for_an_english_one_that_nobody_gave(
    farmer: Actor, producer_id: uuid.UUID, nothing: str
) -> None:
    product = create_product(actor=farmer, producer_id=producer_id, values=replace(POMELO, name_en=nothing))
    assert product.name_en == "Bưởi Phúc Trạch"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name_vi", ""),
        ("name_vi", " \x00\t "),
        ("name_vi", "x" * 121),
        ("name_en", "x" * 121),
        ("category", "weapons"),
        ("commune_code", "99999"),
        ("commune_code", ""),
        ("ocop_stars", 2),
        ("ocop_stars", 6),
        ("shelf_life_days", -1),
        ("shelf_life_days", 3651),
        ("description_vi", "x" * 2001),
        ("brand", "x" * 121),
        ("standards", ("x" * 81,)),
        ("stages", tuple(str(number) for number in range(21))),
        ("storage", "x" * 201),
        ("illustration", "../../etc/passwd"),
        ("illustration", ""),
        ("photo_key", "photos/../secret"),
        ("status", "sold"),
    ],
)
def test_bad_values_name_their_field(farmer: Actor, producer_id: uuid.UUID, field: str, value: object) -> None:
    values = replace(POMELO, **{field: value})
    with pytest.raises(Invalid) as error:
        create_product(actor=farmer, producer_id=producer_id, values=values)
    assert error.value.field == field
    product = make_product(producer_id=producer_id)
    with pytest.raises(Invalid) as error:
        change_product(actor=farmer, product_id=product.id, values=values)
    assert error.value.field == field


def test_text_is_kept_as_text(farmer: Actor, producer_id: uuid.UUID) -> None:
    values = replace(POMELO, name_vi="<script>alert(1)</script>", description_vi="Một\r\n\r\nHai\x00 ")
    product = create_product(actor=farmer, producer_id=producer_id, values=values)
    assert product.name_vi == "<script>alert(1)</script>"
    assert product.description_vi == "Một\n\nHai"


@pytest.mark.usefixtures("session")
@pytest.mark.parametrize("role", [role for role in RoleName if role is not RoleName.ADMINISTRATOR])
def test_what_is_somebody_elses_does_not_exist(role: RoleName) -> None:
    product, stranger = make_product(), new_actor(role)
    make_producer(db.session.get(User, stranger.user_id))
    for actor in (stranger, ANONYMOUS):
        for product_id, producer_id in ((product.id, product.producer_id), (uuid.uuid4(), uuid.uuid4())):
            with pytest.raises(NotFound):
                create_product(actor=actor, producer_id=producer_id, values=POMELO)
            with pytest.raises(NotFound):
                change_product(actor=actor, product_id=product_id, values=POMELO)
            with pytest.raises(NotFound):
                archive_product(actor=actor, product_id=product_id)
    assert db.session.get_one(Product, product.id).status == ProductStatus.PUBLISHED


@pytest.mark.usefixtures("session")
def test_administrators_may_change_everything_and_everybody_sees_what_is_published() -> None:
    administrator = new_actor(RoleName.ADMINISTRATOR)
    published, draft = make_product(), make_product(status=ProductStatus.DRAFT)
    assert may_change(administrator, published)
    assert may_see(ANONYMOUS, published)
    assert not may_see(ANONYMOUS, draft)
    assert may_see(administrator, draft)


def test_equal_names_at_the_same_moment_on_real_connections(
    databases: TestDatabases, make_settings: Callable[..., Settings]
) -> None:
    application: Flask = create_app(make_settings(databases.clone()))
    with application.app_context(), atomic():
        make_commune()
        user = make_user(RoleName.PRODUCER_MEMBER)
        producer_id = make_producer(user).id
        actor = actor_of(user, RoleName.PRODUCER_MEMBER)
    barrier = threading.Barrier(6)
    slugs: list[str] = []

    def create() -> None:
        with application.app_context():
            barrier.wait(30)
            with atomic():
                slugs.append(create_product(actor=actor, producer_id=producer_id, values=POMELO).slug)

    threads = [threading.Thread(target=create) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with application.app_context():
        db.engine.dispose()
    assert len(set(slugs)) == 6
    assert "buoi-phuc-trach" in slugs
