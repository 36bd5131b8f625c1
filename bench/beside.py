"""The 95th percentile of the site beside that of a bare view, in turns."""

import statistics
from collections.abc import Sequence

from bench.load import run_load
from bench.measure import Goal, Measure, measure
from bench.world import BASELINE_PORT, SITE_PORT

SECONDS = 4.0
ROUNDS = 9
CONNECTIONS = 1
"""One request after another: the ratio is of what an answer takes, not of how long it waits for its turn."""

JSON = "application/json"


def p95_beside(
    name: str, *, ours: Sequence[str], bare: Sequence[str], goal: Goal | None, accept: str = JSON, cookie: str = ""
) -> Measure:
    """Ask for `ours` at the site and for `bare` at the baseline; the medians of the rounds count.

    `cookie` goes to the site alone. The first round warms up both. Raises SystemExit for an answer that is not 200.
    """
    values, baselines, ratios = [], [], []
    for number in range(ROUNDS + 1):
        baseline = run_load(BASELINE_PORT, bare, seconds=SECONDS, connections=CONNECTIONS, accept=accept)
        answer = run_load(SITE_PORT, ours, seconds=SECONDS, connections=CONNECTIONS, accept=accept, cookie=cookie)
        if baseline.failures or answer.failures:
            raise SystemExit(f"{name}: {baseline.failures + answer.failures} answers were not 200")
        if number:
            values.append(answer.p95_milliseconds)
            baselines.append(baseline.p95_milliseconds)
            ratios.append(answer.p95_milliseconds / baseline.p95_milliseconds)
    return measure(name, statistics.median(values), "ms (p95)", baselines, ratios, goal)
