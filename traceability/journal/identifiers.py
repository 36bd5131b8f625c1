"""Which objects an event is about, in the one spelling that the journal is searched by."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote

from traceability.gs1.digital_link import CANONICAL_STEM
from traceability.gs1.epc_uris import canonical_identifier
from traceability.gs1.errors import Gs1Error
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
_LOT_NUMBER: Final = ("cbvmda:lotNumber", "urn:epcglobal:cbv:mda:lotNumber")
_MADE: Final = frozenset({"epc", "output"})
_ITEM: Final = re.compile(f"{re.escape(CANONICAL_STEM)}/01/([0-9]{{14}})/21/.+")
_LOT_BEFORE_SERIAL: Final = re.compile("/10/([^/?#]+)/21/")


@dataclass(frozen=True, slots=True)
class EventIdentifier:
    """One object of an event: its `role` (the field it stood in), its canonical URI, and how much of it, if said.

    `lot` is the canonical URI of the lot that an item was said to be of: the item's own canonical URI names its serial
    number alone.
    """

    role: str
    identifier: str
    quantity: float | None = None
    unit_of_measure: str | None = None
    lot: str | None = None


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
    made_of = _lot_number_of_made(event)
    for field, role in _EPC_FIELDS:
        value = event.get(field) or ()
        for uri in (value,) if isinstance(value, str) else value:
            identifier = canonical_identifier(uri)
            lot = _lot_of_item(uri, identifier, made_of if role in _MADE else None) if "/21/" in identifier else None
            yield EventIdentifier(role, identifier, lot=lot)


def _lot_number_of_made(event: Mapping[str, Any]) -> str | None:
    """The lot number that the master data gives to what the event makes (CBV 2.0 §9.2, `lotNumber`)."""
    ilmd = event.get("ilmd")
    if not isinstance(ilmd, Mapping):
        return None
    return next((ilmd[name] for name in _LOT_NUMBER if isinstance(ilmd.get(name), str)), None)


def _lot_of_item(uri: str, identifier: str, made_of: str | None) -> str | None:
    """The lot of an item: named beside its serial number in the link as it came, or in the event's master data."""
    item, in_link = _ITEM.fullmatch(identifier), _LOT_BEFORE_SERIAL.search(uri)
    lot_number = unquote(in_link[1]) if in_link else made_of
    if item is None or lot_number is None:
        return None
    try:
        return lot_identifier(item[1], lot_number)
    except Gs1Error:
        return None


def _quantities(event: Mapping[str, Any]) -> Iterator[EventIdentifier]:
    for field, role in _QUANTITY_FIELDS:
        for element in event.get(field) or ():
            yield EventIdentifier(
                role, canonical_identifier(element["epcClass"]), element.get("quantity"), element.get("uom")
            )
