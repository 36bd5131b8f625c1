"""What orders do with promotions: reserve, spend, release, give back.

Promotions are locked after stock, in the order of their ids.
"""

import uuid
from collections.abc import Collection, Mapping, Sequence
from functools import cache

from sqlalchemy import Select, bindparam, select, update

from core.db import SettledStatement, db, settled, utc_now, write_row_soon
from market.promotions.models import OrderDiscount, Promotion, PromotionUse, UseStatus
from market.promotions.queries import ask_promotions
from market.promotions.rules import BasketPrice
from market.promotions.usecases import is_limited, lock_promotions


def reserve_uses(
    *,
    order_id: uuid.UUID,
    price: BasketPrice,
    user_id: uuid.UUID | None,
    phone: str,
    parcel_ids: Mapping[str, uuid.UUID],
    line_ids: Mapping[str, uuid.UUID],
) -> None:
    """Hold the promotions that made this order cheaper, and write down what fell on which line and parcel.

    `price` comes from `price_for_order` in the same transaction, so the limits still hold; the database has them too.
    """
    if not price.applied:
        return
    promotions = db.session.scalars(select(Promotion).where(Promotion.id.in_(price.applied)).order_by(Promotion.id))
    for promotion in promotions:
        given = price.given_by(promotion.id)
        db.session.add(
            PromotionUse(promotion_id=promotion.id, order_id=order_id, user_id=user_id, phone=phone, discount_vnd=given)
        )
        if is_limited(promotion):
            promotion.uses += 1
            promotion.spent_vnd += given
    db.session.add_all(
        OrderDiscount(
            order_id=order_id,
            parcel_id=parcel_ids[discount.parcel],
            line_id=line_ids[discount.key] if discount.key is not None else None,
            promotion_id=discount.promotion_id,
            borne_by=discount.borne_by,
            amount_vnd=discount.amount_vnd,
        )
        for discount in price.discounts
    )
    db.session.flush()


def lock_promotions_of(
    order_ids: Collection[uuid.UUID],
    *,
    producer_ids: Collection[uuid.UUID] = (),
    voucher_ids: Collection[uuid.UUID] = (),
) -> None:
    """Lock the promotions that these orders hold, for a transaction that is going to let go of them.

    Where a new order replaces them, those that may count for it are locked at the same time: for goods of these
    producers, with these vouchers.
    """
    wanted = _promotions_of(order_ids, UseStatus.RESERVED)
    wanted |= {found.id for found in ask_promotions(producer_ids, voucher_ids).value if is_limited(found)}
    lock_promotions(wanted)


def spend_uses(*, order_id: uuid.UUID) -> None:
    """The order is paid: what it held of promotions is used."""
    write_row_soon(_spent(), {"order_id": order_id, "spent": UseStatus.SPENT, "now": utc_now()})


@cache
def _spent() -> SettledStatement:
    return settled(
        update(PromotionUse)
        .where(PromotionUse.order_id == bindparam("order_id"), PromotionUse.status == UseStatus.RESERVED)
        .values(status=bindparam("spent"), settled_at=bindparam("now"))
    )


def release_uses(*, order_id: uuid.UUID) -> int:
    """Nobody will pay the order: let go of the promotions it held; how many there were, none the second time."""
    return _let_go(order_id, UseStatus.RESERVED)


def give_back_uses(*, order_id: uuid.UUID) -> int:
    """All that was paid for the order went back, or nobody took it: what it used of promotions can be used again.

    How many there were, none the second time. The order is locked.
    """
    return _let_go(order_id, UseStatus.SPENT)


def _let_go(order_id: uuid.UUID, status: UseStatus) -> int:
    lock_promotions(_promotions_of([order_id], status))
    uses = _uses(order_id, status)
    for use in uses:
        use.status, use.settled_at = UseStatus.RELEASED, utc_now()
        promotion = db.session.get_one(Promotion, use.promotion_id)
        if is_limited(promotion):
            promotion.uses -= 1
            promotion.spent_vnd -= use.discount_vnd
    db.session.flush()
    return len(uses)


def _promotions_of(order_ids: Collection[uuid.UUID], status: UseStatus) -> set[uuid.UUID]:
    """The promotions of which these orders have uses in one state."""
    found = select(PromotionUse.promotion_id).where(PromotionUse.order_id.in_(order_ids), PromotionUse.status == status)
    return set(db.session.scalars(found))


def _uses(order_id: uuid.UUID, status: UseStatus) -> Sequence[PromotionUse]:
    return db.session.scalars(_locked_uses(), {"order_id": order_id, "status": status}).all()


@cache
def _locked_uses() -> Select[PromotionUse]:
    return (
        select(PromotionUse)
        .where(PromotionUse.order_id == bindparam("order_id"), PromotionUse.status == bindparam("status"))
        .order_by(PromotionUse.promotion_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
