"""Days to wait after manure or nitrogen: asked about at the harvest, never refused; and harvests before planting."""

from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from core.db import db
from core.errors import Invalid
from tests.factories import make_receipt
from tests.traceability.diary.growing import Garden, make_garden
from tests.traceability.farm import days_ago
from traceability.diary.calendars import usual_harvest_interval
from traceability.diary.entries import withdraw_entry
from traceability.diary.entry_doubts import harvest_warnings
from traceability.diary.entry_models import DiaryEntry
from traceability.diary.errors import ConfirmationNeeded, HarvestBeforePlanting, InTheFuture
from traceability.diary.rules import InputAmount, check_planted, check_planting
from traceability.diary.store import receive_input
from traceability.diary.store_models import AmountUnit, InputKind, InputReceipt
from traceability.diary.usecases import PlotFacts, update_plot
from traceability.lots.models import Lot


def manured(garden: Garden, *, days: int, wait: int = 30) -> DiaryEntry:
    receipt = make_receipt(garden.farm.producer, received_on=days_ago(400), received_amount=9_000)
    receipt.trade_name, receipt.harvest_interval_days = "Phân chuồng (mẫu)", wait
    return garden.record("base_fertilizing", days=days, inputs=(InputAmount(receipt.id, 1000, AmountUnit.GRAM),))


@pytest.mark.parametrize(
    ("label", "days"),
    [
        ("Đạm Urê Phú Mỹ hạt trong", 14),
        ("PHÂN CHUỒNG Ủ HOAI MỤC bao 50 kg", 30),
        ("Urea 46% N", None),
        ("Kali clorua", 14),
        ("Bao tay", None),
    ],
)
def test_a_label_that_names_something_usual_brings_its_days(label: str, days: int | None) -> None:
    assert usual_harvest_interval(label) == days


@pytest.mark.usefixtures("session")
class TestTheStore:
    def received(self, **values: Any) -> InputReceipt:
        garden = make_garden()
        given: dict[str, Any] = {
            "kind": InputKind.FERTILISER,
            "trade_name": "Phân đạm urê (mẫu)",
            "received_on": days_ago(5),
            "amount": 1000,
            "unit": AmountUnit.GRAM,
            **values,
        }
        return receive_input(actor=garden.farm.actor, producer_id=garden.farm.producer.id, **given)

    def test_what_is_stated_prevails_over_the_usual(self) -> None:
        assert self.received().harvest_interval_days == 14
        assert self.received(harvest_interval_days=20).harvest_interval_days == 20
        assert self.received(harvest_interval_days=0).harvest_interval_days == 0

    def test_materials_have_none_and_nonsense_is_refused(self) -> None:
        assert self.received(kind=InputKind.MATERIAL, harvest_interval_days=3).harvest_interval_days is None
        with pytest.raises(Invalid) as refusal:
            self.received(harvest_interval_days=400)
        assert refusal.value.field == "harvest_interval_days"


@pytest.mark.usefixtures("session")
class TestTheHarvest:
    def test_a_harvest_too_soon_after_manure_has_to_be_confirmed(self) -> None:
        garden = make_garden()
        manured(garden, days=31)
        with pytest.raises(ConfirmationNeeded) as question:
            garden.harvested(days=2)
        assert [doubt.code for doubt in question.value.doubts] == ["fertiliser"]
        message = question.value.doubts[0].message
        assert "Phân chuồng (mẫu)" in message and f"{days_ago(31):%d/%m/%Y}" in message
        assert f"{days_ago(1):%d/%m/%Y}" in message
        assert garden.harvested(days=2, confirmed=["fertiliser"])
        assert garden.harvested(days=1)

    def test_the_longest_wait_is_named_and_what_was_withdrawn_is_not(self) -> None:
        garden = make_garden()
        longest = manured(garden, days=3)
        manured(garden, days=2, wait=14)
        plots = [garden.farm.plot]
        assert [f"{days_ago(3):%d/%m/%Y}" in words for words in harvest_warnings(plots, on=days_ago(0))] == [True]
        withdraw_entry(actor=garden.farm.actor, entry_id=longest.id, reason="ghi nhầm")
        assert [f"{days_ago(2):%d/%m/%Y}" in words for words in harvest_warnings(plots, on=days_ago(0))] == [True]

    def test_what_is_spread_after_the_harvest_does_not_matter(self) -> None:
        garden = make_garden()
        manured(garden, days=1)
        assert not harvest_warnings([garden.farm.plot], on=days_ago(2))

    def test_a_lot_is_made_all_the_same_and_the_page_warns(self, client: FlaskClient) -> None:
        garden = make_garden()
        manured(garden, days=3)
        db.session.commit()
        answer = garden.farm.signed_in(client).post(
            "/farm/lots/new",
            data={
                "product_id": str(garden.farm.product.id),
                "plot_ids": str(garden.farm.plot.id),
                "harvested_on": days_ago(0).isoformat(),
                "quantity": "100",
                "unit": "piece",
                "unit_weight": "1200",
                "tolerance": "2",
            },
            follow_redirects=True,
        )
        assert answer.status_code == 200 and "Phân chuồng (mẫu)" in answer.text
        lot = db.session.scalars(select(Lot).where(Lot.product_id == garden.farm.product.id)).one()
        assert lot.tolerance_grams == 2000


def test_the_day_of_planting_counts_where_it_is_known(app: Flask) -> None:
    with app.test_request_context():
        check_planted(date(2026, 3, 1), plot_name="x", planting_year=2026)
        check_planted(date(2026, 3, 2), plot_name="x", planting_year=2026, planted_on=date(2026, 3, 2))
        with pytest.raises(HarvestBeforePlanting) as refusal:
            check_planted(date(2026, 3, 1), plot_name="x", planting_year=2026, planted_on=date(2026, 3, 2))
        assert "trồng ngày 02/03/2026" in str(refusal.value)
        with pytest.raises(HarvestBeforePlanting, match="trồng năm 2026"):
            check_planted(date(2025, 3, 1), plot_name="x", planting_year=2026)


def test_the_day_of_planting_lies_in_its_year_and_not_ahead(app: Flask) -> None:
    today = date(2026, 6, 1)
    check_planting(2026, None, crop=None, planted_on=today, today=today)
    with app.test_request_context():
        with pytest.raises(InTheFuture):
            check_planting(2026, None, crop=None, planted_on=date(2026, 6, 2), today=today)
        with pytest.raises(Invalid):
            check_planting(2025, None, crop=None, planted_on=date(2026, 5, 2), today=today)


@pytest.mark.usefixtures("session")
def test_a_plot_with_a_day_has_its_year_and_refuses_an_earlier_harvest() -> None:
    garden = make_garden(crop="peanut_spring")
    plot = garden.farm.plot
    facts = PlotFacts(plot.name, plot.commune_code, plot.area_m2, crop="peanut_spring", planted_on=days_ago(3))
    saved = update_plot(actor=garden.farm.actor, plot_id=plot.id, facts=facts)
    assert (saved.planted_on, saved.planting_year) == (days_ago(3), days_ago(3).year)
    with pytest.raises(HarvestBeforePlanting):
        garden.harvested(days=4)
    assert garden.harvested(days=3)
