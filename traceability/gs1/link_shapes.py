"""The shapes of Digital Links: which identifiers make a link together, and how the values of each are checked."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import lru_cache
from itertools import combinations
from typing import Final

from traceability.gs1.application_identifiers import (
    TABLE,
    ApplicationIdentifier,
    check_associations,
    get_identifier,
)
from traceability.gs1.errors import N_, AssociationError, StructureError
from traceability.gs1.value_rules import Rule

PRIMARY_KEYS: Final = frozenset(ai for ai, entry in TABLE.items() if entry.is_primary_key)
Step = tuple[Callable[[str], object], Rule | None, ApplicationIdentifier]
"""How to check one value: a pattern to fit and perhaps a rule to keep; the entry explains what is wrong."""


@lru_cache(maxsize=4096)
def plan_of(path: tuple[str, ...], attributes: tuple[str, ...]) -> tuple[Step, ...]:
    """How to check the values of a link with these identifiers, in their order; raises if they make no link.

    All that depends on the identifiers alone is decided here, once for each of the few shapes that links have.
    """
    for ai in path + attributes:
        get_identifier(ai)
    _check_order(path)
    for place, ai in enumerate(attributes):
        if ai in path or ai in attributes[:place]:
            raise StructureError(N_("(%(ai)s) stands twice."), {"ai": ai}, ai=ai)
        check_attribute(ai, path)
    check_associations(path + attributes)
    entries = [TABLE[ai] for ai in path + attributes]
    return tuple((entry.pattern.fullmatch, entry.rule, entry) for entry in entries)


def _check_order(path: tuple[str, ...]) -> None:
    """Raise unless the qualifiers after the primary key follow one of its sequences, each at most once."""
    primary, *qualifiers = path
    if not qualifiers:
        return
    sequences = TABLE[primary].qualifiers or ()
    for sequence in sequences:
        remaining = iter(sequence)
        if all(ai in remaining for ai in qualifiers):
            return
    stray = next((ai for ai in qualifiers if not any(ai in sequence for sequence in sequences)), None)
    if stray is not None:
        raise StructureError(
            N_("(%(ai)s) is not a key qualifier of (%(key)s)."), {"ai": stray, "key": primary}, ai=stray
        )
    allowed = " / ".join(" → ".join(sequence) for sequence in sequences)
    raise StructureError(
        N_("The qualifiers of (%(key)s) must follow this order: %(allowed)s."),
        {"key": primary, "allowed": allowed},
        ai=qualifiers[0],
    )


def _fits_path(ai: str, path: tuple[str, ...]) -> bool:
    """Whether ``ai`` could stand in the path as well: then it may not stand in the query."""
    present = {*path[1:], ai}
    return any(ai in sequence and present <= set(sequence) for sequence in TABLE[path[0]].qualifiers or ())


def check_attribute(ai: str, path: tuple[str, ...]) -> None:
    if _fits_path(ai, path):
        raise StructureError(
            N_("(%(ai)s) is a key qualifier of (%(key)s) and belongs in the path, not in the query."),
            {"ai": ai, "key": path[0]},
            ai=ai,
        )
    if not TABLE[ai].is_data_attribute:
        raise StructureError(N_("(%(ai)s) may not be a data attribute of a link."), {"ai": ai}, ai=ai)


def _key_paths() -> Iterator[tuple[str, ...]]:
    for key in sorted(PRIMARY_KEYS):
        for sequence in TABLE[key].qualifiers or ((),):
            for count in range(len(sequence) + 1):
                yield from ((key, *chosen) for chosen in combinations(sequence, count))


def _settled_plans() -> dict[tuple[str, ...], tuple[Step, ...]]:
    """The plan of every sequence of keys that makes a link without attributes."""
    plans = {}
    for path in _key_paths():
        with suppress(AssociationError):
            plans[path] = plan_of(path, ())
    return plans


PLANS: Final = _settled_plans()
