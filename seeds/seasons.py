"""When the products of the demo world were harvested, counted back from a day."""

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from random import Random

from core.i18n import LOCAL_TIME_ZONE

YEAR = 365


def harvest_days(months: Collection[int], *, before: date, count: int, random: Random) -> list[date]:
    """`count` days of harvest within the year before `before`, newest first, all within `months` (empty: any).

    The newest is one of the last four days of the season that could be; between two lie one to three weeks of season.
    """
    season = [day for ago in range(1, YEAR + 1) if (day := before - timedelta(days=ago)).month in months or not months]
    position = random.randrange(4)
    days = []
    for _ in range(count):
        days.append(season[position])
        position = min(position + random.randint(7, 21), len(season) - 1)
    return list(dict.fromkeys(days))


@lru_cache
def season_days(months: tuple[int, ...], before: date) -> Sequence[date]:
    """The days of the year before `before` that lie in `months` (empty: all of them), newest first."""
    days = (before - timedelta(days=ago) for ago in range(1, YEAR + 1))
    return [day for day in days if day.month in months or not months]


def local_moment(day: date, hour: int, minute: int = 0) -> datetime:
    """That time of that day in Vietnam, in UTC."""
    return datetime.combine(day, time(hour, minute), tzinfo=LOCAL_TIME_ZONE).astimezone(UTC)
