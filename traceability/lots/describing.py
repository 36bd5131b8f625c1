"""Lots as events of the journal name them."""

from collections.abc import Iterable

from traceability.epcis.event_builders import QuantityElement
from traceability.gs1.links import lot_uri
from traceability.journal.issuer import site_url
from traceability.lots.amounts import Amount, measured
from traceability.lots.models import Lot


def quantity_element(gtin: str, lot_number: str, unit: str, amount: Amount) -> QuantityElement:
    """So much of a lot: kilograms of what is weighed, units of what is counted."""
    number, unit_of_measure = measured(amount, unit)
    return QuantityElement(lot_uri(site_url(), gtin, lot_number), number, unit_of_measure)


def quantity_elements(parts: Iterable[tuple[Lot, Amount]]) -> list[QuantityElement]:
    """The parts of lots, in their order."""
    return [quantity_element(lot.product.gtin, lot.lot_number, lot.unit, amount) for lot, amount in parts]
