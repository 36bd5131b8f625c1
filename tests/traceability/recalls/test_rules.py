"""States, deadlines and shares of recalls."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Invalid
from core.i18n import LOCAL_TIME_ZONE, local_day
from traceability.recalls.models import RecallStatus
from traceability.recalls.rules import (
    Alert,
    check_grams,
    check_text,
    decision_due,
    decision_warning,
    hours_left,
    may_become,
    report_due,
    report_warning,
    share,
)
from traceability.recalls.working_days import is_working_day

S = RecallStatus
ALLOWED = {(S.PROPOSED, S.ACTIVE), (S.PROPOSED, S.REJECTED), (S.ACTIVE, S.CLOSED)}


@pytest.mark.parametrize("current", S)
@pytest.mark.parametrize("new", S)
def test_the_states_are_a_table(current: S, new: S) -> None:
    assert may_become(current, new) == ((current, new) in ALLOWED)


def local(day: int, hour: int = 10) -> datetime:
    """A time in November 2026, whose 2nd is a Monday."""
    return datetime(2026, 11, day, hour, tzinfo=LOCAL_TIME_ZONE)


def end_of(day: int) -> datetime:
    """The last second of a day in November 2026."""
    return datetime(2026, 11, day, 23, 59, 59, tzinfo=LOCAL_TIME_ZONE)


@pytest.mark.parametrize(
    ("decided", "last_day"),
    [(2, 5), (3, 6), (4, 9), (5, 10), (6, 11), (7, 11), (8, 11)],
    ids=["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
)
def test_a_report_is_due_at_the_end_of_the_third_working_day(decided: int, last_day: int) -> None:
    assert report_due(local(decided)) == end_of(last_day)


def test_the_day_is_the_one_in_vietnam() -> None:
    sunday_evening_in_utc = datetime(2026, 11, 1, 18, tzinfo=UTC)  # Monday, one o'clock, in Vietnam
    assert report_due(sunday_evening_in_utc) == end_of(5)


@given(st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2030, 1, 1), timezones=st.just(UTC)))
def test_there_are_always_three_working_days_and_never_more_than_a_new_year_longer(decided: datetime) -> None:
    due = report_due(decided)
    assert timedelta(days=2, hours=23) <= due - decided <= timedelta(days=14)
    assert is_working_day(local_day(due))


@pytest.mark.parametrize(
    ("hours", "alert"), [(0, None), (17.9, None), (18, Alert.SOON), (23.9, Alert.SOON), (24, Alert.OVERDUE)]
)
def test_a_decision_is_due_within_a_day(hours: float, alert: Alert | None) -> None:
    assert decision_warning(local(2), local(2) + timedelta(hours=hours)) is alert


def test_a_report_is_warned_about_on_its_last_day() -> None:
    assert report_warning(local(2), local(4, 23)) is None
    assert report_warning(local(2), local(5, 0)) is Alert.SOON
    assert report_warning(local(2), local(6, 0)) is Alert.OVERDUE


def test_a_share_is_only_whole_when_all_of_it_is_there() -> None:
    assert share(999_999, 1_000_000) == 99.9
    assert share(1, 1) == 100
    assert share(0, 0) == 100


def test_texts_must_say_something() -> None:
    with pytest.raises(Invalid) as refused:
        check_text("  ngắn ", field="reason")
    assert refused.value.field == "reason"
    with pytest.raises(Invalid):
        check_text("x" * 1001, field="reason")


@pytest.mark.parametrize(("grams", "already"), [(0, 0), (-5, 0), (101, 0), (1, 100)])
def test_no_more_comes_back_than_was_made(grams: int, already: int) -> None:
    with pytest.raises(Invalid):
        check_grams(grams, already=already, lot_grams=100, lot_number="L1")
    check_grams(100 - min(already, 99), already=min(already, 99), lot_grams=100, lot_number="L1")


@pytest.mark.parametrize(
    ("now", "left"),
    [(0, 24), (0.5, 23), (23.5, 0), (24, 0), (24.5, -1), (30, -6)],
)
def test_hours_are_counted_in_full(now: float, left: int) -> None:
    assert hours_left(decision_due(local(2)), local(2) + timedelta(hours=now)) == left
