"""What a basket costs with its vouchers and the campaigns that run."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.db import Asked
from core.i18n import lazy_gettext as _l
from market.carts.queries import Basket
from market.delivery.queries import methods_for
from market.delivery.rules import least_fee_vnd
from market.promotions.models import Promotion
from market.promotions.queries import ask_promotions, held_of, state_now, terms_of, used_up_by
from market.promotions.rules import BasketPrice, CodeState, NotApplied, Person, PricedItem, price_basket


@dataclass(frozen=True)
class BasketVoucher:
    """A voucher in a basket: what it takes off now, in dong, and in words why it takes off nothing."""

    promotion_id: uuid.UUID
    code: str
    name_vi: str
    name_en: str
    given_vnd: int
    why_not: str = ""


@dataclass(frozen=True)
class PricedBasket:
    """The price of a basket as it can be bought, and how its vouchers stand.

    `used_up` are promotions left out because its buyer has used them as often as one person may.
    """

    price: BasketPrice
    vouchers: tuple[BasketVoucher, ...]
    used_up: frozenset[uuid.UUID] = frozenset()


def items_of(basket: Basket) -> list[PricedItem]:
    """The lines of a basket for pricing, as far as they can be bought."""
    return [
        PricedItem(
            key=str(line.offer_id),
            parcel=str(parcel.producer_id),
            quantity=min(line.quantity, line.available),
            unit_price_vnd=line.price_vnd,
        )
        for parcel in basket.parcels
        for line in parcel.lines
    ]


def least_fees(basket: Basket) -> dict[uuid.UUID, int | None]:
    """The lowest delivery fee of each producer's parcel, wherever it goes; None where nobody can deliver it."""
    producer_ids = [parcel.producer_id for parcel in basket.parcels]
    methods = methods_for(producer_ids)
    return {
        parcel.producer_id: least_fee_vnd(methods[parcel.producer_id], parcel.shipment) for parcel in basket.parcels
    }


def ask_promotions_of(basket: Basket) -> Asked[Sequence[Promotion]]:
    """Ask for the promotions that may count for a basket."""
    return ask_promotions([parcel.producer_id for parcel in basket.parcels], basket.voucher_ids)


def price_of(
    basket: Basket,
    deliveries: Mapping[str, int],
    *,
    promotions: Asked[Sequence[Promotion]],
    person: Person,
    held_by: uuid.UUID | None = None,
) -> PricedBasket:
    """What the basket costs a person. `deliveries` are the fees by producer, empty while nobody knows them.

    `promotions` are what `ask_promotions_of` asks for; where one of them has a limit for each person, there is one more
    query. What the unpaid order `held_by` of this basket holds of them counts as free for it; that is one more, too.
    """
    found = promotions.value
    used_up = used_up_by(person, found, held_by=held_by)
    held = held_of(held_by) if held_by is not None else {}
    states = {promotion.id: state_now(promotion, held_vnd=held.get(promotion.id)) for promotion in found}
    usable = [
        terms_of(promotion, held_vnd=held.get(promotion.id))
        for promotion in found
        if states[promotion.id] is CodeState.USABLE and promotion.id not in used_up
    ]
    price = price_basket(items_of(basket), deliveries, usable)
    vouchers = tuple(
        BasketVoucher(
            promotion.id,
            promotion.code or "",
            promotion.name_vi,
            promotion.name_en,
            price.given_by(promotion.id),
            _why_not(
                states[promotion.id],
                price.not_applied.get(promotion.id),
                is_used_up=promotion.id in used_up,
                fees_known=bool(deliveries),
            ),
        )
        for promotion in found
        if promotion.id in basket.voucher_ids
    )
    return PricedBasket(price, vouchers, used_up)


_STATES = {
    CodeState.OVER: _l("This voucher is over."),
    CodeState.NOT_YET: _l("This voucher does not count yet."),
    CodeState.USED_UP: _l("This voucher is used up."),
}
_REASONS = {
    NotApplied.USED_UP: _l("This voucher is used up."),
    NotApplied.TOO_SMALL: _l("Your basket is too small for this voucher now."),
    NotApplied.OTHERS_GIVE_MORE: _l("It does not add to the others, which give you more."),
    NotApplied.NOTHING_TO_REDUCE: _l("It is not for anything in your basket."),
}


def _why_not(state: CodeState, reason: NotApplied | None, *, is_used_up: bool, fees_known: bool) -> str:
    if state in _STATES:
        return str(_STATES[state])
    if is_used_up:
        return str(_l("You have used this voucher already."))
    if reason is NotApplied.NOTHING_TO_REDUCE and not fees_known:
        return str(_l("It counts at checkout, when the delivery fee is known."))
    return str(_REASONS[reason]) if reason is not None else ""
