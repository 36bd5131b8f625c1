"""Harvest days."""

from datetime import date, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from seeds.seasons import harvest_days


@given(
    months=st.sets(st.integers(1, 12)),
    before=st.dates(date(2024, 1, 1), date(2040, 1, 1)),
    count=st.integers(1, 3),
    seed=st.integers(),
)
def test_harvests_lie_in_season_within_the_year_before(months: set[int], before: date, count: int, seed: int) -> None:
    days = harvest_days(sorted(months), before=before, count=count, random=Random(seed))
    assert 1 <= len(days) <= count
    assert days == sorted(set(days), reverse=True)
    for day in days:
        assert before - timedelta(days=365) <= day < before
        assert not months or day.month in months


def test_what_grows_all_year_was_harvested_this_week() -> None:
    today = date(2026, 3, 1)
    assert harvest_days([], before=today, count=1, random=Random(3))[0] >= today - timedelta(days=4)
