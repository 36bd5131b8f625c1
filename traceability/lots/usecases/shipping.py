"""Goods between two parties on the site: sent by who has them, received (or refused) by whom they are for."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from catalog.producers.models import Producer
from catalog.producers.policies import may_act_for
from core.accounts import Actor
from core.db import db, utc_now
from core.db.codes import readable_code
from core.errors import Invalid, NotFound
from core.i18n import gettext as _
from core.i18n import normalize
from traceability.epcis.event_builders import Event, QuantityElement
from traceability.gs1.links import parcel_uri
from traceability.journal.issuer import order_reference, site_url
from traceability.journal.models import EpcisEvent
from traceability.journal.rules import HandOver, missing_goods, receiving_of_goods, shipping_of_goods
from traceability.journal.usecases import capture_event
from traceability.lots import rules
from traceability.lots.amounts import NOTHING, Amount
from traceability.lots.describing import quantity_elements
from traceability.lots.errors import AlreadySettled
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
from traceability.lots.models import (
    Difference,
    HoldingStatus,
    LogisticUnit,
    LogisticUnitStatus,
    Lot,
    OperationKind,
    Shipment,
    ShipmentLine,
    ShipmentStatus,
    ShipmentUnit,
)
from traceability.lots.queries import lots_that_came_from
from traceability.lots.usecases.packing import children_of, lock_units_at_hand

LONGEST_REASON = 500
NUMBER_LENGTH = 8


@dataclass(frozen=True, slots=True)
class ReceivedAmount:
    """What arrived of one line of a shipment: `quantity` units of what is counted, `grams` of what is weighed."""

    quantity: int | None = None
    grams: int | None = None


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
        hand_over=_hand_over(sender, receiver, number),
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


def _hand_over(sender: Producer, receiver: Producer, number: str) -> HandOver:
    return HandOver(site_url(), sender.gln, receiver.gln, order_reference(sender.gln, number))


def receive(
    *,
    actor: Actor,
    shipment_id: uuid.UUID,
    received: Mapping[uuid.UUID, ReceivedAmount] | None = None,
    difference: Difference | None = None,
    reason: str | None = None,
) -> Shipment:
    """Take over a shipment, or a part of it, or (nothing of it) refuse it.

    `received` says for lines, by id, what arrived; lines that it leaves out arrived whole. Where less arrived than was
    sent, `difference` says whether the rest is lost or goes back to its sender, and `reason` why.

    Raises NotFound for a shipment that is not to the actor's producers, AlreadySettled, Invalid with `field`
    ("line_<id>" for an amount).
    """
    shipment = _lock_shipment(shipment_id)
    if shipment is None or not may_act_for(actor, shipment.receiver_id):
        raise NotFound
    if shipment.status != ShipmentStatus.SENT:
        raise AlreadySettled
    units = _lock_units(shipment)
    lock_lots({line.lot_id for line in shipment.lines})
    arrived = [_arrived(line, (received or {}).get(line.id)) for line in shipment.lines]
    complete = all(amount == line.sent for line, amount in zip(shipment.lines, arrived, strict=True))
    reason = normalize(reason or "") or None
    _check_difference(complete, difference, reason)
    for line, amount in zip(shipment.lines, arrived, strict=True):
        line.received_grams, line.received_units = amount.grams, amount.units
        line.difference = None if amount == line.sent else difference
    shipment.status = (
        ShipmentStatus.RECEIVED
        if complete
        else ShipmentStatus.PARTLY_RECEIVED
        if any(arrived)
        else ShipmentStatus.REFUSED
    )
    shipment.settled_at, shipment.settled_by, shipment.reason = utc_now(), actor.user_id, reason
    _settle_units(shipment, units)
    events = [capture_event(actor=actor, event=event) for event in _events(shipment, units)]
    _write(actor, shipment, units, events[0])
    db.session.flush()
    return shipment


def _lock_shipment(shipment_id: uuid.UUID) -> Shipment | None:
    statement = (
        select(Shipment)
        .where(Shipment.id == shipment_id)
        .options(
            joinedload(Shipment.sender),
            joinedload(Shipment.receiver),
            selectinload(Shipment.lines).joinedload(ShipmentLine.lot).joinedload(Lot.product),
            selectinload(Shipment.units),
        )
        .with_for_update(of=Shipment)
        .execution_options(populate_existing=True)
    )
    return db.session.scalars(statement).one_or_none()


def _lock_units(shipment: Shipment) -> dict[str, LogisticUnit]:
    statement = (
        select(LogisticUnit)
        .where(LogisticUnit.sscc.in_([unit.sscc for unit in shipment.units]))
        .order_by(LogisticUnit.sscc)
        .with_for_update(of=LogisticUnit)
        .execution_options(populate_existing=True)
    )
    return {unit.sscc: unit for unit in db.session.scalars(statement)}


def _arrived(line: ShipmentLine, stated: ReceivedAmount | None) -> Amount:
    """How much of a line arrived; nothing said means all of it."""
    if stated is None:
        return line.sent
    if 0 in (stated.quantity, stated.grams):
        return NOTHING
    try:
        amount = rules.wanted_amount(line.lot.unit, line.sent, units=stated.quantity, grams=stated.grams)
    except Invalid as error:
        raise Invalid(error.message, field=f"line_{line.id}") from error
    if amount.grams > line.grams or amount.units > line.units:
        raise Invalid(_("More cannot arrive than was sent."), field=f"line_{line.id}")
    return amount


def _check_difference(complete: bool, difference: Difference | None, reason: str | None) -> None:
    if complete:
        return
    if difference is None:
        raise Invalid(_("Not everything arrived: say what became of the rest."), field="difference")
    if reason is None:
        raise Invalid(_("Not everything arrived: say why."), field="reason")
    if len(reason) > LONGEST_REASON:
        raise Invalid(_("At most %(count)s characters, please.", count=LONGEST_REASON), field="reason")


def _settle_units(shipment: Shipment, units: Mapping[str, LogisticUnit]) -> None:
    """Each crate and pallet is where its goods are: taken over, back with its sender, or (all lost) no more."""
    arrived, returned = set(), set()
    parents = {row.sscc: row.parent_sscc for row in shipment.units}
    for line in shipment.lines:
        chain = {line.sscc, parents.get(line.sscc)} - {"", None}
        if line.received_grams or line.received_units:
            arrived |= chain
        elif line.difference is Difference.RETURNED:
            returned |= chain
    for sscc, unit in units.items():
        if sscc in arrived:
            unit.holder_id, unit.status = shipment.receiver_id, LogisticUnitStatus.PACKED
        else:
            unit.status = LogisticUnitStatus.PACKED if sscc in returned else LogisticUnitStatus.UNPACKED
    for unit in units.values():
        parent = units.get(unit.parent_sscc or "")
        if parent is not None and (parent.holder_id, parent.status) != (unit.holder_id, unit.status):
            unit.parent_sscc = None


def _write(actor: Actor, shipment: Shipment, units: Mapping[str, LogisticUnit], event: EpcisEvent) -> None:
    operation = write_operation(
        actor=actor,
        kind=OperationKind.RECEIVING,
        holder_id=shipment.receiver_id,
        event=event,
        reason=shipment.reason,
    )
    moves = []
    for line in shipment.lines:
        source = Place(shipment.sender_id, HoldingStatus.IN_TRANSIT, line.sscc)
        arrived = Amount(line.received_grams or 0, line.received_units or 0)
        rest = line.sent - arrived
        moves.append(Move(line.lot_id, arrived, source, _at(shipment.receiver_id, line.sscc)))
        if line.difference is Difference.LOST:
            moves.append(Move(line.lot_id, rest, source, Place(shipment.sender_id, HoldingStatus.LOST, line.sscc)))
        elif line.difference is Difference.RETURNED:
            # What comes back out of a crate that was kept comes back loose.
            stays_in = line.sscc if line.sscc and units[line.sscc].holder_id == shipment.sender_id else ""
            moves.append(Move(line.lot_id, rest, source, _at(shipment.sender_id, stays_in)))
    write_movements(operation, moves)


def _at(holder_id: uuid.UUID, sscc: str) -> Place:
    return Place(holder_id, HoldingStatus.PACKED if sscc else HoldingStatus.LOOSE, sscc)


def _events(shipment: Shipment, units: Mapping[str, LogisticUnit]) -> list[Event]:
    """What the journal is told: what was taken over, what went back, what did not arrive.

    Whole crates and pallets are named by their SSCC; what is loose, and what a crate brought less of, by its amount.
    """
    hand_over = _hand_over(shipment.sender, shipment.receiver, shipment.number)
    now = utc_now()
    kept = [sscc for sscc, unit in units.items() if unit.holder_id == shipment.receiver_id]
    back = [
        sscc
        for sscc, unit in units.items()
        if unit.holder_id == shipment.sender_id and unit.status == LogisticUnitStatus.PACKED
    ]
    arrived, returned, lost = [], [], []
    for line in shipment.lines:
        amount = Amount(line.received_grams or 0, line.received_units or 0)
        if amount and (not line.sscc or line.difference):
            arrived.append((line.lot, amount))
        rest = (line.lot, line.sent - amount)
        if line.difference is Difference.LOST:
            lost.append(rest)
        elif line.difference is Difference.RETURNED and line.sscc not in back:
            returned.append(rest)
    events = []
    if kept or arrived:
        events.append(
            receiving_of_goods(
                units=[parcel_uri(site_url(), sscc) for sscc in kept],
                quantities=_summed(arrived),
                event_time=now,
                hand_over=hand_over,
                complete=shipment.status == ShipmentStatus.RECEIVED,
            )
        )
    if back or returned:
        events.append(
            receiving_of_goods(
                units=[parcel_uri(site_url(), sscc) for sscc in back],
                quantities=_summed(returned),
                event_time=now,
                hand_over=hand_over.back(),
                returned=True,
            )
        )
    if lost:
        events.append(missing_goods(quantities=_summed(lost), event_time=now, hand_over=hand_over))
    return events


def _summed(parts: Sequence[tuple[Lot, Amount]]) -> list[QuantityElement]:
    """One element a lot, however many crates it came in."""
    amounts: dict[uuid.UUID, Amount] = {}
    lots = {lot.id: lot for lot, _amount in parts}
    for lot, amount in parts:
        amounts[lot.id] = amounts.get(lot.id, NOTHING) + amount
    return quantity_elements((lots[lot_id], amount) for lot_id, amount in amounts.items())
