"""Stock of offers: reserving, releasing, selling and counting.

Every function locks the offers it touches in the order of their ids, so that two of them never wait for each other,
and writes a StockMovement for every change. What an order holds is read from its movements, so releasing or selling a
second time finds nothing left to do.
"""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from core.accounts import Actor
from core.db import db
from core.errors import Conflict, Invalid, NotFound
from core.i18n import lazy_gettext as _l
from market.offers.models import Offer, OfferStatus, StockMovement, StockMovementKind

MAX_ON_HAND = 1_000_000
"""Largest stock that a producer may count."""


@dataclass(frozen=True)
class Shortage:
    """An offer that cannot give what is wanted; `available` is 0 when it is paused or gone."""

    offer_id: uuid.UUID
    wanted: int
    available: int


class SoldOut(Conflict):
    """Some offers cannot give what is wanted; `shortages` names each of them. Nothing was reserved."""

    default_message = _l("Some of this has just been sold out.")

    def __init__(self, shortages: Sequence[Shortage]) -> None:
        self.shortages = tuple(shortages)
        super().__init__()


def reserve_stock(*, order_id: uuid.UUID, demand: Mapping[uuid.UUID, int]) -> None:
    """Hold `demand` (offer id → sold units, summed over all lines) for an order.

    All or nothing: raises SoldOut with every shortage. An order reserves once; the database refuses a second time.
    """
    offers = lock_offers(demand)
    shortages = [
        Shortage(offer_id, wanted, _available(offers.get(offer_id)))
        for offer_id, wanted in sorted(demand.items())
        if wanted > _available(offers.get(offer_id))
    ]
    if shortages:
        raise SoldOut(shortages)
    for offer_id, wanted in sorted(demand.items()):
        offers[offer_id].reserved += wanted
        _note(offer_id, StockMovementKind.RESERVE, order_id=order_id, reserved_change=wanted)
    db.session.flush()


def release_stock(*, order_id: uuid.UUID) -> dict[uuid.UUID, int]:
    """Let go of what an order still holds, and return it (offer id → sold units); nothing the second time."""
    held = _lock_held(order_id)
    for offer, quantity in held:
        offer.reserved -= quantity
        _note(offer.id, StockMovementKind.RELEASE, order_id=order_id, reserved_change=-quantity)
    db.session.flush()
    return {offer.id: quantity for offer, quantity in held}


def sell_stock(*, order_id: uuid.UUID) -> dict[uuid.UUID, int]:
    """Take what an order holds out of stock for good, and return it; nothing the second time."""
    held = _lock_held(order_id)
    for offer, quantity in held:
        offer.on_hand -= quantity
        offer.reserved -= quantity
        _note(
            offer.id,
            StockMovementKind.SELL,
            order_id=order_id,
            on_hand_change=-quantity,
            reserved_change=-quantity,
        )
    db.session.flush()
    return {offer.id: quantity for offer, quantity in held}


def count_stock(*, actor: Actor, offer_id: uuid.UUID, on_hand: int) -> Offer:
    """Write down how many sold units the producer has counted. The caller has checked that the offer is theirs.

    Raises NotFound; Invalid for a number out of range; Conflict when unpaid orders hold more than that.
    """
    if not 0 <= on_hand <= MAX_ON_HAND:
        raise Invalid(_l("Enter a number from 0 to 1,000,000."), field="on_hand")
    offer = lock_offers([offer_id]).get(offer_id)
    if offer is None:
        raise NotFound
    if on_hand < offer.reserved:
        raise Conflict(
            _l("%(count)s are held by orders that are being paid now.", count=offer.reserved), field="on_hand"
        )
    change = on_hand - offer.on_hand
    if change:
        offer.on_hand = on_hand
        _note(offer_id, StockMovementKind.COUNT, on_hand_change=change, actor_id=actor.user_id)
        db.session.flush()
    return offer


def _available(offer: Offer | None) -> int:
    if offer is None or offer.status != OfferStatus.ACTIVE:
        return 0
    return offer.available


def lock_offers(offer_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Offer]:
    """The offers with these ids as they are now, locked in the order of their ids; unknown ids are left out."""
    rows = db.session.scalars(
        select(Offer)
        .where(Offer.id.in_(offer_ids))
        .order_by(Offer.id)
        .with_for_update(of=Offer)
        .execution_options(populate_existing=True)
    )
    return {offer.id: offer for offer in rows}


def _lock_held(order_id: uuid.UUID) -> list[tuple[Offer, int]]:
    """The offers an order holds, locked, with what it holds of each, read once the locks are there."""
    concerned = db.session.scalars(select(StockMovement.offer_id).where(StockMovement.order_id == order_id).distinct())
    offers = lock_offers(list(concerned))
    held = db.session.execute(
        select(StockMovement.offer_id, func.sum(StockMovement.reserved_change))
        .where(StockMovement.order_id == order_id)
        .group_by(StockMovement.offer_id)
        .order_by(StockMovement.offer_id)
    )
    return [(offers[offer_id], int(quantity)) for offer_id, quantity in held if quantity > 0]


def _note(
    offer_id: uuid.UUID,
    kind: StockMovementKind,
    *,
    on_hand_change: int = 0,
    reserved_change: int = 0,
    order_id: uuid.UUID | None = None,
    actor_id: uuid.UUID | None = None,
) -> None:
    db.session.add(
        StockMovement(
            offer_id=offer_id,
            kind=kind,
            on_hand_change=on_hand_change,
            reserved_change=reserved_change,
            order_id=order_id,
            actor_id=actor_id,
        )
    )
