"""Goods of an order's parcel that come back to who packed it: refused at the door, or returned by the buyer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import select

from catalog.producers.models import Producer
from core.accounts import Actor
from core.db import db, utc_now
from core.errors import NotFound
from core.i18n import gettext as _
from traceability.gs1.links import location_uri, parcel_uri
from traceability.journal.issuer import site_url
from traceability.journal.rules import acceptance_of_goods, destruction_of_lot, return_of_goods, unpacking_of_unit
from traceability.journal.usecases import capture_event
from traceability.lots.amounts import NOTHING, Amount, is_weighed
from traceability.lots.describing import quantity_elements
from traceability.lots.errors import LotExhausted
from traceability.lots.guards import find_obstacles
from traceability.lots.ledger import (
    Move,
    Place,
    acting_holder,
    contents_of,
    lock_lots,
    write_movements,
    write_operation,
)
from traceability.lots.models import (
    HoldingStatus,
    LogisticUnit,
    LogisticUnitKind,
    LogisticUnitStatus,
    Lot,
    LotMovement,
    LotOperation,
    OperationKind,
)
from traceability.lots.rules import wanted_amount


@dataclass(frozen=True, slots=True)
class ReturnedUnits:
    """So many whole units of a lot came back; `fit_units` of them can be sold again."""

    lot_id: UUID
    units: int
    fit_units: int


@dataclass(frozen=True, slots=True)
class _CameBack:
    lot: Lot
    amount: Amount
    fit: Amount


def take_back(*, actor: Actor, sscc: str, returned: Sequence[ReturnedUnits], source: str) -> LotOperation:
    """Goods of the parcel `sscc`, which had left, are loose again with who packed it; what is not fit is destroyed.

    The journal says so without naming anybody: received as returned, taken out of the parcel, for sale again or
    destroyed. `source` names what made them come back; the same source is the same operation. Raises NotFound for a
    parcel that never left or is not the actor's, LotExhausted when more comes back than was in it.
    """
    parcel = db.session.get(LogisticUnit, sscc, with_for_update=True, populate_existing=True)
    if parcel is None or parcel.kind != LogisticUnitKind.PARCEL:
        raise NotFound
    holder = acting_holder(actor, parcel.holder_id)
    before = db.session.scalar(select(LotOperation).where(LotOperation.source == source))
    if before is not None:
        return before
    if parcel.status != LogisticUnitStatus.DISPATCHED:
        raise NotFound
    inside = {held.lot_id: Amount(held.grams, held.units) for held in contents_of([sscc], HoldingStatus.SOLD)}
    came = _amounts(inside, returned)
    is_whole = {part.lot.id: part.amount for part in came} == inside
    operation = _take_in(actor, holder, parcel, came, is_whole=is_whole, source=source)
    _tell_what_becomes_of_it(actor, holder, came)
    if is_whole:
        parcel.status = LogisticUnitStatus.UNPACKED
    db.session.flush()
    return operation


def came_back(sscc: str) -> bool:
    """Whether something of the parcel `sscc` came back already."""
    found = (
        select(LotMovement.id)
        .join(LotOperation, LotOperation.id == LotMovement.operation_id)
        .where(LotMovement.from_sscc == sscc, LotOperation.kind == OperationKind.TAKING_BACK)
        .limit(1)
    )
    return db.session.scalar(found) is not None


def _amounts(inside: Mapping[UUID, Amount], returned: Sequence[ReturnedUnits]) -> list[_CameBack]:
    """What came back of each lot, which is locked. Raises LotExhausted."""
    by_lot: dict[UUID, ReturnedUnits] = {}
    for part in returned:
        known = by_lot.get(part.lot_id, ReturnedUnits(part.lot_id, 0, 0))
        by_lot[part.lot_id] = replace(known, units=known.units + part.units, fit_units=known.fit_units + part.fit_units)
    found = []
    for lot in lock_lots(by_lot):
        part, available = by_lot[lot.id], inside.get(lot.id, NOTHING)
        amount = wanted_amount(lot.unit, available, units=part.units, grams=None)
        if amount.units > available.units or amount.grams > available.grams:
            raise LotExhausted(lot.lot_number, available, unit=lot.unit, category=lot.product.category)
        if not is_weighed(lot.unit) and amount.units == available.units:
            amount = available
        fit = wanted_amount(lot.unit, amount, units=part.fit_units, grams=None) if part.fit_units else NOTHING
        found.append(_CameBack(lot, amount, fit))
    return found


def _take_in(
    actor: Actor, holder: Producer, parcel: LogisticUnit, came: Sequence[_CameBack], *, is_whole: bool, source: str
) -> LotOperation:
    place = location_uri(site_url(), holder.gln)
    unit_uri = parcel_uri(site_url(), parcel.sscc)
    quantities = quantity_elements((part.lot, part.amount) for part in came)
    event = return_of_goods(
        units=[unit_uri] if is_whole else [], quantities=quantities, event_time=utc_now(), biz_location=place
    )
    operation = write_operation(
        actor=actor,
        kind=OperationKind.TAKING_BACK,
        holder_id=holder.id,
        event=capture_event(actor=actor, event=event),
        source=source,
    )
    out = unpacking_of_unit(parcel_uri=unit_uri, contents=quantities, event_time=utc_now(), biz_location=place)
    capture_event(actor=actor, event=out)
    sold, loose = Place(holder.id, HoldingStatus.SOLD, parcel.sscc), Place(holder.id, HoldingStatus.LOOSE)
    write_movements(operation, [Move(part.lot.id, part.amount, sold, loose) for part in came])
    return operation


def _tell_what_becomes_of_it(actor: Actor, holder: Producer, came: Sequence[_CameBack]) -> None:
    """Fit goods are for sale again unless a guard keeps their lot back, others are destroyed."""
    place = location_uri(site_url(), holder.gln)
    kept_back = find_obstacles([part.lot for part in came])
    fit = [(part.lot, part.fit) for part in came if part.fit and part.lot.id not in kept_back]
    if fit:
        event = acceptance_of_goods(quantities=quantity_elements(fit), event_time=utc_now(), biz_location=place)
        capture_event(actor=actor, event=event)
    unfit = [(part.lot, part.amount - part.fit) for part in came if part.amount - part.fit]
    if not unfit:
        return
    event = destruction_of_lot(destroyed=quantity_elements(unfit), event_time=utc_now(), read_point=place)
    operation = write_operation(
        actor=actor,
        kind=OperationKind.DESTROYING,
        holder_id=holder.id,
        event=capture_event(actor=actor, event=event),
        reason=_("Not fit for sale when it came back"),
    )
    loose, destroyed = (Place(holder.id, status) for status in (HoldingStatus.LOOSE, HoldingStatus.DESTROYED))
    write_movements(operation, [Move(lot.id, amount, loose, destroyed) for lot, amount in unfit])
