"""The pre-harvest interval, decided without any I/O.

A spray on day S with an interval of d days keeps the plot closed on every day before S + d. Sprays are told apart
from what corrected them by the queries: only those in force come here.
"""

import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Spray:
    """A spray in force: on which plot and day, with what, and how many days no harvest may follow."""

    entry_id: uuid.UUID
    plot_id: uuid.UUID
    done_on: date
    interval_days: int
    product: str = ""

    @property
    def harvest_from(self) -> date:
        """The first day of harvest that this spray allows."""
        return self.done_on + timedelta(days=self.interval_days)


@dataclass(frozen=True, slots=True)
class Wait:
    """A fertiliser or feed in force, on which plot and day, and how many days a careful farmer waits before harvest."""

    entry_id: uuid.UUID
    plot_id: uuid.UUID
    done_on: date
    days: int
    product: str

    @property
    def ends_on(self) -> date:
        """The first day of harvest after it."""
        return self.done_on + timedelta(days=self.days)


@dataclass(frozen=True, slots=True)
class Permission:
    """What an officer's override permits: the harvest of a plot on the days from first to last, despite some sprays."""

    plot_id: uuid.UUID
    first_day: date
    last_day: date
    spray_entry_ids: frozenset[uuid.UUID]

    def excuses(self, spray: Spray, on: date) -> bool:
        """Whether a harvest of that day may take place despite `spray`."""
        return (
            spray.plot_id == self.plot_id
            and self.first_day <= on <= self.last_day
            and spray.entry_id in self.spray_entry_ids
        )


def longest_interval(intervals: Iterable[int]) -> int:
    """The interval of a spray of several products or ingredients: the longest of theirs. At least one is needed."""
    return max(intervals)


def sprays_in_the_way(sprays: Iterable[Spray], *, on: date, permissions: Collection[Permission] = ()) -> list[Spray]:
    """Those of `sprays` that forbid a harvest of day `on`, the one that forbids it longest first.

    A spray of a later day than `on` forbids nothing: the fruit was off the tree by then. One of the same day does,
    unless its interval is 0, for nobody can say which came first.
    """
    found = [
        spray
        for spray in sprays
        if spray.done_on <= on < spray.harvest_from
        and not any(permission.excuses(spray, on) for permission in permissions)
    ]
    return sorted(found, key=lambda spray: (spray.harvest_from, spray.done_on, spray.entry_id), reverse=True)


def first_allowed_day(sprays: Collection[Spray], *, today: date) -> date:
    """The first day from `today` on which all of `sprays`, and those only, allow a harvest."""
    return max([today, *(spray.harvest_from for spray in sprays if spray.done_on <= today)])


def interval_on_crop(intervals: Mapping[str, int], crop: str | None) -> int | None:
    """The interval in days of an ingredient on a crop of the list; None where the list has no figure for it."""
    return None if crop is None else intervals.get(crop)
