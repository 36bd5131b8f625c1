"""Facts that other features keep, where they keep them.

The diary answers through here, so that the check knows it by two questions only.
"""

import uuid
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date

from traceability.diary.models import Plot
from traceability.dossiers.facts import AreaCode, SprayFacts


@dataclass(frozen=True)
class DiaryFacts:
    """What the diary of one plot has for a time: how many entries, and the sprays among them, oldest first."""

    entries: int
    sprays: tuple[SprayFacts, ...] = ()


DiarySource = Callable[[Collection[uuid.UUID], date, date], Mapping[uuid.UUID, DiaryFacts]]
AreaCodeSource = Callable[[Collection[Plot]], Mapping[uuid.UUID, tuple[AreaCode, ...]]]


def codes_on_plots(plots: Collection[Plot]) -> Mapping[uuid.UUID, tuple[AreaCode, ...]]:
    """The codes that stand on the plots themselves: their market and dates are not known."""
    return {plot.id: (AreaCode(plot.planting_area_code),) for plot in plots if plot.planting_area_code}


_diary: list[DiarySource] = []
_area_codes: list[AreaCodeSource] = [codes_on_plots]


def register_diary(source: DiarySource) -> None:
    """Ask `source` from now on what was done on plots from a first to a last day, both included."""
    _diary[:] = [source]


def register_area_codes(source: AreaCodeSource) -> None:
    """Ask `source` from now on which planting-area codes plots have."""
    _area_codes[:] = [source]


def diary_of(plot_ids: Collection[uuid.UUID], first: date, last: date) -> Mapping[uuid.UUID, DiaryFacts] | None:
    """What the diary has of these plots, or None where no diary is kept on this site."""
    return _diary[0](plot_ids, first, last) if _diary else None


def area_codes_of(plots: Collection[Plot]) -> Mapping[uuid.UUID, tuple[AreaCode, ...]]:
    """The planting-area codes of these plots."""
    return _area_codes[0](plots)
