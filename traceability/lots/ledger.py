"""The ledger of lots: who has how much, and what moves. Use cases read and write weights through here only.

Rows are locked in one order: products, shipments, crates and pallets (by SSCC), lots (by id).
"""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import func, insert, select
from sqlalchemy.orm import selectinload

from catalog.producers.models import Producer
from catalog.producers.policies import may_act_for
from catalog.products.models import ProductStatus
from core.accounts import Actor
from core.db import db, new_id, utc_now
from core.errors import Invalid, NotFound
from core.i18n import gettext as _
from traceability.journal.models import EpcisEvent
from traceability.lots.amounts import Amount, is_weighed
from traceability.lots.errors import LotExhausted, NotHeld
from traceability.lots.guards import check_may_go_on
from traceability.lots.models import HoldingStatus, Lot, LotHolding, LotMovement, LotOperation, OperationKind
from traceability.lots.policies import may_see
from traceability.lots.rules import wanted_amount


@dataclass(frozen=True, slots=True)
class LotContent:
    """So much of one lot: `quantity` whole units, or `grams` of a lot that is weighed; neither means all there is."""

    lot_id: uuid.UUID
    quantity: int | None = None
    grams: int | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a part of a lot is in the ledger; `sscc` is the crate, pallet or parcel, empty for none."""

    holder_id: uuid.UUID
    status: HoldingStatus
    sscc: str = ""


@dataclass(frozen=True, slots=True)
class Move:
    """`amount` of a lot goes from `source` (None: it comes into being) to `target` (None: it never was)."""

    lot_id: uuid.UUID
    amount: Amount
    source: Place | None
    target: Place | None


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A part of a locked lot that is to leave what its holder has loose; `surplus_grams` of it are more than known."""

    lot: Lot
    amount: Amount
    surplus_grams: int = 0

    def moves(self, holder_id: uuid.UUID, target: Place, amount: Amount | None = None) -> list[Move]:
        """The movements of all of it (or of `amount`) to `target`; what weighs more comes into being first."""
        loose = Place(holder_id, HoldingStatus.LOOSE)
        surplus = [Move(self.lot.id, Amount(self.surplus_grams), None, loose)] if self.surplus_grams else []
        return [*surplus, Move(self.lot.id, self.amount if amount is None else amount, loose, target)]


def acting_holder(actor: Actor, holder_id: uuid.UUID) -> Producer:
    """The producer on whose behalf `actor` works. Raises NotFound when that is not theirs."""
    holder = db.session.get(Producer, holder_id)
    if holder is None or not may_act_for(actor, holder_id):
        raise NotFound
    return holder


def lock_lots(ids: Collection[uuid.UUID]) -> list[Lot]:
    """The lots with these ids, locked in the order of their ids; raises NotFound when one is missing.

    Who only refers to them, as an order does to the lot it is promised, does not wait.
    """
    statement = (
        select(Lot)
        .options(selectinload(Lot.product))
        .where(Lot.id.in_(ids))
        .order_by(Lot.id)
        .with_for_update(of=Lot, key_share=True)
        .execution_options(populate_existing=True)
    )
    lots = list(db.session.scalars(statement))
    if len(lots) < len(set(ids)):
        raise NotFound
    return lots


def loose_amounts(lot_ids: Collection[uuid.UUID], holder_id: uuid.UUID) -> dict[uuid.UUID, Amount]:
    """What `holder_id` has loose of each of these lots; nothing where all has left, no entry where none ever came."""
    rows = db.session.execute(
        select(LotHolding.lot_id, LotHolding.grams, LotHolding.units).where(
            LotHolding.lot_id.in_(lot_ids),
            LotHolding.holder_id == holder_id,
            LotHolding.status == HoldingStatus.LOOSE,
        )
    )
    return {lot_id: Amount(grams, units) for lot_id, grams, units in rows}


def contents_of(ssccs: Collection[str], status: HoldingStatus = HoldingStatus.PACKED) -> list[LotHolding]:
    """What is in these crates, pallets and parcels, by SSCC and lot."""
    statement = (
        select(LotHolding)
        .where(LotHolding.sscc.in_(ssccs), LotHolding.status == status, LotHolding.grams + LotHolding.units > 0)
        .order_by(LotHolding.sscc, LotHolding.lot_id)
        .execution_options(populate_existing=True)
    )
    return list(db.session.scalars(statement))


