"""Pure decisions about offers."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from core.errors import RowErrors
from core.i18n import current_locale
from core.i18n import lazy_gettext as _l
from core.money import MAX_AMOUNT_VND, format_vnd
from market.offers.errors import QuantityNotAllowed
from market.offers.models import SaleUnit
from market.offers.shown import ShownOffer

MIN_PRICE_VND = 1_000
MAX_CONTENT_QUANTITY = 10_000
MAX_STOCK = 1_000_000
MAX_ORDER_QUANTITY = 999
MAX_TIERS = 5
CONTAINERS = frozenset({SaleUnit.BOX, SaleUnit.BOTTLE, SaleUnit.JAR, SaleUnit.BAG, SaleUnit.PACK})
"""Units that come in several sizes; of every other unit a variant has one offer."""

OfferKey = tuple[uuid.UUID | None, SaleUnit, int]
"""A variant (None: the product itself), a unit and what it contains: of a product, each is one offer."""


@dataclass(frozen=True)
class OfferValues:
    """One way to sell a product, as the producer wants it.

    `price_vnd` in dong for one sold unit; `content_quantity` units of the product's lots go into one; `on_hand` counts
    sold units; `variant_id` is None for the product itself. `shown` is what the producer saw, None where they say all
    of it anew.
    """

    unit: SaleUnit
    price_vnd: int
    content_quantity: int
    on_hand: int
    variant_id: uuid.UUID | None = None
    shown: ShownOffer | None = None

    @property
    def key(self) -> OfferKey:
        """What tells it from the product's other offers."""
        return self.variant_id, self.unit, self.content_quantity


def changed_in(row: OfferValues, now: ShownOffer) -> OfferValues:
    """`row` with stock and price of its offer as they are now, where they were left as they were shown."""
    shown = _shown_of(row, now)
    return replace(
        row,
        on_hand=now.on_hand if row.on_hand == shown.on_hand else row.on_hand,
        price_vnd=now.price_vnd if row.price_vnd == shown.price_vnd else row.price_vnd,
    )


def check_shown(row: OfferValues, now: ShownOffer) -> tuple[dict[str, object], ShownOffer]:
    """What of a `row` of `changed_in` was changed elsewhere too since it was shown, by field; and what to show next."""
    errors: dict[str, object] = {}
    shown = _shown_of(row, now)
    if now.on_hand not in (shown.on_hand, row.on_hand):
        errors["on_hand"] = _l(
            "%(count)s are there by now: some were sold or counted meanwhile. Save again if your number is right.",
            count=now.on_hand,
        )
        shown = replace(shown, on_hand=now.on_hand)
    if now.price_vnd not in (shown.price_vnd, row.price_vnd):
        errors["price_vnd"] = _l(
            "The price is %(price)s by now: somebody else changed it. Save again if yours is right.",
            price=format_vnd(now.price_vnd, current_locale()),
        )
        shown = replace(shown, price_vnd=now.price_vnd)
    return errors, shown


def _shown_of(row: OfferValues, now: ShownOffer) -> ShownOffer:
    """What was shown of this very offer; a row may have become another one's since."""
    return row.shown if row.shown is not None and row.shown.offer_id == now.offer_id else now


def check_offers(rows: Sequence[OfferValues]) -> RowErrors:
    """What is wrong with `rows`, empty when all is well; the database holds the same limits."""
    errors: RowErrors = {}
    seen: set[OfferKey | tuple[uuid.UUID | None, SaleUnit]] = set()
    for position, row in enumerate(rows):
        found: dict[str, object] = {}
        key = row.key if row.unit in CONTAINERS else (row.variant_id, row.unit)
        if key in seen:
            found["unit"] = _l("This unit is there twice. Boxes and the like may differ in what they contain.")
        if not MIN_PRICE_VND <= row.price_vnd <= MAX_AMOUNT_VND:
            found["price_vnd"] = _l("A price is between 1.000 ₫ and 99.999.999 ₫.")
        if not 1 <= row.content_quantity <= MAX_CONTENT_QUANTITY:
            found["content_quantity"] = _l("The content is a number from 1 to 10.000.")
        if not 0 <= row.on_hand <= MAX_STOCK:
            found["on_hand"] = _l("The stock is a number from 0 to 1.000.000.")
        if found:
            errors[position] = found
        seen.add(key)
    return errors


