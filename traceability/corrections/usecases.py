"""Corrections of what a producer wrote about a lot."""

import uuid
from datetime import date

from sqlalchemy import select

from catalog.products.models import Product
from core.accounts import Actor
from core.db import db, utc_now
from core.errors import Invalid, NotFound
from core.i18n import gettext as _
from traceability.diary.harvest_gate import check_harvest_allowed
from traceability.journal.corrections import declare_error
from traceability.journal.identifiers import lot_identifier
from traceability.journal.models import EpcisEvent, EpcisEventIdentifier
from traceability.lots import rules
from traceability.lots.models import Lot
from traceability.lots.policies import may_work_with
from traceability.lots.usecases import record_harvest


def correct_harvest(
    *, actor: Actor, lot_id: uuid.UUID, event_id: str, quantity: int, harvested_on: date, note: str | None = None
) -> EpcisEvent:
    """Enter the harvest of a lot once more, as it was, and declare the event `event_id` wrong; returns the new event.

    Raises NotFound for a lot that is not the actor's or an event that is not its harvest, HarvestTooEarly for another
    day that the diary does not allow, Invalid (with `field`) for what makes no sense, DuplicateEvent when the journal
    has the very same harvest already, AlreadyDeclaredWrong.
    """
    lot = db.session.scalar(select(Lot).where(Lot.id == lot_id).with_for_update(of=Lot))
    if lot is None or lot.plot is None or not may_work_with(actor, lot) or not _is_harvest_of(lot, event_id):
        raise NotFound
    rules.check_harvest_date(harvested_on, today=rules.local_today(utc_now()))
    rules.check_quantity(quantity)
    if quantity < lot.packed_quantity:
        message = _("%(count)s were packed already; it cannot have been fewer.", count=lot.packed_quantity)
        raise Invalid(message, field="quantity")
    if (quantity, harvested_on) == (lot.quantity, lot.harvested_on):
        raise Invalid(_("This is what the entry says already. Enter what is right."), field="quantity")
    if harvested_on != lot.harvested_on:
        check_harvest_allowed([lot.plot.id], on=harvested_on)
    lot.best_before = _best_before(lot, lot.product, harvested_on)
    lot.quantity, lot.harvested_on = quantity, harvested_on
    db.session.flush()
    corrected = record_harvest(actor, lot)
    declare_error(
        actor=actor,
        event_id=event_id,
        reason="incorrect_data",
        note=note,
        corrective_event_ids=[corrected.event_id],
    )
    return corrected


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
