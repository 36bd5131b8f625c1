"""Grades and sizes of a product: naming, putting in order, removing."""

import uuid
from collections.abc import Callable, Sequence

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from catalog.products.errors import VariantInUse, VariantsRefused
from catalog.products.events import ProductChanged
from catalog.products.models import Product, ProductVariant
from catalog.products.naming import name_with_variant, with_variant
from catalog.products.queries import variants_of
from catalog.products.rules import MOST_VARIANTS, checked_variants
from catalog.products.usecases import save_variants
from catalog.products.values import VariantValues
from core.accounts import ANONYMOUS, Actor, RoleName, User
from core.db import db
from core.errors import Conflict, NotFound
from core.outbox.models import OutboxMessage
from tests.catalog.actors import actor_of, new_actor
from tests.factories import make_offer, make_producer, make_product, make_user, make_variant
from tests.support.at_once import at_once

FIRST = VariantValues("loại 1", "grade 1")
SECOND = VariantValues("loại 2", "grade 2")


@pytest.fixture
def farmer(session: scoped_session[Session]) -> Actor:
    return actor_of(make_user(RoleName.PRODUCER_MEMBER), RoleName.PRODUCER_MEMBER)


@pytest.fixture
def product(session: scoped_session[Session], farmer: Actor) -> Product:
    return make_product(make_producer(session.get(User, farmer.user_id)))


def names(product: Product) -> list[str]:
    return [variant.name_vi for variant in variants_of(product.id)]


def again(variants: Sequence[ProductVariant]) -> list[VariantValues]:
    return [VariantValues(variant.name_vi, variant.name_en, variant.id) for variant in variants]


class TestRules:
    def test_names_are_tidied(self) -> None:
        (tidy,) = checked_variants([VariantValues("  Loa\u0323i   1 ", "Grade\u00a01")])
        assert tidy == VariantValues("Loại 1", "Grade 1")

    @pytest.mark.parametrize(
        ("variant", "field"),
        [
            (VariantValues("", "grade 2"), "name_vi"),
            (VariantValues("loại 2", "x" * 61), "name_en"),
            (VariantValues("x" * 61, "grade 2"), "name_vi"),
            (VariantValues("LOẠI  1", "grade 2"), "name_vi"),
            (VariantValues("loa\u0323i 1", "grade 2"), "name_vi"),
            (VariantValues("loại 2", "Grade 1"), "name_en"),
        ],
    )
    def test_what_makes_no_sense_is_refused_at_its_row_and_field(self, variant: VariantValues, field: str) -> None:
        with pytest.raises(VariantsRefused) as refused:
            checked_variants([FIRST, variant])
        assert {position: list(found) for position, found in refused.value.rows.items()} == {1: [field]}

    def test_the_vietnamese_name_stands_for_an_english_one_that_nobody_gave(self) -> None:
        assert checked_variants([VariantValues("Loại 1", " \t\x00")]) == [VariantValues("Loại 1", "Loại 1")]

    def test_marks_tell_vietnamese_words_apart(self) -> None:
        assert len(checked_variants([VariantValues("to", "big"), VariantValues("tơ", "young")])) == 2

    def test_there_is_a_most(self) -> None:
        many = [VariantValues(f"loại {number}", f"grade {number}") for number in range(MOST_VARIANTS + 1)]
        assert len(checked_variants(many[:-1])) == MOST_VARIANTS
        with pytest.raises(VariantsRefused) as refused:
            checked_variants(many)
        assert list(refused.value.rows) == [MOST_VARIANTS]


@pytest.mark.parametrize("variant", [None, "loại 1"])
def test_the_database_names_as_python_does(session: scoped_session[Session], variant: str | None) -> None:
    product = make_product()
    if variant is not None:
        make_variant(product)
    statement = select(name_with_variant(Product.name_vi, ProductVariant.name_vi)).outerjoin(
        ProductVariant, ProductVariant.product_id == Product.id
    )
    assert session.scalar(statement) == with_variant(product.name_vi, variant)