def withdraw(
    *, actor: Actor, holder: Producer, contents: Sequence[LotContent], guarded: bool = True
) -> list[Withdrawal]:
    """Lock the lots of `contents` and work out what leaves the loose goods of `holder`; nothing is written yet.

    What must not go on, being recalled, is refused; not `guarded` are goods that are destroyed or sent back.

    Raises NotFound for lots that `actor` can know nothing of, NotHeld and LotExhausted for what is not there, Invalid
    for amounts that make no sense.
    """
    demand = _merged(contents)
    lots = lock_lots(demand)
    if guarded:
        check_may_go_on(lots)
    held = loose_amounts(demand, holder.id)
    withdrawn = []
    for lot in lots:
        available = held.get(lot.id)
        if available is None:
            if lot.product.status == ProductStatus.DRAFT and not may_see(actor, lot):
                raise NotFound
            raise NotHeld(lot.lot_number, holder.name)
        content = demand[lot.id]
        wanted = wanted_amount(lot.unit, available, units=content.quantity, grams=content.grams)
        surplus = max(0, wanted.grams - available.grams) if is_weighed(lot.unit) else 0
        if not available or wanted.units > available.units or surplus > _unused_tolerance(lot, surplus):
            raise LotExhausted(lot.lot_number, available, unit=lot.unit, category=lot.product.category)
        withdrawn.append(Withdrawal(lot, wanted, surplus))
    return withdrawn


def _merged(contents: Sequence[LotContent]) -> dict[uuid.UUID, LotContent]:
    """One content a lot: amounts of the same lot are added up."""
    merged: dict[uuid.UUID, LotContent] = {}
    for content in contents:
        before = merged.get(content.lot_id)
        if before is None:
            merged[content.lot_id] = content
        elif None not in (before.quantity, content.quantity):
            merged[content.lot_id] = LotContent(content.lot_id, (before.quantity or 0) + (content.quantity or 0))
        elif None not in (before.grams, content.grams):
            merged[content.lot_id] = LotContent(content.lot_id, grams=(before.grams or 0) + (content.grams or 0))
        else:
            raise Invalid(_("A lot is in the list twice."), field="lot_id")
    if not merged:
        raise Invalid(_("Choose the lot that this is taken from."), field="lot_id")
    return merged


def _unused_tolerance(lot: Lot, surplus: int) -> int:
    """How many grams more than known a locked lot may still weigh; asked only when something is too much."""
    if not surplus or not lot.tolerance_grams:
        return 0
    known = db.session.scalar(select(func.sum(LotHolding.grams)).where(LotHolding.lot_id == lot.id)) or 0
    return lot.weight_grams + lot.tolerance_grams - int(known)


def write_operation(
    *,
    actor: Actor,
    kind: OperationKind,
    holder_id: uuid.UUID,
    event: EpcisEvent | None,
    tolerance_grams: int = 0,
    reason: str | None = None,
    counterpart: str | None = None,
    photo_key: str | None = None,
    source: str | None = None,
) -> LotOperation:
    """Write down what was done; its movements follow by `write_movements`."""
    operation = LotOperation(
        kind=kind,
        holder_id=holder_id,
        event_id=event.id if event is not None else None,
        tolerance_grams=tolerance_grams,
        reason=reason,
        counterpart=counterpart,
        photo_key=photo_key,
        source=source,
        created_by=actor.user_id,
    )
    db.session.add(operation)
    db.session.flush()
    return operation


def write_movements(operation: LotOperation | None, moves: Sequence[Move]) -> None:
    """Move what moves, in one statement: the database brings the holdings up to date and refuses what is not there."""
    now = utc_now()
    rows = [
        {
            "id": new_id(),
            "lot_id": move.lot_id,
            "operation_id": operation.id if operation is not None else None,
            "grams": move.amount.grams,
            "units": move.amount.units,
            "from_holder_id": move.source.holder_id if move.source else None,
            "from_status": move.source.status if move.source else None,
            "from_sscc": move.source.sscc if move.source else None,
            "to_holder_id": move.target.holder_id if move.target else None,
            "to_status": move.target.status if move.target else None,
            "to_sscc": move.target.sscc if move.target else None,
            "created_at": now,
        }
        for move in moves
        if move.amount
    ]
    if rows:
        db.session.flush()
        db.session.execute(insert(LotMovement).values(rows))
