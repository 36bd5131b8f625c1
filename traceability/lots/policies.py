"""Who may see and work with lots, crates and shipments.

A lot belongs to the producer whose product it is; who got some of it works with that part. Nobody else has anything to
do with it beyond its public record.
"""

from sqlalchemy import select

from catalog.producers.policies import may_act_for
from catalog.producers.queries import producers_of
from core.accounts import Actor, RoleName
from core.db import db
from traceability.lots.models import LogisticUnit, Lot, LotHolding
from traceability.lots.shipment_models import Shipment


def may_work_with(actor: Actor, lot: Lot) -> bool:
    """Whether `lot` is of a product of the actor's: read everything of it, print its labels, correct its record."""
    return may_act_for(actor, lot.product.producer_id)


def may_see(actor: Actor, lot: Lot) -> bool:
    """Whether `actor` may read the trade's view of `lot`: its producer's members, and those of who has or had of it."""
    if may_work_with(actor, lot):
        return True
    producer_ids = [producer.id for producer in producers_of(actor)]
    holding = select(LotHolding.lot_id).where(LotHolding.lot_id == lot.id, LotHolding.holder_id.in_(producer_ids))
    return bool(producer_ids) and db.session.scalar(holding.limit(1)) is not None


def may_see_unit(actor: Actor, unit: LogisticUnit) -> bool:
    """Whether `actor` may read what is in a crate or pallet, and work with it: the members of who has it."""
    return may_act_for(actor, unit.holder_id)


def may_see_shipment(actor: Actor, shipment: Shipment) -> bool:
    """Whether `actor` may read a shipment: the members of its sender and its receiver, and officers."""
    if actor.has_role(RoleName.PROVINCE_OFFICER):
        return True
    return may_act_for(actor, shipment.sender_id) or may_act_for(actor, shipment.receiver_id)
