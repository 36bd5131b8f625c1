"""When a scheduled subscription is due: against a naive enumeration, and what makes no schedule at all."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.subscriptions.schedules import RANGES, QuerySchedule, ScheduleError, parse_schedule


@st.composite
def fields(draw: st.DrawFn, name: str) -> str:
    """A field of the standard's grammar: numbers and ranges, in any order, with repetitions."""
    lowest, highest = RANGES[name]
    numbers = st.integers(lowest, highest)
    ranges = st.tuples(numbers, numbers).map(lambda pair: f"[{min(pair)}-{max(pair)}]")
    elements = draw(st.lists(st.one_of(numbers.map(str), ranges), min_size=1, max_size=4))
    return ",".join(elements)


def members(text: str) -> set[int]:
    """The numbers of a field, read in the plainest way."""
    found = set()
    for element in text.split(","):
        first, _dash, last = element.strip("[]").partition("-")
        found |= set(range(int(first), int(last or first) + 1))
    return found


def matches(given: dict[str, str], moment: datetime) -> bool:
    """Whether `moment` matches, as the standard words it; a schedule silent on seconds is due at second 0."""
    parts = {
        "second": moment.second,
        "minute": moment.minute,
        "hour": moment.hour,
        "dayOfMonth": moment.day,
        "month": moment.month,
        "dayOfWeek": moment.isoweekday(),
    }
    return all(parts[name] in members(text) for name, text in ({"second": "0"} | given).items())


MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2031, 1, 1)).map(lambda moment: moment.replace(tzinfo=UTC))


@given(
    st.fixed_dictionaries({"minute": fields("minute")}, optional={"second": fields("second"), "hour": fields("hour")}),
    MOMENTS,
)
def test_the_next_time_within_days_is_the_first_one_counted_second_by_second(
    given_fields: dict[str, str], moment: datetime
) -> None:
    found = parse_schedule(given_fields).next_after(moment)
    assert found > moment
    assert matches(given_fields, found)
    # Whole minutes are passed over where no second of them can match: the naive count stays short.
    counted = moment.replace(microsecond=0) + timedelta(seconds=1)
    while not matches(given_fields, counted):
        skips = counted.second == 0 and counted.minute not in members(given_fields["minute"])
        counted += timedelta(seconds=60 if skips else 1)
        if counted - moment > timedelta(hours=2):
            break
    else:
        assert found == counted


@given(
    st.fixed_dictionaries({}, optional={name: fields(name) for name in ("dayOfMonth", "month", "dayOfWeek")}).filter(
        bool
    ),
    MOMENTS,
)
def test_the_next_day_is_the_first_one_counted_day_by_day(given_fields: dict[str, str], moment: datetime) -> None:
    whole = {"hour": "6", "minute": "30", "second": "15"} | given_fields
    try:
        schedule = parse_schedule(whole)
    except ScheduleError:
        days = (datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=count) for count in range(366))
        no_weekday = {name: text for name, text in given_fields.items() if name != "dayOfWeek"}
        assert not any(matches(no_weekday | {"second": "0"}, day) for day in days)
        return
    found = schedule.next_after(moment)
    counted = moment.replace(hour=6, minute=30, second=15, microsecond=0)
    while counted <= moment or not matches(whole, counted):
        counted += timedelta(days=1)
    assert found == counted


@given(MOMENTS, MOMENTS, st.fixed_dictionaries({}, optional={name: fields(name) for name in RANGES}).filter(bool))
def test_later_moments_never_have_earlier_next_times(
    one: datetime, other: datetime, given_fields: dict[str, str]
) -> None:
    try:
        schedule = parse_schedule(given_fields)
    except ScheduleError:
        return
    earlier, later = sorted((one, other))
    assert schedule.next_after(earlier) <= schedule.next_after(later)


def schedule(**given_fields: str) -> QuerySchedule:
    return parse_schedule(given_fields)


