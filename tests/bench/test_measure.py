"""The marks of benchmarks: ratios and values, least and greatest; and links that are worth measuring."""

import pytest

from bench.gs1 import digital_links
from bench.measure import Goal, measure
from traceability.gs1.digital_link import parse_digital_link


@pytest.mark.parametrize(
    ("goal", "holds", "text"),
    [
        (Goal(0.2), True, "≥ 20%"),
        (Goal(0.6), False, "≥ 60%"),
        (Goal(100_000, of="value"), True, "≥ 100,000"),
        (Goal(300_000, of="value"), False, "≥ 300,000"),
        (Goal(1.5, at_most=True), True, "≤ 150%"),
        (Goal(0.3, at_most=True), False, "≤ 30%"),
    ],
)
def test_a_goal_is_held_against_the_figure_that_it_names(goal: Goal, holds: bool, text: str) -> None:
    figures = measure("name", 150_000.0, "URIs/s", [200_000.0, 300_000.0, 400_000.0], [0.4, 0.5, 0.6], goal)
    assert (figures.baseline, figures.ratio, figures.holds) == (300_000.0, 0.5, holds)
    assert str(goal) == text


def test_every_link_of_the_benchmark_is_another_and_valid() -> None:
    links = digital_links(500)
    assert len(set(links)) == len(links) > 490
    assert {parse_digital_link(link).names[0] for link in links} == {"00", "01", "414", "8004", "8006"}
