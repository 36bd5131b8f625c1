"""Making and ending promotions, and what a basket costs with them when an order is placed.

Promotions are locked after stock, in the order of their ids.
"""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from catalog.producers.policies import may_act_for
from core.accounts import Actor
from core.db import Asked, db, new_id, utc_now
from core.errors import Conflict, Invalid, NotFound
from core.i18n import lazy_gettext as _l
from core.money import MAX_AMOUNT_VND
from market.promotions import errors
from market.promotions.models import Bearer, Promotion, PromotionKind, Stacking
from market.promotions.policies import works_for_site
from market.promotions.queries import get_promotion, held_of, state_now, terms_of, used_up_by
from market.promotions.rules import (
    BasketPrice,
    CodeState,
    NotApplied,
    Person,
    PricedItem,
    PromotionTerms,
    price_basket,
    spend_on,
)


@dataclass(frozen=True)
class PromotionValues:
    """A promotion as somebody wants it; amounts in dong, times aware. `code` None makes it a campaign.

    Without an English name, the Vietnamese one stands for it.
    """

    name_vi: str
    name_en: str
    kind: PromotionKind
    starts_at: datetime
    ends_at: datetime
    producer_id: uuid.UUID | None = None
    code: str | None = None
    percent: int | None = None
    amount_vnd: int | None = None
    max_discount_vnd: int | None = None
    minimum_spend_vnd: int = 0
    budget_vnd: int | None = None
    max_uses: int | None = None
    max_uses_per_person: int | None = None
    stacking: Stacking = Stacking.TOGETHER


def create_promotion(*, actor: Actor, values: PromotionValues) -> Promotion:
    """Make a voucher or campaign. Officers make what the site bears, others what their producer bears.

    Raises NotFound for a producer that is not the actor's; Invalid by field; Conflict for a code that is taken.
    """
    site = works_for_site(actor)
    if not site and (values.producer_id is None or not may_act_for(actor, values.producer_id)):
        raise NotFound
    _refuse_nonsense(values)
    kept = values.__dict__ | {"name_en": values.name_en or values.name_vi}
    if values.kind != PromotionKind.PERCENTAGE:
        kept["percent"] = kept["max_discount_vnd"] = None
    if values.kind != PromotionKind.AMOUNT:
        kept["amount_vnd"] = None
    promotion = Promotion(
        id=new_id(), borne_by=Bearer.SITE if site else Bearer.PRODUCER, created_by=actor.user_id, **kept
    )
    try:
        with db.session.begin_nested():
            db.session.add(promotion)
    except IntegrityError:
        raise Conflict(_l("Another voucher has this code. Choose a different one."), field="code") from None
    return promotion


def end_promotion(*, actor: Actor, promotion_id: uuid.UUID) -> Promotion:
    """End a promotion now; orders that hold it keep it. Raises NotFound, Conflict when it has ended."""
    get_promotion(actor, promotion_id)
    promotion = lock_promotions([promotion_id])[promotion_id]
    if promotion.ended_at is not None:
        raise Conflict(_l("This has ended already."))
    promotion.ended_at = utc_now()
    db.session.flush()
    return promotion


def _refuse_nonsense(values: PromotionValues) -> None:
    if values.starts_at >= values.ends_at:
        raise Invalid(_l("The end comes after the beginning."), field="ends_at")
    if values.ends_at <= utc_now():
        raise Invalid(_l("Choose an end that is still to come."), field="ends_at")
    if values.kind == PromotionKind.PERCENTAGE and not 1 <= (values.percent or 0) <= 90:
        raise Invalid(_l("A number from 1 to 90."), field="percent")
    if values.kind == PromotionKind.AMOUNT and not 1_000 <= (values.amount_vnd or 0) <= MAX_AMOUNT_VND:
        raise Invalid(_l("An amount is between 1.000 ₫ and 99.999.999 ₫."), field="amount_vnd")
    for name in ("max_discount_vnd", "budget_vnd"):
        amount = getattr(values, name)
        if amount is not None and not 1_000 <= amount <= MAX_AMOUNT_VND:
            raise Invalid(_l("An amount is between 1.000 ₫ and 99.999.999 ₫."), field=name)
    if not 0 <= values.minimum_spend_vnd <= MAX_AMOUNT_VND:
        raise Invalid(_l("An amount is between 1.000 ₫ and 99.999.999 ₫."), field="minimum_spend_vnd")
    for name in ("max_uses", "max_uses_per_person"):
        count = getattr(values, name)
        if count is not None and not 1 <= count <= 1_000_000:
            raise Invalid(_l("Enter a number from 1 to 1,000,000."), field=name)


