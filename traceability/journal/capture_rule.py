"""Whose goods a party may write about: the decision alone, without looking anything up.

A party writes about what is its own: identifiers below its keys. It may name others' goods beside its own, and may
say that others' goods were seen, packed or handed over where it is itself the source, the destination or the place.
Only the owner of a key brings objects of it into being or ends them; the parcels of the site are anybody's who packs
goods of their own. Identifiers that GS1 gave to nobody (a UUID, say) are anybody's, but make no goods one's own.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from traceability.gs1.digital_link import CANONICAL_STEM
from traceability.gs1.epc_uris import canonical_identifier
from traceability.journal.identifiers import EventIdentifier
from traceability.journal.indexing import EventIndex

_GS1_KEY: Final = f"{CANONICAL_STEM}/"
_HAND_OVERS: Final = (("sourceList", "source"), ("destinationList", "destination"))


class OwnKeys(NamedTuple):
    """What is a party's own: beginnings of canonical URIs. `site_parcels` begin the SSCCs that the site issues."""

    prefixes: tuple[str, ...]
    site_parcels: tuple[str, ...] = ()


def foreign_identifier(own: OwnKeys, event: Mapping[str, Any], index: EventIndex) -> str | None:
    """The identifier because of which the party with the keys `own` may not capture `event`; None if it may.

    The empty string when the event names neither objects nor a place of the party's.
    """
    keyed = [(item, _is_own(own, item.identifier)) for item in index.identifiers if _has_key(item.identifier)]
    names_own = any(is_own for _item, is_own in keyed)
    for item, is_own in keyed:
        if not is_own and _makes_or_ends(event, item):
            beside_own_goods = names_own and item.identifier.startswith(own.site_parcels)
            if not beside_own_goods:
                return item.identifier
    if names_own or any(_is_own(own, place) for place in _places(event, index)):
        return None
    if keyed:
        return keyed[0][0].identifier
    return None if index.identifiers else ""


def _makes_or_ends(event: Mapping[str, Any], item: EventIdentifier) -> bool:
    """Whether `event` brings the object into being or ends it (EPCIS 2.0 §7.4.2 and §7.4.6)."""
    if event.get("type") == "ObjectEvent":
        return event.get("action") in ("ADD", "DELETE")
    return item.role in ("output", "output_quantity")


def _has_key(identifier: str) -> bool:
    return identifier.startswith(_GS1_KEY)


def _is_own(own: OwnKeys, identifier: str) -> bool:
    return identifier.startswith(own.prefixes)


def _places(event: Mapping[str, Any], index: EventIndex) -> Iterator[str]:
    """Where it happened, and the parties and places of the hand-over."""
    if index.read_point is not None:
        yield index.read_point
    if index.biz_location is not None:
        yield index.biz_location
    yield from hand_over_parties(event)


def hand_over_parties(event: Mapping[str, Any]) -> Iterator[str]:
    """The canonical URIs of the sources and destinations of `event` (EPCIS 2.0 §7.3.5.4)."""
    for field, side in _HAND_OVERS:
        for element in event.get(field) or ():
            yield canonical_identifier(element[side])
