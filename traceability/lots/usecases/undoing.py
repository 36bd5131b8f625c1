"""Taking back what was written down and did not happen: the goods are where they were before."""

import uuid

from sqlalchemy import select

from catalog.producers.policies import may_act_for
from core.accounts import Actor
from core.db import db
from core.errors import Conflict, Refused
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from traceability.journal.models import EpcisEvent
from traceability.lots.amounts import Amount
from traceability.lots.errors import UnitNotAtHand
from traceability.lots.ledger import Move, Place, lock_lots, write_movements, write_operation
from traceability.lots.models import (
    HoldingStatus,
    LogisticUnit,
    LogisticUnitKind,
    LogisticUnitStatus,
    LotMovement,
    LotOperation,
    OperationKind,
)
from traceability.lots.usecases.coming_back import came_back
from traceability.lots.usecases.packing import children_of

_GONE_ON = _l("Goods have moved on since. Say that something in the entry is wrong, and record what was really done.")
_ENDS = (OperationKind.SELLING, OperationKind.DESTROYING)


def undo_operation(*, actor: Actor, event: EpcisEvent, declaration: EpcisEvent) -> LotOperation | None:
    """Move goods back that moved because of `event`, which `declaration` says did not happen.

    A sale, a destruction, the packing of a crate or pallet and the dispatch of a parcel can be taken back. Nothing
    moves for an event that no operation stands behind (a harvest, which is entered anew; an event of a partner), nor
    for the packing of an order's parcel, which the order knows of. Raises Refused for what another producer did,
    Conflict where goods have moved on, UnitNotAtHand for a crate that was sent or opened since.
    """
    operation = db.session.scalars(select(LotOperation).where(LotOperation.event_id == event.id)).one_or_none()
    if operation is None or operation.kind == OperationKind.CORRECTION:
        return None
    if not may_act_for(actor, operation.holder_id):
        raise Refused(_("Another producer did this. Only its members can say that it did not happen."))
    moved = list(
        db.session.scalars(select(LotMovement).where(LotMovement.operation_id == operation.id).order_by(LotMovement.id))
    )
    unit = _packed_unit(operation, event, moved)
    if operation.kind == OperationKind.PACKING and unit is not None and unit.kind == LogisticUnitKind.PARCEL:
        return None
    if operation.kind not in _ENDS and unit is None:
        raise Conflict(_GONE_ON)
    if unit is not None:
        _reopen(operation, unit)
    lock_lots({movement.lot_id for movement in moved})
    undone = write_operation(
        actor=actor,
        kind=OperationKind.CORRECTION,
        holder_id=operation.holder_id,
        event=declaration,
    )
    write_movements(undone, [_back(movement) for movement in reversed(moved)])
    return undone


def _packed_unit(operation: LotOperation, event: EpcisEvent, moved: list[LotMovement]) -> LogisticUnit | None:
    """The crate, pallet or parcel that an operation packed, or the parcel that it sent, locked; None for others."""
    if operation.kind == OperationKind.PACKING:
        # A pallet of crates alone moves no lot by itself; the event names it all the same.
        ssccs = {str(event.payload["parentID"]).rpartition("/")[2]}
    elif operation.kind == OperationKind.SHIPPING:
        ssccs = {movement.to_sscc or "" for movement in moved if movement.to_status == HoldingStatus.SOLD}
    else:
        return None
    if len(ssccs) != 1:
        return None
    return db.session.get(LogisticUnit, ssccs.pop(), with_for_update=True, populate_existing=True)


def _reopen(operation: LotOperation, unit: LogisticUnit) -> None:
    if operation.kind == OperationKind.SHIPPING:
        if came_back(unit.sscc):
            raise Conflict(_GONE_ON)
        unit.status = LogisticUnitStatus.PACKED
        return
    at_hand = unit.status == LogisticUnitStatus.PACKED and unit.parent_sscc is None
    if not at_hand or unit.holder_id != operation.holder_id:
        raise UnitNotAtHand(unit.sscc)
    for crate in children_of([unit.sscc]):
        crate.parent_sscc = None
    unit.status = LogisticUnitStatus.UNPACKED


def _back(movement: LotMovement) -> Move:
    return Move(
        movement.lot_id,
        Amount(movement.grams, movement.units),
        _place(movement.to_holder_id, movement.to_status, movement.to_sscc),
        _place(movement.from_holder_id, movement.from_status, movement.from_sscc),
    )


def _place(holder_id: uuid.UUID | None, status: HoldingStatus | None, sscc: str | None) -> Place | None:
    return None if holder_id is None or status is None else Place(holder_id, HoldingStatus(status), sscc or "")