def lock_promotions(promotion_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Promotion]:
    """These promotions as they are now, locked in the order of their ids."""
    if not promotion_ids:
        return {}
    rows = db.session.scalars(
        select(Promotion)
        .where(Promotion.id.in_(promotion_ids))
        .order_by(Promotion.id)
        .with_for_update(of=Promotion)
        .execution_options(populate_existing=True)
    )
    return {promotion.id: promotion for promotion in rows}


def price_for_order(
    *,
    items: Sequence[PricedItem],
    deliveries: Mapping[str, int],
    promotions: Asked[Sequence[Promotion]],
    person: Person,
    locale: str,
) -> BasketPrice:
    """What an order costs, with those of `promotions` that count locked until the end of the transaction.

    Campaigns that this person has used up, or that ended, give nothing. Raises VoucherRefused for a voucher that cannot
    be used: the buyer counts on it.
    """
    found = promotions.value
    locked = lock_promotions([promotion.id for promotion in found if is_limited(promotion)])
    used_up = used_up_by(person, found)
    usable: list[PromotionTerms] = []
    for promotion in found:
        current = locked.get(promotion.id, promotion)
        refusal = _refusal(current, items, is_used_up=promotion.id in used_up, locale=locale)
        if refusal is None:
            usable.append(terms_of(current))
        elif current.code is not None:
            raise refusal
    price = price_basket(items, deliveries, usable)
    for terms in usable:
        if terms.code is not None and price.not_applied.get(terms.id) == NotApplied.USED_UP:
            raise errors.used_up(terms.code)
    return price


def check_voucher(
    *,
    promotion: Promotion,
    items: Sequence[PricedItem],
    user_id: uuid.UUID | None,
    locale: str,
    held_by: uuid.UUID | None = None,
) -> None:
    """Raise VoucherRefused unless this voucher can be used for a basket of `items` now.

    What the unpaid order `held_by` of this basket holds of it counts as free.
    """
    used_up = used_up_by(Person(user_id), [promotion], held_by=held_by)
    held_vnd = held_of(held_by).get(promotion.id) if held_by is not None else None
    refusal = _refusal(promotion, items, is_used_up=promotion.id in used_up, locale=locale, held_vnd=held_vnd)
    if refusal is not None:
        raise refusal


def _refusal(
    promotion: Promotion,
    items: Sequence[PricedItem],
    *,
    is_used_up: bool,
    locale: str,
    held_vnd: int | None = None,
) -> errors.VoucherRefused | None:
    code = promotion.code or ""
    state = state_now(promotion, held_vnd=held_vnd)
    if state is CodeState.NOT_YET:
        return errors.not_yet(code, promotion.starts_at)
    if state is not CodeState.USABLE:
        return errors.over(code) if state is CodeState.OVER else errors.used_up(code)
    if is_used_up:
        return errors.used_by_you(code)
    spend = spend_on(str(promotion.producer_id) if promotion.producer_id else None, items)
    if spend == 0:
        return errors.nothing_to_reduce(code)
    if spend < promotion.minimum_spend_vnd:
        return errors.too_small(code, promotion.minimum_spend_vnd - spend, locale)
    return None


def is_limited(promotion: Promotion) -> bool:
    """Whether uses must be counted one after the other. Buyers wait for each other only then."""
    return any(limit is not None for limit in (promotion.max_uses, promotion.max_uses_per_person, promotion.budget_vnd))