def test_variants_are_added_renamed_and_put_in_order(farmer: Actor, product: Product) -> None:
    first, second = save_variants(actor=farmer, product_id=product.id, variants=[FIRST, SECOND])
    swapped = [VariantValues("loại 1", "grade 1", second.id), VariantValues("loại 2", "grade 2", first.id)]
    saved = save_variants(actor=farmer, product_id=product.id, variants=[*swapped, VariantValues("loại 3", "grade 3")])
    db.session.commit()
    assert [variant.id for variant in saved[:2]] == [second.id, first.id]
    assert names(product) == ["loại 1", "loại 2", "loại 3"]
    assert variants_of(product.id)[0].id == second.id
    told = db.session.scalars(select(OutboxMessage).where(OutboxMessage.name == ProductChanged.__name__)).all()
    assert [message.payload["product_id"] for message in told] == [str(product.id)] * 2


def test_what_was_never_offered_is_removed_and_its_name_is_free(farmer: Actor, product: Product) -> None:
    first, second = save_variants(actor=farmer, product_id=product.id, variants=[FIRST, SECOND])
    save_variants(
        actor=farmer,
        product_id=product.id,
        variants=[VariantValues("loại 1", "grade 1", second.id)],
        remove=[first.id],
    )
    db.session.commit()
    assert names(product) == ["loại 1"]


@pytest.mark.parametrize("status", ["active", "paused"])
def test_what_was_offered_is_renamed_but_not_removed(farmer: Actor, product: Product, status: str) -> None:
    (first,) = save_variants(actor=farmer, product_id=product.id, variants=[FIRST])
    make_offer(product, variant_id=first.id, status=status)
    with pytest.raises(VariantInUse) as refused:
        save_variants(actor=farmer, product_id=product.id, variants=[SECOND], remove=[first.id])
    assert "loại 1" in str(refused.value)
    assert names(product) == ["loại 1"]
    save_variants(actor=farmer, product_id=product.id, variants=[VariantValues("đặc biệt", "special", first.id)])
    assert names(product) == ["đặc biệt"]


def test_what_somebody_else_added_meanwhile_stays_and_counts(farmer: Actor, product: Product) -> None:
    save_variants(actor=farmer, product_id=product.id, variants=[FIRST])
    save_variants(actor=farmer, product_id=product.id, variants=[SECOND])
    assert names(product) == ["loại 2", "loại 1"]
    with pytest.raises(VariantsRefused):
        save_variants(actor=farmer, product_id=product.id, variants=[FIRST])


def test_what_is_gone_meanwhile_is_said(farmer: Actor, product: Product) -> None:
    (first,) = save_variants(actor=farmer, product_id=product.id, variants=[FIRST])
    gone = VariantValues("loại 1", "grade 1", first.id)
    save_variants(actor=farmer, product_id=product.id, variants=[], remove=[first.id])
    others = make_variant()
    for variants, remove in (([gone], []), ([], [first.id]), (again([others]), []), ([], [others.id])):
        with pytest.raises(Conflict):
            save_variants(actor=farmer, product_id=product.id, variants=variants, remove=remove)
    assert db.session.get(ProductVariant, others.id) is not None


@pytest.mark.parametrize("role", list(RoleName))
def test_only_members_and_administrators_may(product: Product, role: RoleName) -> None:
    stranger = new_actor(role)
    if role == RoleName.ADMINISTRATOR:
        assert save_variants(actor=stranger, product_id=product.id, variants=[FIRST])
        return
    with pytest.raises(NotFound):
        save_variants(actor=stranger, product_id=product.id, variants=[FIRST])


def test_visitors_and_missing_products_get_the_same_answer(farmer: Actor, product: Product) -> None:
    for actor, product_id in ((ANONYMOUS, product.id), (farmer, uuid.uuid4())):
        with pytest.raises(NotFound):
            save_variants(actor=actor, product_id=product_id, variants=[FIRST])


def test_of_two_who_add_the_same_name_at_once_one_is_told(own_app: Flask) -> None:
    with own_app.app_context():
        user = make_user(RoleName.PRODUCER_MEMBER)
        product_id = make_product(make_producer(user)).id
        actor = actor_of(user, RoleName.PRODUCER_MEMBER)
        db.session.commit()

    def add(name_vi: str) -> Callable[[], object]:
        values = [VariantValues(name_vi, name_vi)]
        return lambda: save_variants(actor=actor, product_id=product_id, variants=values)

    refused = [error for error in at_once(own_app, add("Loại 1"), add("loại 1")) if error is not None]
    assert [type(error) for error in refused] == [VariantsRefused]
    with own_app.app_context():
        counted = select(func.count()).where(ProductVariant.product_id == product_id)
        assert db.session.scalar(counted) == 1
