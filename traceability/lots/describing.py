"""Lots, and hand-overs of them, as events of the journal name them."""

from collections.abc import Iterable

from catalog.producers.models import Producer
from traceability.epcis.event_builders import QuantityElement
from traceability.gs1.links import lot_uri
from traceability.journal.hand_over_rules import HandOver
from traceability.journal.issuer import order_reference, site_url
from traceability.lots.amounts import Amount, measured
from traceability.lots.models import Lot


def quantity_element(gtin: str, lot_number: str, unit: str, amount: Amount) -> QuantityElement:
    """So much of a lot: kilograms of what is weighed, units of what is counted."""
    number, unit_of_measure = measured(amount, unit)
    return QuantityElement(lot_uri(site_url(), gtin, lot_number), number, unit_of_measure)


def quantity_elements(parts: Iterable[tuple[Lot, Amount]]) -> list[QuantityElement]:
    """The parts of lots, in their order."""
    return [quantity_element(lot.product.gtin, lot.lot_number, lot.unit, amount) for lot, amount in parts]


def hand_over_between(sender: Producer, receiver: Producer, number: str) -> HandOver:
    """The way of a shipment with this `number`, which its sender gave it, from one party's place to the other's."""
    return HandOver(site_url(), sender.gln, receiver.gln, order_reference(sender.gln, number))
