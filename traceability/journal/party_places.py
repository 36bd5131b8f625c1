"""The places that are producers' own, as features that stand on the journal know them: plots, packing houses."""

import uuid
from collections.abc import Callable, Collection

from sqlalchemy import Select, union_all

from core.db import db

PlacesOf = Callable[[Collection[uuid.UUID]], Select[str]]
"""The location codes (GLN-13, AI 414) of what the producers with these ids have, as a query."""

_sources: dict[str, PlacesOf] = {}


def register_party_places(name: str, places_of: PlacesOf) -> None:
    """Ask `places_of` which places are a producer's; saying it again replaces it."""
    _sources[name] = places_of


def glns_of_places(producer_ids: Collection[uuid.UUID]) -> frozenset[str]:
    """The location codes of the places of all these producers, by one statement."""
    if not producer_ids or not _sources:
        return frozenset()
    return frozenset(db.session.scalars(union_all(*(places_of(producer_ids) for places_of in _sources.values()))))
