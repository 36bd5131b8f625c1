"""Where goods may be packed beside the farm itself, as features that stand on lots know it, such as packing houses."""

import uuid
from collections.abc import Callable, Sequence
from typing import NamedTuple


class PackingPlace(NamedTuple):
    """A place with its location code (AI 414)."""

    gln: str
    name: str


PlacesOf = Callable[[uuid.UUID], Sequence[PackingPlace]]
"""The places of the producer with this id, by name."""

_sources: dict[str, PlacesOf] = {}


def register_packing_places(name: str, places_of: PlacesOf) -> None:
    """Ask `places_of` where a producer packs; saying it again replaces it."""
    _sources[name] = places_of


def packing_places(producer_id: uuid.UUID) -> list[PackingPlace]:
    """Where the producer may pack beside its farm."""
    return [place for places_of in _sources.values() for place in places_of(producer_id)]
