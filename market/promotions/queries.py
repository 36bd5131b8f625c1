"""Reading promotions."""

import uuid
from collections.abc import Collection, Sequence
from functools import cache

from sqlalchemy import ARRAY, Integer, Select, Uuid, any_, bindparam, func, or_, select
from sqlalchemy.orm import joinedload

from catalog.producers.models import Producer
from catalog.producers.queries import producers_of
from core.accounts import Actor
from core.db import Asked, SettledStatement, UtcDateTime, ask_to_load, db, known, settled, utc_now
from core.errors import NotFound
from market.promotions.models import OrderDiscount, Promotion, PromotionUse, UseStatus
from market.promotions.policies import may_manage, works_for_site
from market.promotions.rules import CodeState, Person, PromotionTerms, state_of

MOST_CAMPAIGNS = 50
"""How many campaigns can count for one basket."""


def terms_of(promotion: Promotion, *, held_vnd: int | None = None) -> PromotionTerms:
    """A promotion as the pricing sees it; `held_vnd` of its budget are held for the very order that is priced."""
    budget = promotion.budget_vnd
    return PromotionTerms(
        id=promotion.id,
        kind=promotion.kind,
        borne_by=promotion.borne_by,
        stacking=promotion.stacking,
        percent=promotion.percent or 0,
        amount_vnd=promotion.amount_vnd or 0,
        max_discount_vnd=promotion.max_discount_vnd,
        parcel=str(promotion.producer_id) if promotion.producer_id else None,
        minimum_spend_vnd=promotion.minimum_spend_vnd,
        budget_left_vnd=None if budget is None else budget - promotion.spent_vnd + (held_vnd or 0),
        name_vi=promotion.name_vi,
        name_en=promotion.name_en,
        code=promotion.code,
    )


def state_now(promotion: Promotion, *, held_vnd: int | None = None) -> CodeState:
    """Whether a promotion can be used now; a use for `held_vnd` is held for the very order that asks."""
    holds = held_vnd is not None
    return state_of(
        now=utc_now(),
        starts_at=promotion.starts_at,
        ends_at=promotion.ends_at,
        ended_at=promotion.ended_at,
        uses=promotion.uses - holds,
        max_uses=promotion.max_uses,
        spent_vnd=promotion.spent_vnd - (held_vnd or 0),
        budget_vnd=promotion.budget_vnd,
    )


def ask_promotions(
    producer_ids: Collection[uuid.UUID], voucher_ids: Collection[uuid.UUID]
) -> Asked[Sequence[Promotion]]:
    """The running campaigns for goods of these producers, and these vouchers in whatever state, in one query.

    None where there are no producers.
    """
    if not producer_ids:
        return known(())
    parameters = {
        "now": utc_now(),
        "producer_ids": list(producer_ids),
        "voucher_ids": list(voucher_ids),
        "most": MOST_CAMPAIGNS + len(voucher_ids),
    }
    return ask_to_load(Promotion, _promotions_for(), parameters)


@cache
def _promotions_for() -> SettledStatement:
    now, ids = bindparam("now", type_=UtcDateTime), ARRAY(Uuid())
    is_running_campaign = (
        Promotion.code.is_(None)
        & Promotion.ended_at.is_(None)
        & (Promotion.starts_at <= now)
        & (Promotion.ends_at > now)
        & or_(Promotion.producer_id.is_(None), Promotion.producer_id == any_(bindparam("producer_ids", type_=ids)))
    )
    return settled(
        select(Promotion)
        .where(or_(is_running_campaign, Promotion.id == any_(bindparam("voucher_ids", type_=ids))))
        .order_by(Promotion.id)
        .limit(bindparam("most", type_=Integer()))
    )


def list_promotions(promotion_ids: Collection[uuid.UUID]) -> Sequence[Promotion]:
    """These promotions, in the order in which they were made."""
    if not promotion_ids:
        return []
    return db.session.scalars(
        select(Promotion).where(Promotion.id.in_(promotion_ids)).order_by(Promotion.id).limit(MOST_CAMPAIGNS)
    ).all()


