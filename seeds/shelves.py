"""How the products of the demo world are sold and how much of them there is."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Final

from seeds.identifiers import KeySource
from seeds.rows import OfferRow, ProductRow, StockMovementRow
from traceability.lots.amounts import Amount, amount_of
from traceability.lots.units import UNIT_GRAMS, LotUnit

BOX_CONTENTS: Final[Mapping[tuple[str, str], int]] = {
    ("fruit", "piece"): 6,
    ("*", "kg"): 5,
    ("*", "bottle"): 6,
    ("*", "jar"): 6,
    ("*", "bag"): 10,
    ("*", "pack"): 10,
    ("*", "100g"): 5,
}
"""How many units a box holds, by category (or any) and unit; what is not here is not sold by the box."""

_HARVEST_SIZES: Final[Mapping[str, tuple[int, int]]] = {
    "piece": (300, 1200),
    "kg": (120, 600),
    "100g": (20, 60),
    "pair": (8, 24),
    "box": (80, 240),
    "bottle": (120, 360),
    "jar": (100, 300),
    "bag": (100, 300),
    "pack": (150, 400),
}
_UNIT_GRAMS: Final[Mapping[tuple[str, str], int]] = {
    ("fruit", "piece"): 1100,
    ("vegetable", "piece"): 800,
    ("*", "piece"): 300,
    ("*", "pair"): 900,
    ("*", "box"): 500,
    ("*", "bottle"): 750,
    ("*", "jar"): 450,
    ("*", "bag"): 500,
    ("*", "pack"): 250,
}
"""What one unit weighs, by category (or any) and unit; what is sold by weight is not here."""
_PIECEWORK_SIZE: Final = (24, 80)
TICKETS: Final = 20
_BOX_DISCOUNT_PERCENT: Final = 5


@dataclass(frozen=True, slots=True)
class Shelf:
    """One way to sell a product: so many units go into one sold unit, at a price in dong."""

    unit: str
    content_quantity: int
    price_vnd: int


def shelves_of(category: str, unit: str, price_vnd: int) -> list[Shelf]:
    """How a product is sold: by its unit, and where that makes sense by the box, which is a little cheaper."""
    shelves = [Shelf(unit, 1, price_vnd)]
    content = BOX_CONTENTS.get((category, unit)) or BOX_CONTENTS.get(("*", unit))
    if content:
        full_price = price_vnd * content
        shelves.append(Shelf("box", content, full_price * (100 - _BOX_DISCOUNT_PERCENT) // 100 // 1000 * 1000))
    return shelves


def harvest_size(category: str, unit: str, random: Random) -> int:
    """How many units one harvest brings."""
    smallest, largest = _PIECEWORK_SIZE if category in ("handicraft", "other") else _HARVEST_SIZES[unit]
    return random.randrange(smallest, largest + 1, 10 if largest > 200 else 2)


def amount_of_units(category: str, unit: str, units: int) -> Amount:
    """How much so many units are: their weight, and the units where they are counted."""
    return amount_of(unit, units=units, weight_grams=units * unit_weight(category, unit))


def unit_weight(category: str, unit: str) -> int:
    """What one unit weighs, in grams."""
    return UNIT_GRAMS.get(LotUnit(unit)) or _UNIT_GRAMS.get((category, unit)) or _UNIT_GRAMS["*", unit]


def stocked(
    product: ProductRow,
    shelves: list[Shelf],
    *,
    units: int,
    keys: KeySource,
    cold: bool = False,
    variant_id: str | None = None,
) -> tuple[list[OfferRow], list[StockMovementRow]]:
    """The offers of `product`, or of a variant of it, and the counts of their stock.

    `units` are what is left of its lots; single units get two thirds of them, boxes what fits into the rest. `cold`
    goods must be kept so on the way.
    """
    offers, movements = [], []
    is_ticket = shelves[0].unit == "ticket"
    for shelf in shelves:
        share = units if len(shelves) == 1 else units * 2 // 3
        on_hand = share if shelf.content_quantity == 1 else (units - units * 2 // 3) // shelf.content_quantity
        offer = OfferRow(
            id=keys.key(product.created_at),
            product_id=product.id,
            unit=shelf.unit,
            content_quantity=shelf.content_quantity,
            price_vnd=shelf.price_vnd,
            on_hand=on_hand,
            reserved=0,
            status="active",
            created_at=product.created_at,
            shipping_grams=None
            if is_ticket
            else unit_weight(product.category, shelves[0].unit) * shelf.content_quantity,
            needs_cool_chain=cold,
            variant_id=variant_id,
        )
        offers.append(offer)
        if on_hand:
            key = keys.key(product.created_at)
            movements.append(StockMovementRow(key, offer.id, "count", on_hand, 0, None, None, product.created_at))
    return offers, movements
