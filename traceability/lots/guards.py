"""What keeps goods from going on, decided by features that stand on lots, such as a recall."""

from collections.abc import Callable, Sequence

from core.errors import AppError
from traceability.lots.models import Lot

Guard = Callable[[Sequence[Lot]], None]
"""Raises an error when one of these locked lots must not be packed, sold or made into something."""

_guards: dict[str, Guard] = {}


def register_guard(name: str, guard: Guard) -> None:
    """Ask `guard` whenever goods go on; saying it again replaces it."""
    _guards[name] = guard


def check_may_go_on(lots: Sequence[Lot]) -> None:
    """Let every guard look at `lots`; raises what the first of them refuses with."""
    for guard in _guards.values():
        guard(lots)


def find_obstacle(lot: Lot) -> AppError | None:
    """What keeps `lot` from going on, as the error that whoever tries would get; None when nothing does."""
    try:
        check_may_go_on([lot])
    except AppError as refusal:
        return refusal
    return None
