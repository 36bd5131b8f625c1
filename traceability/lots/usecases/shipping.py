"""Goods sent to another party on the site by who has them. How they arrive is in `receiving`."""

import uuid
from collections.abc import Collection, Sequence

from catalog.producers.models import Producer
from core.accounts import Actor
from core.db import db, utc_now
from core.db.codes import readable_code
from core.errors import Invalid
from core.i18n import gettext as _
from core.i18n import normalize
from traceability.gs1.links import parcel_uri
from traceability.journal.hand_over_rules import shipping_of_goods
from traceability.journal.issuer import site_url
from traceability.journal.usecases import capture_event
from traceability.lots.amounts import Amount
from traceability.lots.describing import hand_over_between, quantity_elements
from traceability.lots.guards import check_may_go_on
from traceability.lots.ledger import (
    LotContent,
    Move,
    Place,
    acting_holder,
    contents_of,
    lock_lots,
    withdraw,
    write_movements,
    write_operation,
)
from traceability.lots.models import HoldingStatus, LogisticUnitStatus, Lot, OperationKind
from traceability.lots.queries import lots_that_came_from
from traceability.lots.shipment_models import Shipment, ShipmentLine, ShipmentUnit
from traceability.lots.usecases.packing import children_of, lock_units_at_hand

NUMBER_LENGTH = 8


def ship(
    *,
    actor: Actor,
    sender_id: uuid.UUID,
    receiver_id: uuid.UUID,
    ssccs: Collection[str] = (),
    contents: Sequence[LotContent] = (),
    note: str | None = None,
) -> Shipment:
    """Send crates and pallets (by SSCC), loose goods of lots, or both to another producer on the site.

    What is in a crate or on a pallet goes with it. What must not go on, being recalled, may only go back: to whoever
    made the lot, or had sent it here. Raises NotFound, UnitNotAtHand, NotHeld and LotExhausted for what the sender does
    not have, Invalid (with `field`), and what a guard refuses with.
    """
    sender = acting_holder(actor, sender_id)
    receiver = db.session.get(Producer, receiver_id)
    if receiver is None:
        raise Invalid(_("Choose who gets the goods."), field="receiver_id")
    if receiver.id == sender.id:
        raise Invalid(_("You cannot send goods to yourself. Choose another receiver."), field="receiver_id")
    if not ssccs and not contents:
        raise Invalid(_("Choose what is sent."), field="ssccs")
    tops = lock_units_at_hand(sender, ssccs)
    units = sorted([*tops, *children_of([unit.sscc for unit in tops])], key=lambda unit: unit.sscc)
    packed = contents_of([unit.sscc for unit in units])
    lots = {lot.id: lot for lot in lock_lots({*(held.lot_id for held in packed), *(part.lot_id for part in contents)})}
    _check_may_be_sent(list(lots.values()), sender, receiver)
    loose = withdraw(actor=actor, holder=sender, contents=contents, guarded=False) if contents else []
    number = readable_code(NUMBER_LENGTH)
    event = shipping_of_goods(
        units=[parcel_uri(site_url(), unit.sscc) for unit in units],
        quantities=quantity_elements((part.lot, part.amount) for part in loose),
        event_time=utc_now(),
        hand_over=hand_over_between(sender, receiver, number),
    )
    operation = write_operation(
        actor=actor, kind=OperationKind.SHIPPING, holder_id=sender.id, event=capture_event(actor=actor, event=event)
    )
    moves = [move for part in loose for move in part.moves(sender.id, Place(sender.id, HoldingStatus.IN_TRANSIT))]
    moves += [
        Move(
            held.lot_id,
            Amount(held.grams, held.units),
            Place(sender.id, HoldingStatus.PACKED, held.sscc),
            Place(sender.id, HoldingStatus.IN_TRANSIT, held.sscc),
        )
        for held in packed
    ]
    write_movements(operation, moves)
    for unit in units:
        unit.status = LogisticUnitStatus.IN_TRANSIT
    shipment = Shipment(
        number=number,
        sender_id=sender.id,
        receiver_id=receiver.id,
        note=normalize(note or "") or None,
        sent_by=actor.user_id,
        units=[ShipmentUnit(sscc=unit.sscc, parent_sscc=unit.parent_sscc) for unit in units],
        lines=_lines(
            [
                *((lots[held.lot_id], held.sscc, Amount(held.grams, held.units)) for held in packed),
                *((part.lot, "", part.amount) for part in loose),
            ]
        ),
    )
    db.session.add(shipment)
    db.session.flush()
    return shipment


def _check_may_be_sent(lots: Sequence[Lot], sender: Producer, receiver: Producer) -> None:
    """Let the guards look at the lots that do not go back to where they came from."""
    came_from = lots_that_came_from(lots, holder_id=sender.id, party_ids=[receiver.id])
    check_may_go_on([lot for lot in lots if lot.id not in came_from])


def _lines(parts: Sequence[tuple[Lot, str, Amount]]) -> list[ShipmentLine]:
    return [
        ShipmentLine(position=position, lot=lot, sscc=sscc, grams=amount.grams, units=amount.units)
        for position, (lot, sscc, amount) in enumerate(parts)
    ]
