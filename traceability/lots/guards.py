"""What keeps goods from going on, decided by features that stand on lots, such as a recall."""

import uuid
from collections.abc import Callable, Mapping, Sequence

from core.errors import AppError
from traceability.lots.models import Lot

Obstacles = Mapping[uuid.UUID, AppError]
"""What must not be packed, sold or made into something, by the lot's id: the error that whoever tries gets."""
Guard = Callable[[Sequence[Lot]], Obstacles]

_guards: dict[str, Guard] = {}


def register_guard(name: str, guard: Guard) -> None:
    """Ask `guard` whenever goods go on, and whenever they are offered for it; saying it again replaces it."""
    _guards[name] = guard


def check_may_go_on(lots: Sequence[Lot]) -> None:
    """Let every guard look at `lots`, which are locked; raises what the first of them has against one."""
    for obstacle in find_obstacles(lots).values():
        raise obstacle


def find_obstacles(lots: Sequence[Lot]) -> dict[uuid.UUID, AppError]:
    """Which of `lots` must not go on, and why; of several reasons for one the first guard's."""
    found: dict[uuid.UUID, AppError] = {}
    for guard in _guards.values() if lots else ():
        found = {**guard(lots), **found}
    return found
