"""Stock of offers: what came in, what orders hold and buy, what was spoiled, returned and counted.

Every function locks the offers it touches in the order of their ids, and after them the lots that it sells or counts,
so that two of them never wait for each other, and writes a StockMovement for every change. What an order holds is read
from its movements, so releasing or selling a second time finds nothing left to do.
"""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Uuid, any_, bindparam, func, select

from core.accounts import Actor
from core.db import (
    Asked,
    SettledStatement,
    ask_to_load_each,
    db,
    insert_soon,
    load_within_transaction,
    settled,
    write_soon,
)
from core.errors import Conflict, Invalid, NotFound
from core.i18n import lazy_gettext as _l
from market.offers.availability import Available, lock_available, lock_units_in_lot
from market.offers.models import Offer, OfferStatus, StockMovement, StockMovementKind
from market.offers.rules import Demand, available_together

MAX_ON_HAND = 1_000_000
"""Largest stock that a producer may count."""

HeldStock = list[tuple[Offer, int]]
"""Locked offers, with the units of each that one order holds."""


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


def reserve_stock(
    *, order_id: uuid.UUID, demand: Mapping[uuid.UUID, int], offers: Mapping[uuid.UUID, Offer] | None = None
) -> None:
    """Hold `demand` (offer id → sold units, summed over all lines) for an order.

    `offers` are what `lock_offers` gave for it, where that was done in this transaction already. All or nothing: raises
    SoldOut with every shortage. An order reserves once; the database refuses a second time.
    """
    offers = lock_offers(demand) if offers is None else offers
    shortages = _shortages(demand, offers)
    if shortages:
        raise SoldOut(shortages)
    for offer_id, wanted in sorted(demand.items()):
        offers[offer_id].reserved += wanted
        _note(offers[offer_id], StockMovementKind.RESERVE, order_id=order_id, reserved_change=wanted)


def _shortages(demand: Mapping[uuid.UUID, int], offers: Mapping[uuid.UUID, Offer]) -> list[Shortage]:
    """What of `demand` these locked offers cannot give. Of a lot that several share, what stands first takes first."""
    bounded = lock_available([offer.id for offer in offers.values() if offer.lot_id is not None or offer.is_preorder])
    together = available_together(
        _demand(offers.get(offer_id), wanted, bounded.get(offer_id)) for offer_id, wanted in demand.items()
    )
    return [
        Shortage(offer_id, wanted, available)
        for (offer_id, wanted), available in zip(demand.items(), together, strict=True)
        if wanted > available
    ]


def _demand(offer: Offer | None, wanted: int, bound: Available | None) -> Demand:
    if offer is None or offer.status != OfferStatus.ACTIVE:
        return Demand(wanted, 0)
    if bound is None:
        return Demand(wanted, offer.available)
    return Demand(wanted, bound.units, offer.content_quantity, offer.lot_id, bound.left_in_lot)


def release_stock(*, order_id: uuid.UUID) -> dict[uuid.UUID, int]:
    """Let go of what an order still holds, and return it (offer id → sold units); nothing the second time."""
    held = ask_held_stock(order_id).value
    for offer, quantity in held:
        offer.reserved -= quantity
        _note(offer, StockMovementKind.RELEASE, order_id=order_id, reserved_change=-quantity)
    return {offer.id: quantity for offer, quantity in held}


def sell_stock(*, order_id: uuid.UUID, held: Asked[HeldStock] | None = None) -> dict[uuid.UUID, int]:
    """Take what an order holds out of stock for good, and return it; nothing the second time.

    `held` is what `ask_held_stock` asks for, where that went together with another question.
    """
    sold = (held or ask_held_stock(order_id)).value
    for offer, quantity in sold:
        offer.on_hand -= quantity
        offer.reserved -= quantity
        _note(
            offer,
            StockMovementKind.SELL,
            order_id=order_id,
            on_hand_change=-quantity,
            reserved_change=-quantity,
        )
    return {offer.id: quantity for offer, quantity in sold}


