"""Reads of lots, one module for each kind: lots, who holds them, what they came from, crates and pallets, shipments."""

from traceability.lots.queries.holdings import (
    PRESENT,
    LotAtHand,
    amounts_at_hand,
    departures_of,
    holdings_of,
    loose_with,
    lots_at_hand,
)
from traceability.lots.queries.lots import (
    find_lot_by_key,
    get_lot,
    get_lot_in_trade,
    lots_of,
    products_of,
    usual_unit_grams,
)
from traceability.lots.queries.origins import lots_after, lots_before, origins_of, origins_of_lots
from traceability.lots.queries.shipments import (
    count_incoming,
    find_parties,
    get_shipment,
    lots_that_came_from,
    shipments_from,
    shipments_to,
)
from traceability.lots.queries.units import (
    crates_on,
    get_unit,
    goods_at_hand,
    goods_in,
    units_at_hand,
    units_of_holders,
)

__all__ = [
    "PRESENT",
    "LotAtHand",
    "amounts_at_hand",
    "count_incoming",
    "crates_on",
    "departures_of",
    "find_lot_by_key",
    "find_parties",
    "get_lot",
    "get_lot_in_trade",
    "get_shipment",
    "get_unit",
    "goods_at_hand",
    "goods_in",
    "holdings_of",
    "loose_with",
    "lots_after",
    "lots_at_hand",
    "lots_before",
    "lots_of",
    "lots_that_came_from",
    "origins_of",
    "origins_of_lots",
    "products_of",
    "shipments_from",
    "shipments_to",
    "units_at_hand",
    "units_of_holders",
    "usual_unit_grams",
]
