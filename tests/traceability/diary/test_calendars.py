"""Growing calendars and amounts: typed, complete, and the likeliest work first."""

from datetime import date
from decimal import Decimal

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict
from wtforms import Form

from core.errors import Invalid
from core.i18n import use_locale
from traceability.diary.amounts import LARGEST, WRITTEN_UNITS, base_amount, format_amount, written_amount
from traceability.diary.calendars import SPRAYING, activities, calendars, farm_inputs, find_calendar
from traceability.diary.errors import AmountImpossible
from traceability.diary.rules import check_planting, doubts_about_dose
from traceability.diary.store_forms import AmountField
from traceability.diary.store_models import AmountUnit
from traceability.diary.suggestions import belongs_to, likely_activities, other_activities


def test_everything_that_calendars_name_is_known() -> None:
    for calendar in calendars().values():
        assert set(calendar.months) == set(range(1, 13))
        assert calendar.activity_codes <= set(activities())
        for plan in calendar.months.values():
            assert {code for planned in plan for code in planned.inputs} <= set(farm_inputs())
            assert all(0 <= planned.at_least <= planned.at_most for planned in plan)
    assert set(activities()) >= SPRAYING
    assert all(activity.name_vi and activity.name_en for activity in activities().values())


def test_harvest_windows_may_cross_the_year() -> None:
    pomelo, orange = calendars()["pomelo_phuc_trach"], calendars()["orange_khe_may"]
    assert pomelo.in_harvest_window(date(2026, 9, 15)) and not pomelo.in_harvest_window(date(2026, 1, 15))
    assert orange.in_harvest_window(date(2026, 12, 31)) and orange.in_harvest_window(date(2027, 1, 20))
    assert not orange.in_harvest_window(date(2027, 1, 21))
    assert find_calendar(None) is None and find_calendar("banana") is None


def test_what_the_month_wants_and_is_missing_comes_first() -> None:
    pomelo = calendars()["pomelo_phuc_trach"]
    january = {"on": date(2026, 1, 10), "done_before": {"mowing": 9, "irrigation": 2}}
    first = likely_activities(pomelo, done_this_month={}, closed=False, **january)
    assert first[0] == "pest_scouting" and len(first) == len(set(first))
    done = {"pest_scouting": 2, "pruning": 1}
    later = likely_activities(pomelo, done_this_month=done, closed=False, **january)
    assert later[0] in ("top_dressing", "weeding") and later.index("pest_scouting") > later.index("weeding")
    assert later.index("mowing") > later.index("training")
    today = likely_activities(pomelo, done_this_month={}, closed=False, done_today=["pest_scouting"], **january)
    assert today[0] != "pest_scouting" and "pest_scouting" in today


def test_a_harvest_is_not_likely_while_the_plot_is_closed() -> None:
    pomelo = calendars()["pomelo_phuc_trach"]
    september = {"on": date(2026, 9, 10), "done_this_month": {}, "done_before": {}}
    opened = likely_activities(pomelo, closed=False, **september)
    closed = likely_activities(pomelo, closed=True, **september)
    assert opened.index("harvesting") < 3 and closed[-1] == "harvesting"


def test_plots_without_a_calendar_have_work_too() -> None:
    ranked = likely_activities(
        None, on=date(2026, 1, 1), done_this_month={}, done_before={"mowing": 3, "gone": 9}, closed=False
    )
    assert ranked[0] == "mowing" and "gone" not in ranked and "irrigation" in ranked
    assert set(ranked) | set(other_activities(None, ranked)) == set(activities())


def test_pens_are_not_offered_in_orchards() -> None:
    assert belongs_to("canopy", "perennial") and not belongs_to("animal_care", "perennial")
    assert belongs_to("animal_care", "livestock") and not belongs_to("canopy", "livestock")
    assert not belongs_to("animal_care", None)


@given(st.integers(1, LARGEST), st.sampled_from(list(AmountUnit)))
def test_amounts_come_back_as_they_were(amount: int, unit: AmountUnit) -> None:
    number, written = written_amount(amount, unit)
    if number * 1000 == int(number * 1000):
        assert base_amount(number, written) == (amount, unit)


@pytest.mark.parametrize(
    ("number", "written"), [("0", "kg"), ("-1", "kg"), ("0.0001", "kg"), ("0.5", "piece"), ("1000001", "tonne")]
)
def test_impossible_amounts_are_refused(number: str, written: str) -> None:
    with pytest.raises(AmountImpossible):
        base_amount(Decimal(number), written)
    assert written in WRITTEN_UNITS


def test_amounts_are_written_in_the_readers_way(app: Flask) -> None:
    with app.test_request_context():
        with use_locale("vi"):
            assert format_amount(1_500, "g") == "1,5 kg" and format_amount(1_234_500, "ml") == "1.234,5 lít"
            assert format_amount(250, "ml") == "250 ml"
        with use_locale("en"):
            assert format_amount(1_234_500, "g") == "1,234.5 kg"


class AmountForm(Form):
    amount = AmountField()


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("2,5", "2.5"),
        ("2.5", "2.5"),
        ("1200", "1200"),
        ("0,125", "0.125"),
        (" 3 ", "3"),
        ("-5", "-5"),
        ("12.50", "12.5"),
    ],
)
def test_commas_and_points_are_decimal(app: Flask, typed: str, number: str) -> None:
    with app.test_request_context():
        form = AmountForm(MultiDict({"amount": typed}))
        assert form.validate() and form.amount.data == Decimal(number)


@pytest.mark.parametrize("typed", ["1.200", "1,200", "1.200.000", "nhiều", "NaN", "1e9999", "Infinity", "٣", "1" * 30])
def test_what_could_be_read_two_ways_is_asked_for(app: Flask, typed: str) -> None:
    with app.test_request_context():
        form = AmountForm(MultiDict({"amount": typed}))
        assert not form.validate() and form.amount.errors


def test_doses_are_compared_by_area() -> None:
    given = {"name": "x", "area_m2": 5000, "dose_max": 27.0}
    assert not doubts_about_dose(amount=1000, content=18, dose_unit="g_ai/ha", **given)
    assert doubts_about_dose(amount=1501, content=18, dose_unit="g_ai/ha", **given)
    assert not doubts_about_dose(amount=10**6, content=None, dose_unit="g_ai/ha", **given)
    assert not doubts_about_dose(amount=10**6, content=18, dose_unit="traps/ha", **given)
    assert doubts_about_dose(amount=27_001, content=None, dose_unit="kg_product/ha", **given)


def test_planting_is_checked_against_the_crop(app: Flask) -> None:
    today = date(2026, 6, 1)
    check_planting(2015, 200, crop="pomelo_phuc_trach", today=today)
    for year, trees, crop in (
        (2027, None, None),
        (1800, None, None),
        (None, 0, None),
        (None, 5, "rice_spring"),
        (None, None, "x"),
    ):
        with app.test_request_context(), pytest.raises(Invalid):
            check_planting(year, trees, crop=crop, today=today)
