"""Corrections of what a producer wrote about a lot."""

import uuid
from datetime import date

from sqlalchemy import select

from catalog.products.models import Product
from core.accounts import Actor
from core.db import db, utc_now
from core.errors import Invalid, NotFound
from core.i18n import gettext as _
from core.i18n import local_today, normalize
from traceability.diary.harvest_gate import check_harvest_allowed
from traceability.journal.corrections import declare_error
from traceability.journal.identifiers import lot_identifier
from traceability.journal.models import EpcisEvent, EpcisEventIdentifier
from traceability.lots import rules
from traceability.lots.amounts import NOTHING, format_amount, is_weighed, whole_units
from traceability.lots.ledger import Move, Place, loose_amounts, write_movements, write_operation
from traceability.lots.models import HoldingStatus, Lot, OperationKind
from traceability.lots.policies import may_work_with
from traceability.lots.usecases import undo_operation
from traceability.lots.usecases.harvesting import parts_of_harvest, record_harvest

DID_NOT_OCCUR = "did_not_occur"


def declare_entry_wrong(*, actor: Actor, event_id: str, reason: str, note: str | None = None) -> EpcisEvent:
    """Declare the event `event_id` wrong; if it did not happen, its goods are where they were before.

    Raises as `declare_error` and `undo_operation` do.
    """
    declaration = declare_error(actor=actor, event_id=event_id, reason=reason, note=note)
    if reason == DID_NOT_OCCUR:
        event = db.session.scalars(
            select(EpcisEvent).where(EpcisEvent.event_id == event_id, EpcisEvent.error_declared_at.is_(None))
        ).one()
        undo_operation(actor=actor, event=event, declaration=declaration)
    return declaration


def correct_harvest(
    *, actor: Actor, lot_id: uuid.UUID, event_id: str, quantity: int, harvested_on: date, note: str | None = None
) -> EpcisEvent:
    """Enter the harvest of a lot once more, as it was, and declare the event `event_id` wrong; returns the new event.

    Raises NotFound for a lot that is not the actor's or an event that is not its harvest, HarvestTooEarly for another
    day that the diary does not allow, Invalid (with `field`) for what makes no sense, DuplicateEvent when the journal
    has the very same harvest already, AlreadyDeclaredWrong.
    """
    lot = db.session.scalar(select(Lot).where(Lot.id == lot_id).with_for_update(of=Lot))
    if lot is None or not may_work_with(actor, lot) or not _is_harvest_of(lot, event_id):
        raise NotFound
    if lot.made_by_id is not None:
        raise NotFound
    if not harvested_at_once(lot):
        raise Invalid(_("This lot is of several plots: mark the entry of the plot as wrong."), field="reason")
    rules.check_harvest_date(harvested_on, today=local_today(utc_now()))
    rules.check_quantity(quantity)
    if (quantity, harvested_on) == (lot.quantity, lot.harvested_on):
        raise Invalid(_("This is what the entry says already. Enter what is right."), field="quantity")
    if harvested_on != lot.harvested_on:
        check_harvest_allowed([row.plot_id for row in lot.plots], on=harvested_on)
    lot.best_before = _best_before(lot, lot.product, harvested_on)
    lot.harvested_on = harvested_on
    moves = _reweigh(lot, quantity)
    corrected = record_harvest(actor, lot)
    if moves:
        operation = write_operation(
            actor=actor,
            kind=OperationKind.CORRECTION,
            holder_id=lot.product.producer_id,
            event=corrected,
            reason=normalize(note or "") or None,
        )
        write_movements(operation, moves)
    declare_error(
        actor=actor,
        event_id=event_id,
        reason="incorrect_data",
        note=note,
        corrective_event_ids=[corrected.event_id],
    )
    return corrected


def harvested_at_once(lot: Lot) -> bool:
    """Whether one event tells of the whole harvest, so that another one can take its place."""
    return len(parts_of_harvest(lot)) == 1


def _reweigh(lot: Lot, quantity: int) -> list[Move]:
    """Give the lot its right `quantity`; a unit weighs what it weighed before. The movements to write down.

    Raises Invalid when less would have been there than has left already.
    """
    before = lot.amount
    usual = round(lot.weight_grams / lot.quantity) if lot.quantity and not is_weighed(lot.unit) else None
    if quantity == lot.quantity:
        return []
    after = rules.amount_made(lot.unit, quantity=quantity, weight_grams=None, usual_grams=usual)
    owner = lot.product.producer_id
    loose = loose_amounts([lot.id], owner).get(lot.id, NOTHING)
    difference = after - before
    if difference.grams < -loose.grams or difference.units < -loose.units:
        left = format_amount(before - loose, lot.unit, lot.product.category)
        message = _("%(amount)s have left the lot already; it cannot have been fewer.", amount=left)
        raise Invalid(message, field="quantity")
    lot.quantity, lot.weight_grams = whole_units(lot.unit, after), after.grams
    if len(lot.plots) == 1 and lot.plots[0].grams is not None:
        lot.plots[0].grams = after.grams
    db.session.flush()
    place = Place(owner, HoldingStatus.LOOSE)
    if difference.grams > 0:
        return [Move(lot.id, difference, None, place)]
    return [Move(lot.id, before - after, place, None)]


def _best_before(lot: Lot, product: Product, harvested_on: date) -> date | None:
    """The date moves with the harvest where it came of the shelf life, and stays where it was chosen."""
    by_shelf_life = rules.best_before_of(lot.harvested_on, best_before=None, shelf_life_days=product.shelf_life_days)
    chosen = lot.best_before if lot.best_before != by_shelf_life else None
    return rules.best_before_of(harvested_on, best_before=chosen, shelf_life_days=product.shelf_life_days)


def _is_harvest_of(lot: Lot, event_id: str) -> bool:
    harvest = (
        select(EpcisEvent.id)
        .join(EpcisEventIdentifier)
        .where(
            EpcisEvent.event_id == event_id,
            EpcisEvent.error_declared_at.is_(None),
            EpcisEvent.biz_step == "commissioning",
            EpcisEventIdentifier.identifier == lot_identifier(lot.product.gtin, lot.lot_number),
        )
    )
    return db.session.scalar(harvest.limit(1)) is not None
