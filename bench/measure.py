"""What a benchmark found, and the mark that it is held against."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Goal:
    """The mark of a benchmark: a least, or greatest, ratio to the baseline, or a value in the benchmark's own unit."""

    mark: float
    of: Literal["ratio", "value"] = "ratio"
    at_most: bool = False

    def holds(self, *, value: float, ratio: float) -> bool:
        """Whether the figure that counts is on the right side of the mark."""
        figure = value if self.of == "value" else ratio
        return figure <= self.mark if self.at_most else figure >= self.mark

    def __str__(self) -> str:
        sign = "≤" if self.at_most else "≥"
        return f"{sign} {self.mark:,.0f}" if self.of == "value" else f"{sign} {self.mark:.0%}"


@dataclass(frozen=True)
class Measure:
    """One benchmark's figures, as they stand in `var/bench.json`. `ratio` is value over baseline; `goal` its mark."""

    name: str
    value: float
    unit: str
    baseline: float
    ratio: float
    goal: Goal | None
    holds: bool


def measure(
    name: str, value: float, unit: str, baselines: Sequence[float], ratios: Sequence[float], goal: Goal | None
) -> Measure:
    """The figures of several rounds in one: the medians of baselines and ratios count."""
    ratio = statistics.median(ratios)
    return Measure(
        name=name,
        value=round(value, 2),
        unit=unit,
        baseline=round(statistics.median(baselines), 2),
        ratio=round(ratio, 4),
        goal=goal,
        holds=goal is None or goal.holds(value=value, ratio=ratio),
    )
