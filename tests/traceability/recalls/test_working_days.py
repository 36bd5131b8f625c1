"""Working days: without weekends and public holidays, which are data."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.i18n import LOCAL_TIME_ZONE, local_day, use_locale
from traceability.recalls.deadlines import deadline_of
from traceability.recalls.models import Recall, RecallStatus
from traceability.recalls.rules import Alert, report_due
from traceability.recalls.working_days import after_working_days, holidays, holidays_between, is_working_day

DAYS = st.dates(min_value=date(2025, 1, 1), max_value=date(2031, 12, 31))


@pytest.mark.parametrize(
    ("decided", "last_day"),
    [
        (date(2026, 2, 12), date(2026, 2, 24)),  # Thursday before the New Year: 13, 23, 24 February
        (date(2026, 4, 29), date(2026, 5, 6)),  # over 30 April and 1 May
        (
            date(2026, 4, 24),
            date(2026, 5, 4),
        ),  # 27 April in place of Hùng Kings
        (date(2026, 8, 28), date(2026, 9, 7)),  # 31 August to 2 September
        (date(2026, 1, 9), date(2026, 1, 13)),  # Saturday 10 January is worked
        (date(2030, 4, 29), date(2030, 5, 6)),  # of that year nothing is listed: the fixed days count
    ],
)
def test_a_report_is_due_on_the_third_working_day(decided: date, last_day: date) -> None:
    moment = datetime(decided.year, decided.month, decided.day, 10, tzinfo=LOCAL_TIME_ZONE)
    assert local_day(report_due(moment)) == last_day


@given(DAYS, st.integers(1, 10))
def test_so_many_working_days_lie_between(day: date, count: int) -> None:
    last = after_working_days(day, count)
    between = [day + timedelta(days=number) for number in range(1, (last - day).days + 1)]
    assert is_working_day(last)
    assert sum(map(is_working_day, between)) == count


def test_every_listed_day_off_is_a_weekday_and_every_worked_day_a_weekend() -> None:
    assert all(day.weekday() < 5 for day in holidays().days_off)
    assert all(day.weekday() >= 5 for day in holidays().worked_weekends)


@pytest.mark.parametrize("year", [2026, 2027])
def test_a_listed_year_has_its_eleven_days(year: int) -> None:
    """Article 112: one, five, one, one, one and two days; a fixed day on a weekend has another in its place."""
    names = {holiday.name_vi for day, holiday in holidays().days_off.items() if day.year == year}
    assert sum(day.year == year and "hoán đổi" not in off.name_vi for day, off in holidays().days_off.items()) == 11
    assert {"Tết Dương lịch", "Tết Nguyên đán", "Quốc khánh"} <= names


def test_holidays_are_named_once_and_those_on_weekends_not() -> None:
    found = holidays_between(date(2026, 2, 12), date(2026, 2, 24))
    assert [holiday.name_en for holiday in found] == ["Lunar New Year"]
    assert holidays_between(date(2027, 5, 1), date(2027, 5, 2)) == []


def recall(status: RecallStatus, at: datetime) -> Recall:
    return Recall(status=status, proposed_at=at, decided_at=at if status is not RecallStatus.PROPOSED else None)


@pytest.mark.usefixtures("session")
class TestWords:
    @pytest.mark.parametrize(
        ("hours", "left", "alert"),
        [
            (0, "24 hours left", None),
            (20, "4 hours left", Alert.SOON),
            (23.5, "less than an hour left", Alert.SOON),
            (24.5, "1 hour too late", Alert.OVERDUE),
            (100, "3 days too late", Alert.OVERDUE),
        ],
    )
    def test_a_decision(self, hours: float, left: str, alert: Alert | None) -> None:
        at = datetime(2026, 11, 2, 3, tzinfo=UTC)
        with use_locale("en"):
            found = deadline_of(recall(RecallStatus.PROPOSED, at), now=at + timedelta(hours=hours))
        assert found is not None
        assert (found.left, found.alert, found.skipped) == (left, alert, "")

    def test_a_report_names_the_holidays_that_did_not_count(self) -> None:
        at = datetime(2026, 8, 28, 3, tzinfo=UTC)
        with use_locale("en"):
            found = deadline_of(recall(RecallStatus.ACTIVE, at), now=at)
        assert found is not None
        assert found.left == "10 days left"
        assert found.skipped == "Moved, worked on 22 August, National Day"

    @pytest.mark.parametrize("status", [RecallStatus.CLOSED, RecallStatus.REJECTED])
    def test_nothing_is_due_of_what_is_over(self, status: RecallStatus) -> None:
        at = datetime(2026, 8, 28, 3, tzinfo=UTC)
        assert deadline_of(recall(status, at), now=at) is None
