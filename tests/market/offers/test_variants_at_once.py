"""Grades and offers of one product, changed by two connections at once."""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import select

from app import create_app
from catalog.products.errors import VariantInUse
from catalog.products.usecases import save_variants
from core.accounts import Actor, RoleName
from core.config import Settings
from core.db import db
from market.offers.errors import OffersRefused
from market.offers.models import Offer, SaleUnit
from market.offers.rules import OfferValues
from market.offers.usecases import save_offers
from tests.factories import make_producer, make_product, make_user, make_variant
from tests.support.at_once import at_once
from tests.support.databases import TestDatabases
from tests.support.refunding import actor_of


@dataclass(frozen=True)
class Graded:
    """A product with one grade."""

    farmer: Actor
    product_id: uuid.UUID
    variant_id: uuid.UUID

    def offer(self, variant_id: uuid.UUID | None) -> object:
        row = OfferValues(SaleUnit.PIECE, 35_000, 1, 10, variant_id)
        return save_offers(actor=self.farmer, product_id=self.product_id, offers=[row])

    def remove(self) -> object:
        return save_variants(actor=self.farmer, product_id=self.product_id, variants=[], remove=[self.variant_id])


@pytest.fixture(scope="module")
def own_app(databases: TestDatabases, make_settings: Callable[..., Settings]) -> Iterator[Flask]:
    application = create_app(make_settings(databases.clone()))
    application.extensions["celery"].conf.update(broker_url="memory://", broker_transport_options={})
    yield application
    with application.app_context():
        db.engine.dispose()


def graded(own_app: Flask) -> Graded:
    with own_app.app_context():
        user = make_user(RoleName.PRODUCER_MEMBER)
        product = make_product(make_producer(user))
        made = Graded(actor_of(user), product.id, make_variant(product).id)
        db.session.commit()
    return made


@pytest.mark.parametrize("has_grade", [True, False])
def test_two_who_add_the_same_offer_add_it_once(own_app: Flask, has_grade: bool) -> None:
    for _ in range(5):
        made = graded(own_app)
        variant_id = made.variant_id if has_grade else None
        add = partial(made.offer, variant_id)
        assert at_once(own_app, add, add) == [None, None]
        with own_app.app_context():
            offers = db.session.scalars(select(Offer).where(Offer.product_id == made.product_id)).all()
            assert [(offer.variant_id, offer.on_hand) for offer in offers] == [(variant_id, 10)]


def test_of_removing_and_offering_at_once_one_is_refused(own_app: Flask) -> None:
    for _ in range(5):
        made = graded(own_app)
        refused = at_once(own_app, made.remove, partial(made.offer, made.variant_id))
        assert [type(error) for error in refused if error is not None] in ([VariantInUse], [OffersRefused])