def held_of(order_id: uuid.UUID) -> dict[uuid.UUID, int]:
    """What an unpaid order holds of promotions, in dong by promotion."""
    rows = db.session.execute(
        select(PromotionUse.promotion_id, PromotionUse.discount_vnd).where(
            PromotionUse.order_id == order_id, PromotionUse.status == UseStatus.RESERVED
        )
    )
    return dict(rows.all())


def used_up_by(
    person: Person, promotions: Sequence[Promotion], *, held_by: uuid.UUID | None = None
) -> frozenset[uuid.UUID]:
    """Those of these promotions that a person has used as often as one person may; asked only where one has that limit.

    What the unpaid order `held_by` holds is not counted: whoever asks is about to replace it.
    """
    limits = {each.id: each.max_uses_per_person for each in promotions if each.max_uses_per_person is not None}
    same = []
    if person.user_id is not None:
        same.append(PromotionUse.user_id == person.user_id)
    if person.phone is not None:
        same.append(PromotionUse.phone == person.phone)
    if not limits or not same:
        return frozenset()
    uses = db.session.execute(
        select(PromotionUse.promotion_id, func.count().label("used"))
        .where(
            PromotionUse.promotion_id.in_(limits),
            PromotionUse.status != UseStatus.RELEASED,
            PromotionUse.order_id.is_distinct_from(held_by),
            or_(*same),
        )
        .group_by(PromotionUse.promotion_id)
    )
    return frozenset(row.promotion_id for row in uses if row.used >= limits[row.promotion_id])


def find_voucher(code: str) -> Promotion | None:
    """The voucher with this code, whatever its state."""
    return db.session.scalar(select(Promotion).where(Promotion.code == code))


def promotions_of(actor: Actor) -> Select[Promotion]:
    """The promotions that the actor looks after, newest first: the site's for officers, else those of their producers.

    Give it to `paginate`.
    """
    statement = select(Promotion).options(joinedload(Promotion.producer).lazyload(Producer.commune))
    if not works_for_site(actor):
        own = [producer.id for producer in producers_of(actor)]
        statement = statement.where(Promotion.producer_id.in_(own), Promotion.borne_by == "producer")
    else:
        statement = statement.where(Promotion.borne_by == "site")
    return statement.order_by(Promotion.id.desc())


def get_promotion(actor: Actor, promotion_id: uuid.UUID) -> Promotion:
    """A promotion that the actor looks after, with its producer. Raises NotFound."""
    promotion = db.session.scalars(
        select(Promotion)
        .where(Promotion.id == promotion_id)
        .options(joinedload(Promotion.producer).lazyload(Producer.commune))
    ).one_or_none()
    if promotion is None or not may_manage(actor, promotion):
        raise NotFound
    return promotion


def uses_by_status(promotion_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, dict[UseStatus, tuple[int, int]]]:
    """How often, and for how many dong, each promotion is held or was used, by what became of the use."""
    rows = db.session.execute(
        select(PromotionUse.promotion_id, PromotionUse.status, func.count(), func.sum(PromotionUse.discount_vnd))
        .where(PromotionUse.promotion_id.in_(promotion_ids))
        .group_by(PromotionUse.promotion_id, PromotionUse.status)
    )
    found: dict[uuid.UUID, dict[UseStatus, tuple[int, int]]] = {}
    for promotion_id, status, count, discount in rows:
        found.setdefault(promotion_id, {})[UseStatus(status)] = (count, int(discount))
    return found


def discounts_of(order_id: uuid.UUID) -> Sequence[tuple[str, str, int]]:
    """What each promotion took off an order: its names in Vietnamese and English, and dong."""
    rows = db.session.execute(
        select(Promotion.name_vi, Promotion.name_en, func.sum(OrderDiscount.amount_vnd))
        .join_from(OrderDiscount, Promotion, Promotion.id == OrderDiscount.promotion_id)
        .where(OrderDiscount.order_id == order_id)
        .group_by(Promotion.id)
        .order_by(Promotion.id)
    )
    return [(name_vi, name_en, int(amount)) for name_vi, name_en, amount in rows]
