"""Pure decisions about promotions: what a basket costs, step by step, and whether a promotion can be used.

Everything is integer dong. The order in which lines and promotions come changes nothing but the order of the steps.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from core.i18n import normalize
from market.promotions.models import Bearer, PromotionKind, Stacking


@dataclass(frozen=True)
class PricedItem:
    """A line of a basket: `key` names it, `parcel` the producer who packs it."""

    key: str
    parcel: str
    quantity: int
    unit_price_vnd: int

    @property
    def total_vnd(self) -> int:
        """Price of the line before discounts."""
        return self.quantity * self.unit_price_vnd


@dataclass(frozen=True)
class PromotionTerms:
    """A promotion as the pricing sees it; `parcel` is the producer whose goods it counts for, None for all."""

    id: uuid.UUID
    kind: PromotionKind
    borne_by: Bearer
    stacking: Stacking = Stacking.TOGETHER
    percent: int = 0
    amount_vnd: int = 0
    max_discount_vnd: int | None = None
    parcel: str | None = None
    minimum_spend_vnd: int = 0
    budget_left_vnd: int | None = None
    name_vi: str = ""
    name_en: str = ""
    code: str | None = None


@dataclass(frozen=True)
class Person:
    """Whoever uses promotions, as far as that is known: by the account, or by the phone number (E.164) of an order."""

    user_id: uuid.UUID | None = None
    phone: str | None = None


@dataclass(frozen=True)
class Discount:
    """So much of a promotion falls on one line, or on the delivery of a parcel (`key` None)."""

    promotion_id: uuid.UUID
    borne_by: Bearer
    parcel: str
    key: str | None
    amount_vnd: int


class StepKind(StrEnum):
    """What a step of a price is about."""

    GOODS = "goods"
    DISCOUNT = "discount"
    DELIVERY = "delivery"


@dataclass(frozen=True)
class PriceStep:
    """One step from nothing to the total; `amount_vnd` is below zero for a discount.

    `item` says which goods, `promotion` which discount, `parcel` whose delivery.
    """

    kind: StepKind
    amount_vnd: int
    item: PricedItem | None = None
    promotion: PromotionTerms | None = None
    parcel: str | None = None


class NotApplied(StrEnum):
    """Why a promotion gives nothing for a basket."""

    TOO_SMALL = "too_small"
    NOTHING_TO_REDUCE = "nothing_to_reduce"
    USED_UP = "used_up"
    OTHERS_GIVE_MORE = "others_give_more"


@dataclass(frozen=True)
class BasketPrice:
    """What a basket costs. The steps add up to the total; the discounts add up to what the steps take off."""

    goods_vnd: int
    delivery_vnd: int
    discounts: tuple[Discount, ...] = ()
    steps: tuple[PriceStep, ...] = ()
    not_applied: Mapping[uuid.UUID, NotApplied] = field(default_factory=dict)

    @property
    def discount_vnd(self) -> int:
        """All discounts, on goods and delivery."""
        return sum(discount.amount_vnd for discount in self.discounts)

    @property
    def goods_discount_vnd(self) -> int:
        """The discounts on goods."""
        return sum(discount.amount_vnd for discount in self.discounts if discount.key is not None)

    @property
    def total_vnd(self) -> int:
        """What the buyer pays."""
        return self.goods_vnd + self.delivery_vnd - self.discount_vnd

    @property
    def applied(self) -> frozenset[uuid.UUID]:
        """The promotions that made the basket cheaper."""
        return frozenset(discount.promotion_id for discount in self.discounts)

    def given_by(self, promotion_id: uuid.UUID) -> int:
        """What one promotion takes off."""
        return sum(discount.amount_vnd for discount in self.discounts if discount.promotion_id == promotion_id)

    def on_line(self, key: str) -> int:
        """What is taken off one line."""
        return sum(discount.amount_vnd for discount in self.discounts if discount.key == key)

    def on_parcel(self, parcel: str, bearer: Bearer) -> int:
        """What one bearer gives for one parcel, goods and delivery."""
        return sum(
            discount.amount_vnd
            for discount in self.discounts
            if discount.parcel == parcel and discount.borne_by == bearer
        )


_ORDER = {PromotionKind.PERCENTAGE: 0, PromotionKind.AMOUNT: 1, PromotionKind.FREE_DELIVERY: 2}


def allocate(amount_vnd: int, weights: Mapping[str, int]) -> dict[str, int]:
    """Share an amount in proportion to `weights` by largest remainders: the parts are whole and add up to it.

    Equal remainders go by key. No part is larger than its weight as long as the amount is not larger than their sum.
    """
    total = sum(weights.values())
    if total == 0 or amount_vnd == 0:
        return {}
    shares = {key: amount_vnd * weight // total for key, weight in weights.items()}
    by_remainder = sorted(weights, key=lambda key: (-(amount_vnd * weights[key] % total), key))
    for key in by_remainder[: amount_vnd - sum(shares.values())]:
        shares[key] += 1
    return {key: share for key, share in shares.items() if share}


def price_basket(
    items: Sequence[PricedItem], deliveries: Mapping[str, int], promotions: Iterable[PromotionTerms] = ()
) -> BasketPrice:
    """What `items` cost with the fees of `deliveries` (by parcel, in dong) and these promotions.

    Percentages come first, then amounts, then free delivery, each off what the ones before have left. Promotions that
    stand alone apply only where one of them gives more than all that add up together.
    """
    known = sorted(promotions, key=lambda terms: (_ORDER[PromotionKind(terms.kind)], str(terms.id)))
    refused = {terms.id: reason for terms in known if (reason := _reason_against(terms, items)) is not None}
    usable = [terms for terms in known if terms.id not in refused]
    choices = [[terms for terms in usable if terms.stacking == Stacking.TOGETHER]]
    choices += [[terms] for terms in usable if terms.stacking == Stacking.ALONE]
    results = [_apply(items, deliveries, choice) for choice in choices]
    best = max(range(len(results)), key=lambda index: (_given(results[index][0]), -index))
    discounts, exhausted = results[best]
    for terms in usable:
        if terms not in choices[best]:
            refused[terms.id] = NotApplied.OTHERS_GIVE_MORE
    refused |= exhausted
    applied = {discount.promotion_id for discount in discounts}
    for terms in choices[best]:
        if terms.id not in applied:
            refused.setdefault(terms.id, NotApplied.NOTHING_TO_REDUCE)
    return BasketPrice(
        goods_vnd=sum(item.total_vnd for item in items),
        delivery_vnd=sum(deliveries.values()),
        discounts=discounts,
        steps=_steps(items, deliveries, [terms for terms in choices[best] if terms.id in applied], discounts),
        not_applied=refused,
    )


def _steps(
    items: Sequence[PricedItem],
    deliveries: Mapping[str, int],
    promotions: Sequence[PromotionTerms],
    discounts: Sequence[Discount],
) -> tuple[PriceStep, ...]:
    """Goods, what is taken off them, delivery, what is taken off that."""
    goods = [PriceStep(StepKind.GOODS, item.total_vnd, item=item) for item in items]
    fees = [PriceStep(StepKind.DELIVERY, fee, parcel=parcel) for parcel, fee in deliveries.items()]
    off_goods: list[PriceStep] = []
    off_fees: list[PriceStep] = []
    for terms in promotions:
        given = _given([discount for discount in discounts if discount.promotion_id == terms.id])
        step = PriceStep(StepKind.DISCOUNT, -given, promotion=terms)
        (off_fees if terms.kind == PromotionKind.FREE_DELIVERY else off_goods).append(step)
    return (*goods, *off_goods, *fees, *off_fees)


def spend_on(terms_parcel: str | None, items: Iterable[PricedItem]) -> int:
    """The price of the goods that a promotion counts for, before discounts."""
    return sum(item.total_vnd for item in items if terms_parcel in (None, item.parcel))


def _reason_against(terms: PromotionTerms, items: Sequence[PricedItem]) -> NotApplied | None:
    spend = spend_on(terms.parcel, items)
    if spend == 0:
        return NotApplied.NOTHING_TO_REDUCE
    return NotApplied.TOO_SMALL if spend < terms.minimum_spend_vnd else None


def _given(discounts: Sequence[Discount]) -> int:
    return sum(discount.amount_vnd for discount in discounts)


def _apply(
    items: Sequence[PricedItem], deliveries: Mapping[str, int], promotions: Sequence[PromotionTerms]
) -> tuple[tuple[Discount, ...], dict[uuid.UUID, NotApplied]]:
    """The discounts of these promotions, one after the other, and those whose budget is too small for theirs."""
    left = {item.key: item.total_vnd for item in items}
    parcels = {item.key: item.parcel for item in items}
    fees = dict(deliveries)
    discounts: list[Discount] = []
    exhausted: dict[uuid.UUID, NotApplied] = {}
    for terms in promotions:
        if terms.kind == PromotionKind.FREE_DELIVERY:
            shares = {parcel: fee for parcel, fee in sorted(fees.items()) if fee and terms.parcel in (None, parcel)}
        else:
            weights = {key: left[key] for key in sorted(left) if left[key] and terms.parcel in (None, parcels[key])}
            shares = allocate(_wanted(terms, sum(weights.values())), weights)
        given = sum(shares.values())
        if terms.budget_left_vnd is not None and given > terms.budget_left_vnd:
            exhausted[terms.id] = NotApplied.USED_UP
            continue
        for name, amount in shares.items():
            if terms.kind == PromotionKind.FREE_DELIVERY:
                fees[name] -= amount
                discounts.append(Discount(terms.id, terms.borne_by, name, None, amount))
            else:
                left[name] -= amount
                discounts.append(Discount(terms.id, terms.borne_by, parcels[name], name, amount))
    return tuple(discounts), exhausted


def _wanted(terms: PromotionTerms, base_vnd: int) -> int:
    """What a percentage or an amount takes off goods of this price; fractions of a dong stay with the seller."""
    if terms.kind == PromotionKind.AMOUNT:
        return min(terms.amount_vnd, base_vnd)
    amount = base_vnd * terms.percent // 100
    return amount if terms.max_discount_vnd is None else min(amount, terms.max_discount_vnd)


class CodeState(StrEnum):
    """What stands in the way of a promotion, whatever the basket."""

    USABLE = "usable"
    NOT_YET = "not_yet"
    OVER = "over"
    USED_UP = "used_up"


def state_of(
    *,
    now: datetime,
    starts_at: datetime,
    ends_at: datetime,
    ended_at: datetime | None,
    uses: int,
    max_uses: int | None,
    spent_vnd: int,
    budget_vnd: int | None,
) -> CodeState:
    """Whether a promotion can be used at `now`; the limits are those of all uses together."""
    if ended_at is not None or now >= ends_at:
        return CodeState.OVER
    if now < starts_at:
        return CodeState.NOT_YET
    if (max_uses is not None and uses >= max_uses) or (budget_vnd is not None and spent_vnd >= budget_vnd):
        return CodeState.USED_UP
    return CodeState.USABLE


def normalize_code(typed: str) -> str:
    """A voucher's code as it is kept: capitals and digits, without the spaces and dashes that people put between."""
    return "".join(sign for sign in normalize(typed).upper() if sign not in " -.")
