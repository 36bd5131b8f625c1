"""Products of the demo world that are sold by grade, each at a price of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Final

from seeds.facts import ProductFacts
from seeds.identifiers import KeySource
from seeds.rows import OfferRow, ProductRow, ProductVariantRow, StockMovementRow
from seeds.shelves import shelves_of, stocked


@dataclass(frozen=True, slots=True)
class Grade:
    """A grade, its price in per cent of the product's, and its share of the goods in per cent."""

    name_vi: str
    name_en: str
    price_percent: int
    share_percent: int


GRADES: Final[Mapping[str, tuple[Grade, ...]]] = {
    "tra-xanh-son-linh": (Grade("Loại 1", "Grade 1", 100, 60), Grade("Loại 2", "Grade 2", 70, 40)),
}
"""The grades of a product by its slug; what is not here is sold as it is."""


@dataclass(frozen=True, slots=True)
class OnSale:
    """How a product is sold: its variants, its offers, and the counts of their stock."""

    variants: list[ProductVariantRow]
    offers: list[OfferRow]
    movements: list[StockMovementRow]


def put_on_sale(product: ProductRow, facts: ProductFacts, *, units: int, keys: KeySource, cold: bool) -> OnSale:
    """Sell what is left of the product's lots, `units` of it, by grades where it has any."""
    grades = GRADES.get(facts.slug, ())
    if not grades:
        shelves = shelves_of(facts.category, facts.unit, facts.price_vnd)
        return OnSale([], *stocked(product, shelves, units=units, keys=keys, cold=cold))
    own_keys = KeySource(Random(f"grades {facts.slug}"))
    sold = OnSale([], [], [])
    for position, grade in enumerate(grades, start=1):
        variant = ProductVariantRow(
            id=own_keys.key(product.created_at),
            product_id=product.id,
            name_vi=grade.name_vi,
            name_en=grade.name_en,
            position=position,
            created_at=product.created_at,
        )
        offers, movements = stocked(
            product,
            shelves_of(facts.category, facts.unit, facts.price_vnd * grade.price_percent // 100 // 1000 * 1000),
            units=units * grade.share_percent // 100,
            keys=own_keys,
            cold=cold,
            variant_id=variant.id,
        )
        sold.variants.append(variant)
        sold.offers.extend(offers)
        sold.movements.extend(movements)
    return sold