@pytest.mark.parametrize(
    ("given_fields", "after", "expected"),
    [
        ({"hour": "1", "minute": "5"}, "2026-07-01T00:00:00", "2026-07-01T01:05:00"),
        ({"hour": "1", "minute": "5"}, "2026-07-01T01:05:00", "2026-07-02T01:05:00"),
        ({"second": "0,[29-31]"}, "2026-07-01T00:00:29", "2026-07-01T00:00:30"),
        ({"minute": "0", "dayOfWeek": "[1-5]"}, "2026-07-03T23:30:00", "2026-07-06T00:00:00"),
        ({"hour": "2"}, "2026-07-01T02:59:00", "2026-07-02T02:00:00"),
        ({"dayOfMonth": "31", "hour": "0", "minute": "0"}, "2026-01-31T00:00:00", "2026-03-31T00:00:00"),
        ({"month": "2", "dayOfMonth": "29", "hour": "0", "minute": "0"}, "2097-01-01T00:00:00", "2104-02-29T00:00:00"),
    ],
)
def test_times_worked_out_by_hand(given_fields: dict[str, str], after: str, expected: str) -> None:
    found = parse_schedule(given_fields).next_after(datetime.fromisoformat(after).replace(tzinfo=UTC))
    assert found == datetime.fromisoformat(expected).replace(tzinfo=UTC)


def test_a_leap_day_on_a_certain_weekday_is_found_across_the_year_2100() -> None:
    found = schedule(month="2", dayOfMonth="29", dayOfWeek="4", hour="0", minute="0").next_after(
        datetime(2072, 3, 1, tzinfo=UTC)
    )
    assert (found.month, found.day, found.isoweekday()) == (2, 29, 4)


def test_times_are_in_utc_whatever_zone_is_asked_in() -> None:
    vietnam = timezone(timedelta(hours=7))
    found = schedule(hour="1", minute="0").next_after(datetime(2026, 7, 1, 7, 30, tzinfo=vietnam))
    assert found == datetime(2026, 7, 1, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given_fields", "field"),
    [
        ({}, None),
        ({"second": "60"}, "second"),
        ({"minute": "-1"}, "minute"),
        ({"hour": "24"}, "hour"),
        ({"dayOfMonth": "0"}, "dayOfMonth"),
        ({"dayOfMonth": "32"}, "dayOfMonth"),
        ({"month": "13"}, "month"),
        ({"dayOfWeek": "0"}, "dayOfWeek"),
        ({"dayOfWeek": "8"}, "dayOfWeek"),
        ({"minute": "*/5"}, "minute"),
        ({"second": "0/30"}, "second"),
        ({"minute": "1-5"}, "minute"),
        ({"minute": "[5-1]"}, "minute"),
        ({"minute": "[1-5"}, "minute"),
        ({"minute": "1,"}, "minute"),
        ({"minute": ""}, "minute"),
        ({"minute": " 1"}, "minute"),
        ({"minute": "١"}, "minute"),
        ({"minute": "1" * 500}, "minute"),
        ({"minute": 5}, "minute"),
        ({"minute": None}, "minute"),
        ({"dayOfWeek": "MON"}, "dayOfWeek"),
        ({"year": "2026"}, "year"),
        ({"month": "2", "dayOfMonth": "30"}, None),
        ({"month": "4,6,9,11", "dayOfMonth": "31"}, None),
    ],
)
def test_nonsense_is_no_schedule(given_fields: dict[str, object], field: str | None) -> None:
    with pytest.raises(ScheduleError) as refusal:
        parse_schedule(given_fields)
    assert refusal.value.field == field


@given(st.dictionaries(st.sampled_from([*RANGES, "x"]), st.text(alphabet="0123456789[],-*/ a", max_size=12)))
def test_any_text_is_either_a_schedule_or_refused(given_fields: dict[str, str]) -> None:
    try:
        found = parse_schedule(given_fields)
    except ScheduleError:
        return
    assert found.next_after(datetime(2026, 1, 1, tzinfo=UTC)) > datetime(2026, 1, 1, tzinfo=UTC)