@dataclass(frozen=True)
class Quantities:
    """How many sold units one line of an order takes: `minimum`, then in steps of `step`, up to `maximum`."""

    minimum: int = 1
    step: int = 1
    maximum: int | None = None

    @property
    def most(self) -> int:
        """The largest quantity that one line may have."""
        top = min(self.maximum or MAX_ORDER_QUANTITY, MAX_ORDER_QUANTITY)
        return top - (top - self.minimum) % self.step

    def allows(self, quantity: int) -> bool:
        """Whether one line may have this quantity."""
        return self.minimum <= quantity <= self.most and (quantity - self.minimum) % self.step == 0

    def at_most(self, available: int) -> int:
        """The largest quantity allowed of which `available` is enough; 0 when that is not even the minimum."""
        top = min(available, self.most)
        return 0 if top < self.minimum else top - (top - self.minimum) % self.step

    def check(self, quantity: int) -> None:
        """Raise QuantityNotAllowed, which says what is allowed, unless one line may have this quantity."""
        if not self.allows(quantity):
            raise QuantityNotAllowed(minimum=self.minimum, step=self.step, most=self.most)


@dataclass(frozen=True)
class Demand:
    """So many sold units wanted of an offer of which `available` can be bought, by whoever buys nothing else.

    Where it is tied to a lot, `left_in_lot` is what all offers of the lot can sell; a unit takes `content_quantity`.
    """

    wanted: int
    available: int
    content_quantity: int = 1
    lot_id: uuid.UUID | None = None
    left_in_lot: int | None = None


def available_together(demands: Iterable[Demand]) -> list[int]:
    """How many sold units of each can be bought where all are bought at once: the first ones take of a lot first."""
    left: dict[uuid.UUID, int] = {}
    found = []
    for demand in demands:
        available = demand.available
        if demand.lot_id is not None:
            rest = left.get(demand.lot_id, demand.left_in_lot or 0)
            available = max(min(available, rest // demand.content_quantity), 0)
            left[demand.lot_id] = rest - min(demand.wanted, available) * demand.content_quantity
        found.append(available)
    return found


@dataclass(frozen=True)
class TierValues:
    """From so many sold units on, each costs `price_vnd`."""

    from_quantity: int
    price_vnd: int


@dataclass(frozen=True)
class WeightTerms:
    """How goods are priced whose pieces differ in weight: dong a kilogram, average grams, per cent of tolerance."""

    price_per_kg_vnd: int
    average_grams: int
    tolerance_percent: int

    @property
    def estimate_vnd(self) -> int:
        """The price of a piece of average weight in dong, rounded half up."""
        return (self.price_per_kg_vnd * self.average_grams + 500) // 1000


def check_quantities(quantities: Quantities) -> dict[str, object]:
    """What is wrong with the quantities of an offer, by field; empty when all is well."""
    errors: dict[str, object] = {}
    if not 1 <= quantities.minimum <= MAX_ORDER_QUANTITY:
        errors["min_quantity"] = _l("Choose a number from 1 to 999.")
    if not 1 <= quantities.step <= MAX_ORDER_QUANTITY:
        errors["quantity_step"] = _l("Choose a number from 1 to 999.")
    if quantities.maximum is not None and not quantities.minimum <= quantities.maximum <= MAX_ORDER_QUANTITY:
        errors["max_quantity"] = _l("The most is a number from the least to 999.")
    return errors


def check_tiers(tiers: Sequence[TierValues], *, price_vnd: int) -> RowErrors:
    """What is wrong with the tiers of an offer that costs `price_vnd`: each begins later and is cheaper."""
    errors: RowErrors = {}
    quantity, price = 1, price_vnd
    for position, tier in enumerate(tiers):
        if not quantity < tier.from_quantity <= MAX_ORDER_QUANTITY:
            errors[position] = {"from_quantity": _l("Each row begins with more than the one before, up to 999.")}
        elif not MIN_PRICE_VND <= tier.price_vnd < price:
            errors[position] = {"price_vnd": _l("Each row is cheaper than the one before, and at least 1.000 ₫.")}
        quantity, price = tier.from_quantity, tier.price_vnd
    return errors


DEFAULT_GRAMS = {
    SaleUnit.KILOGRAM: 1_000,
    SaleUnit.HUNDRED_GRAMS: 100,
    SaleUnit.PAIR: 1_000,
    SaleUnit.BOTTLE: 800,
    SaleUnit.TICKET: 10,
}
"""What a unit weighs while its producer says nothing; the first two are exact, all others 500 g."""


def unit_grams(*, unit: str, content_quantity: int, average_grams: int | None, shipping_grams: int | None) -> int:
    """What one sold unit adds to the weight of a parcel, in grams: as its producer says, or as its unit says."""
    return shipping_grams or average_grams or DEFAULT_GRAMS.get(SaleUnit(unit), 500) * content_quantity