def count_stock(*, actor: Actor, offer_id: uuid.UUID, on_hand: int) -> Offer:
    """Write down how many sold units the producer has counted. The caller has checked that the offer is theirs.

    Raises NotFound; Invalid for a number out of range, or more than the lot of the offer has left; Conflict when unpaid
    orders hold more than that.
    """
    if not 0 <= on_hand <= MAX_ON_HAND:
        raise Invalid(_l("Enter a number from 0 to 1,000,000."), field="on_hand")
    offer = _lock_one(offer_id)
    if on_hand < offer.reserved:
        raise Conflict(
            _l("%(count)s are held by orders that are being paid now.", count=offer.reserved), field="on_hand"
        )
    change = on_hand - offer.on_hand
    if change > 0:
        _check_lot(offer, on_hand, field="on_hand")
    if change:
        _move(offer, StockMovementKind.COUNT, change, actor=actor)
    return offer


def take_in_harvest(*, actor: Actor, offer_id: uuid.UUID, quantity: int, lot_id: uuid.UUID | None = None) -> Offer:
    """Add harvested goods to the stock; `lot_id` says which lot they are of. The caller has checked whose they are.

    Raises NotFound; Invalid for a quantity that makes no sense, another lot than the offer's, or more than it has left.
    """
    _check_moved(quantity)
    offer = _lock_one(offer_id)
    if offer.lot_id is not None and lot_id not in (None, offer.lot_id):
        raise Invalid(_l("This offer sells the goods of another lot only."), field="lot")
    _check_total(offer.on_hand + quantity)
    _check_lot(offer, offer.on_hand + quantity, field="quantity")
    _move(offer, StockMovementKind.HARVEST_IN, quantity, actor=actor, lot_id=lot_id or offer.lot_id)
    return offer


def write_off_spoilt(*, actor: Actor, offer_id: uuid.UUID, quantity: int, reason: str) -> Offer:
    """Take spoilt goods out of the stock; `reason` is kept. The caller has checked whose they are.

    Raises NotFound; Invalid for a quantity that makes no sense; Conflict when less than that is free.
    """
    _check_moved(quantity)
    offer = _lock_one(offer_id)
    if quantity > offer.available:
        raise Conflict(_l("Only %(count)s are not held by orders.", count=offer.available), field="quantity")
    _move(offer, StockMovementKind.SPOIL, -quantity, actor=actor, note=reason)
    return offer


def return_stock(
    *, actor: Actor, offer_id: uuid.UUID, quantity: int, order_id: uuid.UUID | None = None, reason: str | None = None
) -> Offer:
    """Put sold goods back that came back fit for sale, or were never sent. The caller has checked that they may.

    Raises NotFound; Invalid for a quantity that makes no sense, or more than the order bought and has not given back.
    """
    _check_moved(quantity)
    offer = _lock_one(offer_id)
    if order_id is not None and quantity > _not_returned(offer_id, order_id):
        raise Invalid(_l("The order bought fewer than that."), field="quantity")
    _check_total(offer.on_hand + quantity)
    _move(offer, StockMovementKind.RETURN, quantity, actor=actor, order_id=order_id, note=reason)
    return offer


def _lock_one(offer_id: uuid.UUID) -> Offer:
    offer = lock_offers([offer_id]).get(offer_id)
    if offer is None:
        raise NotFound
    return offer


def _check_moved(quantity: int) -> None:
    if not 1 <= quantity <= MAX_ON_HAND:
        raise Invalid(_l("Enter a number from 1 to 1,000,000."), field="quantity")


def _check_total(on_hand: int) -> None:
    if on_hand > MAX_ON_HAND:
        raise Invalid(_l("The stock would be more than 1,000,000."), field="quantity")


