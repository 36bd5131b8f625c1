"""The page on which a producer corrects an entry of a lot."""

import uuid

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from core.accounts import Actor, RoleName, current_actor
from core.db import atomic
from core.errors import AppError, NotFound
from core.i18n import LOCAL_TIME_ZONE
from core.i18n import gettext as _
from core.web.access import roles
from traceability.corrections.forms import INCORRECT_DATA, CorrectHarvestForm, DeclareForm
from traceability.corrections.usecases import correct_harvest, declare_entry_wrong
from traceability.forms import show_error
from traceability.journal.identifiers import identifiers_of, lot_identifier
from traceability.journal.models import EpcisEvent
from traceability.journal.queries import events_of
from traceability.lots.models import Lot
from traceability.lots.queries import get_lot
from traceability.lots.timeline import HARVEST, LotUnitWords, TimelineEntry, entries_of_events

blueprint = Blueprint("corrections", __name__)


@blueprint.route("/farm/lots/<uuid:lot_id>/entries/<uuid:event_id>/wrong", methods=["GET", "POST"])
@roles(RoleName.PRODUCER_MEMBER)
def declare(lot_id: uuid.UUID, event_id: uuid.UUID) -> ResponseReturnValue:
    """Say that an entry of a lot is wrong; a harvest can be entered again on the same page."""
    actor = current_actor()
    lot = get_lot(actor, lot_id)
    events = events_of(lot_identifier(lot.product.gtin, lot.lot_number))
    entry = _entry_with(event_id, entries_of_events(events, lot=lot, places={}))
    behind = [event for event in events if str(event.id) in entry.event_ids]
    is_harvest = len(behind) == 1 and behind[0].biz_step == HARVEST and lot.made_by_id is None
    form = CorrectHarvestForm() if is_harvest else DeclareForm()
    form.event_id.choices = [(event.event_id, _label(event, lot)) for event in behind]
    if len(behind) == 1:
        form.event_id.data = behind[0].event_id
    if isinstance(form, CorrectHarvestForm) and not form.is_submitted():
        form.quantity.process_data(lot.quantity)
        form.harvested_on.process_data(lot.harvested_on)
    if form.validate_on_submit() and _declared(actor, lot, form):
        flash(_("The entry is marked as wrong. It stays to be seen, with what you said about it."), "success")
        return redirect(url_for("lots.detail", lot_id=lot.id), code=303)
    status = 422 if form.errors else 200
    page = render_template(
        "traceability/corrections/declare.html", form=form, lot=lot, entry=entry, is_harvest=is_harvest
    )
    return page, status


def _declared(actor: Actor, lot: Lot, form: DeclareForm) -> bool:
    """Whether it was done; else the form says why not."""
    try:
        with atomic():
            if isinstance(form, CorrectHarvestForm) and form.reason.data == INCORRECT_DATA:
                correct_harvest(
                    actor=actor,
                    lot_id=lot.id,
                    event_id=form.event_id.data,
                    quantity=form.quantity.data or lot.quantity,
                    harvested_on=form.harvested_on.data or lot.harvested_on,
                    note=form.note.data,
                )
            else:
                declare_entry_wrong(
                    actor=actor, event_id=form.event_id.data, reason=form.reason.data, note=form.note.data
                )
    except AppError as error:
        show_error(form, error)
        return False
    return True


def _entry_with(event_id: uuid.UUID, entries: list[TimelineEntry]) -> TimelineEntry:
    """The line of the timeline that the event is in, unless it is declared wrong already. Raises NotFound."""
    for entry in entries:
        if str(event_id) in entry.event_ids and entry.verdict is None:
            return entry
    raise NotFound


def _label(event: EpcisEvent, lot: Lot) -> str:
    """One of several events of a day, in words."""
    words = LotUnitWords(lot.unit, lot.product.category)
    own = lot_identifier(lot.product.gtin, lot.lot_number)
    clock = f"{event.event_time.astimezone(LOCAL_TIME_ZONE):%H:%M:%S}"
    for item in identifiers_of(event.payload):
        if item.identifier == own and item.quantity is not None:
            return f"{clock} · {words.amount(item.quantity, item.unit_of_measure)}"
    return clock
