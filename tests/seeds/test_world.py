"""The demo world as `flask seed` plants it."""

import unicodedata
from collections.abc import Callable, Iterator
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select, text

from catalog.producers.models import Producer
from catalog.products.models import Product, ProductVariant
from core.db import atomic, db, utc_now
from market.delivery.models import MethodKind
from market.delivery.queries import methods_for
from market.delivery.rules import Destination, Shipment, options_for
from market.offers.models import Offer
from market.stalls.models import Market, Stall
from seeds.world import plant_world
from tests.seeds.conftest import run_seed
from tests.seeds.fingerprints import counts, fingerprints
from tests.seeds.invariants import (
    assert_journal_is_true,
    assert_lots_balance,
    assert_numbers_check,
    assert_stock_is_what_moved,
)
from traceability.journal.models import EpcisEvent
from traceability.lots.models import Lot
from traceability.lots.queries import lots_at_hand
from traceability.sensors.alarms import judge_readings
from traceability.sensors.models import SensorAlarm, SensorDevice, SensorReading
from traceability.sensors.queries import attachments_of
from traceability.sensors.reports import readings_of_event


@pytest.fixture
def planted_on(make_site: Callable[..., Flask]) -> Iterator[date]:
    """A site on which the world was planted on a day in winter, when much is out of season; gives that day."""
    today = date(2026, 2, 10)
    with make_site().app_context():
        plant_world(site_url="http://localhost:8000", today=today)
        yield today
        db.session.rollback()


def test_a_second_run_changes_nothing(seeded: Flask) -> None:
    before = fingerprints()
    db.session.rollback()
    result = run_seed(seeded)
    assert result.exit_code == 0
    assert fingerprints() == before


def test_everything_of_the_story_is_there(seeded: Flask) -> None:
    found = counts("products", "markets", "users", "market_managers", "producer_members")
    assert found == {"products": 80, "markets": 10, "users": 10, "market_managers": 1, "producer_members": 2}
    city = db.session.scalars(select(Stall).join(Market).where(Market.slug == "cho-thanh-pho-ha-tinh")).all()
    assert len(city) == 20
    assert {stall.holder.email for stall in city if stall.holder} == {
        "tieu-thuong@example.vn",
        "tieu-thuong-2@example.vn",
    }


def test_every_producer_says_that_it_is_a_sample(seeded: Flask) -> None:
    producers = db.session.scalars(select(Producer)).all()
    assert all(producer.is_sample and producer.name.endswith("(mẫu)") for producer in producers)


def test_numbers_stock_lots_and_journal_agree(seeded: Flask) -> None:
    assert_numbers_check()
    assert_stock_is_what_moved()
    assert_lots_balance()
    assert_journal_is_true(limit=500)


def test_the_cold_store_measured_for_a_day_and_was_too_warm_once(planted_on: date) -> None:
    assert counts("sensor_devices", "sensor_readings", "sensor_alarms") == {
        "sensor_devices": 1,
        "sensor_readings": 96,
        "sensor_alarms": 1,
    }
    events = db.session.scalars(select(EpcisEvent).where(EpcisEvent.biz_step == "sensor_reporting")).all()
    assert len(events) == 4
    kept = {
        (reading.measure, reading.measured_at, reading.value) for reading in db.session.scalars(select(SensorReading))
    }
    device = db.session.scalars(select(SensorDevice)).one()
    told = [reading for event in events for reading in readings_of_event(event.payload)[device.giai]]
    assert {(reading.measure, reading.measured_at, reading.value) for reading in told} == kept
    alarm = db.session.scalars(select(SensorAlarm)).one()
    assert alarm.closed_at is not None and alarm.acknowledged_at is None and alarm.worst > 12
    # What the rules make of the readings is what stands there: judging again changes nothing.
    judge_readings(device, told)
    assert counts("sensor_alarms") == {"sensor_alarms": 1}
    (beside,) = attachments_of(device.id)
    assert beside.lot_id is not None
    assert [choice.lot.id for choice in lots_at_hand(device.producer_id, lot_ids=[beside.lot_id])] == [beside.lot_id]


