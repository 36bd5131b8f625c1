"""Which activity is likely next on a plot, decided without any I/O."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Final

from traceability.diary.calendars import GrowingCalendar, activities

ALWAYS: Final = ("irrigation", "weeding", "pest_scouting", "waste_collection", "equipment_cleaning")
"""What can be done on any plot at any time, for plots without a calendar and at the end of every list."""


def likely_activities(
    calendar: GrowingCalendar | None,
    *,
    on: date,
    done_this_month: Mapping[str, int],
    done_before: Mapping[str, int],
    closed: bool,
    done_today: Collection[str] = (),
) -> list[str]:
    """Codes of activities, the likeliest first, each once.

    First what the calendar wants this month and has not been done often enough, the most wanted first; then what else
    it has for the month; then what was done before on this farm, the most frequent first. While the plot is closed a
    harvest is not likely, and what was done today neither.
    """
    planned = () if calendar is None else calendar.months.get(on.month, ())
    missing = {entry.activity: entry.at_least - done_this_month.get(entry.activity, 0) for entry in planned}
    wanted = sorted((code for code in missing if missing[code] > 0), key=lambda code: -missing[code])
    possible = sorted((code for code in missing if missing[code] <= 0), key=lambda code: -missing[code])
    habits = sorted(done_before, key=lambda code: (-done_before[code], code))
    known = activities()
    ranked = dict.fromkeys(code for code in (*wanted, *possible, *habits, *ALWAYS) if code in known)

    def unlikely(code: str) -> bool:
        return code in done_today or (closed and known[code].is_harvest)

    return sorted(ranked, key=unlikely)


def other_activities(calendar: GrowingCalendar | None, likely: Collection[str]) -> list[str]:
    """Everything else that may be written down: first the crop's own work in other months, then the rest."""
    of_crop = frozenset() if calendar is None else calendar.activity_codes
    rest = [code for code in activities() if code not in likely]
    return sorted(rest, key=lambda code: code not in of_crop)


def belongs_to(category: str, kind: str | None) -> bool:
    """Whether activities of a category are offered for a crop of this kind: no pens on orchards, no pruning of bees."""
    if kind == "livestock":
        return category in ("animal_care", "harvest", "post_harvest", "quality", "water")
    return category != "animal_care"