def _check_lot(offer: Offer, on_hand: int, *, field: str) -> None:
    """Refuse a stock that the lot of the offer does not hold."""
    if offer.lot_id is None:
        return
    left = lock_units_in_lot(offer.id)
    if on_hand > left:
        raise Invalid(_l("The lot has enough left for %(count)s only.", count=left), field=field)


def _not_returned(offer_id: uuid.UUID, order_id: uuid.UUID) -> int:
    """How much of an offer an order bought and has not given back."""
    kinds = (StockMovementKind.SELL, StockMovementKind.RETURN)
    bought = select(func.coalesce(func.sum(StockMovement.on_hand_change), 0)).where(
        StockMovement.offer_id == offer_id, StockMovement.order_id == order_id, StockMovement.kind.in_(kinds)
    )
    return -int(db.session.scalar(bought) or 0)


def _move(
    offer: Offer,
    kind: StockMovementKind,
    change: int,
    *,
    actor: Actor,
    order_id: uuid.UUID | None = None,
    lot_id: uuid.UUID | None = None,
    note: str | None = None,
) -> None:
    """Change what a locked offer has on hand, and write it on its card."""
    offer.on_hand += change
    _note(
        offer,
        kind,
        on_hand_change=change,
        actor_id=actor.user_id,
        order_id=order_id,
        lot_id=lot_id,
        note=note,
    )


def lock_offers(offer_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Offer]:
    """The offers with these ids as they are now, locked in the order of their ids; unknown ids are left out."""
    return lock_found_offers(_locked_by_ids(), {"offer_ids": list(offer_ids)})


def lock_found_offers(statement: SettledStatement, parameters: Mapping[str, Any]) -> dict[uuid.UUID, Offer]:
    """As `lock_offers`, for what a statement of `offers_to_lock` finds."""
    return {offer.id: offer for offer in load_within_transaction(Offer, statement, parameters)}


@cache
def _locked_by_ids() -> SettledStatement:
    return offers_to_lock(Offer.id == any_(bindparam("offer_ids", type_=ARRAY(Uuid()))))


def offers_to_lock(condition: ColumnElement[bool]) -> SettledStatement:
    """Find and lock the offers for which a condition holds, in the one order."""
    return settled(select(Offer).where(condition).order_by(Offer.id).with_for_update(of=Offer))


def ask_held_stock(order_id: uuid.UUID) -> Asked[HeldStock]:
    """The offers an order holds, locked, with what it holds of each, read once the locks are there."""
    return ask_to_load_each([(Offer, _locked_of_order()), (None, _held())], {"order_id": order_id}).then(_held_stock)


def _held_stock(found: Sequence[Sequence[Any]]) -> HeldStock:
    offers = {offer.id: offer for offer in found[0]}
    return [(offers[row.offer_id], int(row.quantity)) for row in found[1] if row.quantity > 0]


@cache
def _locked_of_order() -> SettledStatement:
    moved = select(StockMovement.offer_id).where(StockMovement.order_id == bindparam("order_id"))
    return offers_to_lock(Offer.id.in_(moved))


@cache
def _held() -> SettledStatement:
    return settled(
        select(StockMovement.offer_id, func.sum(StockMovement.reserved_change).label("quantity"))
        .where(StockMovement.order_id == bindparam("order_id"))
        .group_by(StockMovement.offer_id)
        .order_by(StockMovement.offer_id)
    )


def _note(
    offer: Offer,
    kind: StockMovementKind,
    *,
    on_hand_change: int = 0,
    reserved_change: int = 0,
    order_id: uuid.UUID | None = None,
    lot_id: uuid.UUID | None = None,
    note: str | None = None,
    actor_id: uuid.UUID | None = None,
) -> None:
    """Write a change of an offer's stock on its card, and the offer as it is now."""
    write_soon(offer)
    insert_soon(
        StockMovement,
        offer_id=offer.id,
        kind=kind,
        on_hand_change=on_hand_change,
        reserved_change=reserved_change,
        order_id=order_id,
        lot_id=lot_id,
        note=note,
        actor_id=actor_id,
    )
