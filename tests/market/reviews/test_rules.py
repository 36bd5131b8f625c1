"""Decisions about reviews."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.reviews.rules import Rating, may_change, name_to_show

WRITTEN = datetime(2026, 11, 1, 8, tzinfo=UTC)


@given(st.lists(st.integers(1, 5), min_size=1, max_size=200))
def test_the_average_lies_between_the_worst_and_the_best(stars: list[int]) -> None:
    average = Rating(len(stars), sum(stars)).average
    assert min(stars) <= average <= max(stars)
    assert abs(average - Decimal(sum(stars)) / len(stars)) <= Decimal("0.05")


def test_no_review_has_no_average_to_speak_of() -> None:
    assert Rating(0, 0).average == 0


def test_halves_are_rounded_up() -> None:
    assert str(Rating(4, 17).average) == "4.3"


@pytest.mark.parametrize(("days", "may"), [(0, True), (14, True), (14.01, False), (400, False)])
def test_a_review_may_be_changed_for_fourteen_days(days: float, may: bool) -> None:
    assert may_change(WRITTEN, WRITTEN + timedelta(days=days)) is may


@pytest.mark.parametrize(
    ("buyer", "shown"), [("Nguyễn Thị Mẫu", "Mẫu"), ("  Mẫu ", "Mẫu"), ("", ""), ("x" * 90, "x" * 60)]
)
def test_a_buyer_is_shown_by_the_given_name(buyer: str, shown: str) -> None:
    assert name_to_show(buyer) == shown
