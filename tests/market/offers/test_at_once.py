"""Offers and grades of one product, changed by two connections at once, and bought meanwhile."""

import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import select

from catalog.products.errors import VariantInUse
from catalog.products.usecases import save_variants
from core.accounts import ANONYMOUS, Actor, RoleName
from core.db import atomic, db
from core.errors import Invalid
from market.offers.errors import OffersRefused
from market.offers.models import Offer, SaleUnit
from market.offers.rules import OfferValues
from market.offers.stock import SoldOut, count_stock, lock_offers, reserve_stock
from market.offers.usecases import save_offers
from tests.factories import make_lot, make_offer, make_producer, make_product, make_user, make_variant, sign_in
from tests.market.offers.test_stock import bare_order
from tests.support.at_once import at_once
from tests.support.refunding import actor_of
from traceability.recalls.queries import lock_against_recall


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


@pytest.mark.parametrize("address", ["", "/variants"])
def test_a_farmer_who_changes_a_product_and_its_buyer_never_wait_for_each_other(own_app: Flask, address: str) -> None:
    with own_app.app_context():
        user = make_user(RoleName.PRODUCER_MEMBER)
        product = make_product(make_producer(user))
        variant = make_variant(product)
        product_id, variant_id, offer_id = product.id, variant.id, make_offer(product, variant_id=variant.id).id
        producer_id = product.producer_id
        farmer = own_app.test_client()
        sign_in(farmer, user)
        db.session.commit()
    is_held = threading.Event()

    def buy() -> None:
        """As placing an order does it; the farmer comes in between."""
        with own_app.app_context(), atomic():
            lock_offers([offer_id])
            is_held.set()
            time.sleep(0.5)
            lock_against_recall([product_id])

    product_form = {
        **{"producer": str(producer_id), "name_vi": "Bưởi mới", "name_en": "New pomelo", "category": "fruit"},
        **{"province": "42", "commune": "18547", "offers-0-variant": str(variant_id), "offers-0-unit": "piece"},
        **{"offers-0-price_vnd": "40000", "offers-0-on_hand": "100"},
    }
    emptied = {"rows-0-id": str(variant_id), "rows-0-name_vi": "", "rows-0-name_en": ""}
    with ThreadPoolExecutor(1) as pool:
        bought = pool.submit(buy)
        assert is_held.wait(10)
        answer = farmer.post(f"/farm/products/{product_id}{address}", data=emptied if address else product_form)
        bought.result(30)
    assert answer.status_code == (409 if address else 303)


def test_offers_of_one_lot_sold_at_once_sell_no_more_than_the_lot_has(own_app: Flask) -> None:
    with own_app.app_context():
        product = make_product()
        lot = make_lot(product, quantity=6)
        piece = make_offer(product, on_hand=6, lot_id=lot.id).id
        box = make_offer(product, on_hand=1, unit=SaleUnit.BOX, content_quantity=6, lot_id=lot.id).id
        works = [
            partial(reserve_stock, order_id=bare_order(), demand=demand)
            for demand in ({piece: 1}, {piece: 5}, {box: 1})
        ]
        db.session.commit()
    refused = at_once(own_app, *(partial(slowly, work) for work in works))
    with own_app.app_context():
        held = [db.session.get_one(Offer, offer_id).reserved for offer_id in (piece, box)]
    assert held in ([6, 0], [0, 1])
    assert {type(error) for error in refused if error is not None} == {SoldOut}


def test_offers_of_one_lot_counted_at_once_count_no_more_than_the_lot_has(own_app: Flask) -> None:
    with own_app.app_context():
        product = make_product()
        lot = make_lot(product, quantity=6)
        piece = make_offer(product, on_hand=0, lot_id=lot.id).id
        box = make_offer(product, on_hand=0, unit=SaleUnit.BOX, content_quantity=6, lot_id=lot.id).id
        db.session.commit()
    works = [partial(count_stock, actor=ANONYMOUS, offer_id=offer_id, on_hand=1) for offer_id in (piece, box)]
    refused = at_once(own_app, *(partial(slowly, work) for work in works))
    assert [type(error) for error in refused if error is not None] == [Invalid]


def slowly(work: Callable[[], object]) -> None:
    """Do it, and let others try meanwhile."""
    work()
    time.sleep(0.3)