def test_nothing_past_its_date_is_for_sale_and_stock_never_exceeds_the_lots(planted_on: date) -> None:
    today = planted_on
    for product in db.session.scalars(select(Product)).all():
        lots = db.session.scalars(select(Lot).where(Lot.product_id == product.id)).all()
        offers = db.session.scalars(select(Offer).where(Offer.product_id == product.id)).all()
        assert offers, product.slug
        if any(offer.unit == "ticket" for offer in offers):
            continue
        fresh = [lot.id for lot in lots if lot.best_before and lot.best_before >= today]
        at_hand = lots_at_hand(product.producer_id, lot_ids=fresh)
        good = sum(choice.units for choice in at_hand)
        assert lots, product.slug
        assert sum(offer.on_hand * offer.content_quantity for offer in offers) <= good, product.slug


def test_one_product_is_sold_by_two_grades(seeded: Flask) -> None:
    rows = db.session.execute(
        select(ProductVariant.name_vi, Offer.unit, Offer.price_vnd, Offer.on_hand > 0)
        .join(Offer, Offer.variant_id == ProductVariant.id)
        .join(Product, Product.id == Offer.product_id)
        .where(Product.slug == "tra-xanh-son-linh")
        .order_by(ProductVariant.position, Offer.price_vnd)
    ).all()
    assert [tuple(row) for row in rows] == [
        ("Loại 1", "bag", 75_000, True),
        ("Loại 1", "box", 712_000, True),
        ("Loại 2", "bag", 52_000, True),
        ("Loại 2", "box", 494_000, True),
    ]


def test_every_producer_delivers_and_cold_goods_travel_cooled(seeded: Flask) -> None:
    producers = db.session.scalars(select(Producer.id)).all()
    methods = methods_for(producers)
    home = Destination("42")
    rows = db.session.execute(select(Product.producer_id, Offer).join(Product, Product.id == Offer.product_id)).all()
    assert {producer_id for producer_id, _offer in rows} == set(producers)
    cold = [offer for _producer_id, offer in rows if offer.needs_cool_chain]
    assert len(cold) >= 15
    for producer_id, offer in rows:
        shipment = Shipment(offer.shipping_grams or 0, offer.price_vnd, needs_cool_chain=offer.needs_cool_chain)
        ways = options_for(methods[producer_id], shipment, home, now=utc_now(), booked={})
        assert any(way.method.kind != MethodKind.PICK_UP and way.can_be_chosen for way in ways), offer.id
    kinds = {method.kind for own in methods.values() for method in own}
    assert kinds == set(MethodKind)
    assert all((method.name or "").endswith("(mẫu)") for own in methods.values() for method in own)


def test_most_products_can_be_bought(seeded: Flask) -> None:
    statement = text("SELECT count(DISTINCT product_id) FROM offers WHERE on_hand > reserved")
    assert (db.session.scalar(statement) or 0) >= 50


def test_all_text_is_nfc(seeded: Flask) -> None:
    for table in ("producers", "products", "plots", "lots", "stalls", "markets"):
        for row in db.session.scalars(text(f"SELECT t::text FROM {table} t")):
            assert unicodedata.is_normalized("NFC", row)


def test_the_same_day_gives_the_same_world(make_site: Callable[..., Flask]) -> None:
    worlds = []
    for _ in range(2):
        site = make_site()
        with site.app_context():
            with atomic():
                assert plant_world(site_url="http://localhost:8000", today=date(2026, 2, 10))
            worlds.append(fingerprints())
    assert worlds[0] == worlds[1]


def test_any_day_gives_a_world(make_site: Callable[..., Flask]) -> None:
    site = make_site()
    with site.app_context():
        for today in (date(2026, 1, 1), date(2028, 2, 29), date(2026, 7, 15)):
            assert plant_world(site_url="http://localhost:8000", today=today)
            assert_lots_balance()
            assert_stock_is_what_moved()
            db.session.rollback()
