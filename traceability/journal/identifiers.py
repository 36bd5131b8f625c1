"""Which objects an event is about, in the one spelling that the journal is searched by."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from traceability.gs1.digital_link import CANONICAL_STEM
from traceability.gs1.epc_uris import canonical_identifier
from traceability.gs1.links import lot_uri, parcel_uri

_EPC_FIELDS = (
    ("parentID", "parent"),
    ("epcList", "epc"),
    ("childEPCs", "child"),
    ("inputEPCList", "input"),
    ("outputEPCList", "output"),
)
_QUANTITY_FIELDS = (
    ("quantityList", "quantity"),
    ("childQuantityList", "child_quantity"),
    ("inputQuantityList", "input_quantity"),
    ("outputQuantityList", "output_quantity"),
)


@dataclass(frozen=True, slots=True)
class EventIdentifier:
    """One object of an event: its `role` (the field it stood in), its canonical URI, and how much of it, if said."""

    role: str
    identifier: str
    quantity: float | None = None
    unit_of_measure: str | None = None


def lot_identifier(gtin: str, lot_number: str) -> str:
    """The canonical URI of a lot. It does not depend on the site's address, so history survives a change of it."""
    return canonical_identifier(lot_uri(CANONICAL_STEM, gtin, lot_number))


def parcel_identifier(sscc: str) -> str:
    """The canonical URI of a logistic unit."""
    return canonical_identifier(parcel_uri(CANONICAL_STEM, sscc))


def identifiers_of(event: Mapping[str, Any]) -> list[EventIdentifier]:
    """Every object of an EPCIS event (EPCIS 2.0 §7.4), in the order of its fields."""
    return [*_single_ones(event), *_quantities(event)]


def _single_ones(event: Mapping[str, Any]) -> Iterator[EventIdentifier]:
    for field, role in _EPC_FIELDS:
        value = event.get(field) or ()
        for uri in (value,) if isinstance(value, str) else value:
            yield EventIdentifier(role, canonical_identifier(uri))


def _quantities(event: Mapping[str, Any]) -> Iterator[EventIdentifier]:
    for field, role in _QUANTITY_FIELDS:
        for element in event.get(field) or ():
            yield EventIdentifier(
                role, canonical_identifier(element["epcClass"]), element.get("quantity"), element.get("uom")
            )
