"""Any order of everything that can be done in the market, some of it at the same time.

Never oversold, nothing leaked, each order paid at most once, the ledger zero, and in the end the vendor's books equal
ours. Each run plays the same histories, but for who of two at once is first. A larger run, with others every time:
`HYPOTHESIS_PROFILE=nightly`.
"""

import os
import secrets
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from core.config import Settings
from tests.market.stateful.books import HAPPENED
from tests.market.stateful.duels import Duels
from tests.market.stateful.history import History
from tests.market.stateful.world import World, make_world
from tests.support.databases import TestDatabases

LARGE = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
HISTORIES, STEPS = 20, 60
LEAST_STEPS = 100_000 if LARGE else 5_000
HISTORIES_OF_A_WORLD = 30
MOST_ROUNDS = 2 * LEAST_STEPS // (HISTORIES * STEPS)
"""Hypothesis likes to vary what it has tried; it begins anew after some histories, until there are enough steps."""

SEEN = (
    "cash given back",
    "cash received",
    "cash refused",
    "heavier paid",
    "heavier waived",
    "order cancelled",
    "order expired",
    "order paid",
    "order shipped",
    "payment expired",
    "payment refunded",
    "payment succeeded",
    "refund balance_unpaid",
    "refund buyer_cancelled",
    "refund failed",
    "refund goodwill",
    "refund harvest_failed",
    "refund line_short",
    "refund packed_weight",
    "refund paid_too_late",
    "refund returned",
    "refund succeeded",
    "rest cancelled",
    "rest paid",
    "voucher released",
    "voucher spent",
    "card refused",
    "webhook",
)
"""What a run that is worth its time has come across."""


class Worlds:
    """One world for some histories: a fresh one when it has grown old, or when a history ended in a failure."""

    def __init__(self, make: Callable[[], World]) -> None:
        self._make = make
        self._world: World | None = None
        self.happened: Counter[str] = Counter()

    def current(self) -> World:
        """The world that the next history happens in."""
        if self._world is not None and (not self._world.is_sound or self._world.histories >= HISTORIES_OF_A_WORLD):
            self.close()
        if self._world is None:
            self._world = self._make()
        return self._world

    def missing(self) -> set[str]:
        """What no history has come across so far. The current world ends."""
        self.close()
        return {what for what in SEEN if not self.happened[what]}

    def close(self) -> None:
        """End the current world, and count what has happened in it."""
        if self._world is not None:
            self.happened.update({row.what: row.often for row in self._world.sql(HAPPENED)})
            self._world.close()
            self._world = None


@pytest.fixture
def worlds(databases: TestDatabases, make_settings: Callable[..., Settings]) -> Iterator[Worlds]:
    found = Worlds(lambda: make_world(databases, make_settings))
    yield found
    found.close()


def test_whatever_is_done_in_whatever_order(worlds: Worlds) -> None:
    History.steps = 0
    for number in range(MOST_ROUNDS):
        run_state_machine_as_test(
            seed(secrets.randbits(32) if LARGE else number)(lambda: Duels(worlds.current())),
            settings=settings(
                max_examples=HISTORIES,
                stateful_step_count=STEPS,
                database=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            ),
        )
        if History.steps >= LEAST_STEPS and not worlds.missing():
            break
    assert History.steps >= LEAST_STEPS
    assert worlds.missing() == set()
