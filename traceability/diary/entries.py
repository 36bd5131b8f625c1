"""Writes of entries: recorded, corrected, withdrawn, copied. Nothing that was written is ever changed."""

import uuid
from collections.abc import Collection
from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from core.accounts import Actor
from core.db import db, utc_now
from core.errors import Invalid, NotFound
from core.i18n import gettext as _
from core.i18n import local_today, normalize
from traceability.diary.calendars import activities
from traceability.diary.entry_doubts import check_doubts
from traceability.diary.entry_inputs import check_available, interval_of, locked_receipts, move_stock, returned_by
from traceability.diary.entry_models import DiaryEntry, InputUse
from traceability.diary.entry_queries import entries_between, is_superseded
from traceability.diary.errors import AlreadyCorrected, day_text
from traceability.diary.harvest_gate import check_harvest_allowed, locked_plots
from traceability.diary.harvest_interval import longest_interval
from traceability.diary.models import Equipment, FarmWorker, Plot
from traceability.diary.policies import may_keep
from traceability.diary.rules import EntryFacts, InputAmount, check_day, check_facts


def record_entry(
    *,
    actor: Actor,
    plot_id: uuid.UUID,
    facts: EntryFacts,
    confirmed: Collection[str] = (),
    submission_id: uuid.UUID | None = None,
) -> DiaryEntry:
    """Write down what was done on a plot; what it used leaves the store.

    A `submission_id` that was written before gives the entry of then. Raises NotFound for a plot that is not the
    actor's; HarvestTooEarly, HarvestBeforePlanting; BatchExpired, NotEnoughInStore, MixedUnits; IngredientBanned,
    IngredientNotListed, NoIntervalForCrop, CropUnknown; InTheFuture and other Invalid with their field; and
    ConfirmationNeeded for what is unusual, until `confirmed` names it.
    """
    plot = _own_plot(actor, plot_id)
    if submission_id is not None and (known := _submitted(plot, submission_id)) is not None:
        return known
    entry = _prepared(actor, plot, facts, confirmed=confirmed, replaced=None)
    entry.submission_id = submission_id
    return _written(entry)


def correct_entry(
    *,
    actor: Actor,
    entry_id: uuid.UUID,
    facts: EntryFacts,
    reason: str,
    confirmed: Collection[str] = (),
    submission_id: uuid.UUID | None = None,
) -> DiaryEntry:
    """Write down how it really was: a new entry on the same plot that supersedes the old one and says why.

    What the old one used returns to the store first. Raises as `record_entry`, and AlreadyCorrected when the entry
    does not stand any more.
    """
    old, plot = _own_entry(actor, entry_id)
    if submission_id is not None and (known := _submitted(plot, submission_id)) is not None:
        return known
    reason = _checked_reason(reason)
    _check_stands(old)
    entry = _prepared(actor, plot, facts, confirmed=confirmed, replaced=old)
    entry.submission_id = submission_id
    entry.supersedes_id, entry.correction_reason = old.id, reason
    return _written(entry)


def withdraw_entry(*, actor: Actor, entry_id: uuid.UUID, reason: str) -> DiaryEntry:
    """Say that nothing of the kind was done: a new entry that supersedes the old one and says why.

    What the old one used returns to the store. Raises NotFound, AlreadyCorrected, Invalid without a reason.
    """
    old, plot = _own_entry(actor, entry_id)
    reason = _checked_reason(reason)
    _check_stands(old)
    returned = returned_by(old)
    move_stock((), locked_receipts(plot, returned), returned)
    return _written(
        DiaryEntry(
            plot_id=plot.id,
            activity=old.activity,
            done_on=old.done_on,
            photo_keys=[],
            supersedes_id=old.id,
            correction_reason=reason,
            is_withdrawal=True,
            recorded_at=utc_now(),
            recorded_by=actor.user_id,
        )
    )


def copy_entries(
    *, actor: Actor, plot_id: uuid.UUID, from_day: date, to_day: date, confirmed: Collection[str] = ()
) -> list[DiaryEntry]:
    """Write down on `to_day` what was done on the plot on `from_day`, without notes, photos, sprays and harvests.

    Those two are never the same twice. What was copied before is not copied again. Raises as `record_entry`, and
    Invalid when there is nothing to copy.
    """
    plot = _own_plot(actor, plot_id)
    there = {entry.activity for entry in entries_between([plot.id], to_day, to_day)}
    copied = []
    for entry in entries_between([plot.id], from_day, from_day):
        if not may_be_copied(entry) or entry.activity in there:
            continue
        facts = replace(facts_of(entry), done_on=to_day, done_at=None, note=None, photo_keys=())
        copied.append(_written(_prepared(actor, plot, facts, confirmed=confirmed, replaced=None)))
    if not copied:
        raise Invalid(_("There is nothing on %(day)s that could be copied.", day=day_text(from_day)))
    return copied


def may_be_copied(entry: DiaryEntry) -> bool:
    """Whether the same may simply be written down for another day: not a spray, not a harvest."""
    activity = activities().get(entry.activity)
    return entry.interval_days is None and activity is not None and not activity.is_harvest


def facts_of(entry: DiaryEntry) -> EntryFacts:
    """What was written down in `entry`, as it would be given again."""
    return EntryFacts(
        activity=entry.activity,
        done_on=entry.done_on,
        done_at=entry.done_at,
        operator_id=entry.operator_id,
        area_m2=entry.area_m2,
        amount=entry.amount,
        unit=entry.unit,
        weather=entry.weather,
        target_pest=entry.target_pest,
        equipment_id=entry.equipment_id,
        note=entry.note,
        photo_keys=tuple(entry.photo_keys),
        inputs=tuple(InputAmount(use.receipt_id, use.amount, use.receipt.unit, use.dose) for use in entry.inputs),
    )


def _prepared(
    actor: Actor, plot: Plot, facts: EntryFacts, *, confirmed: Collection[str], replaced: DiaryEntry | None
) -> DiaryEntry:
    """The entry with its uses, checked against everything; what it uses has left the store."""
    check_facts(facts)
    now = utc_now()
    check_day(facts.done_on, today=local_today(now))
    _check_people_and_equipment(plot, facts)
    returned = returned_by(replaced)
    receipts = locked_receipts(plot, {*returned, *(use.receipt_id for use in facts.inputs)})
    interval = interval_of(plot, facts, receipts)
    if _is_new_harvest(facts, replaced):
        check_harvest_allowed([plot.id], on=facts.done_on)
    check_available(facts, receipts, returned)
    check_doubts(plot, facts, receipts, interval, confirmed)
    move_stock(facts.inputs, receipts, returned)
    days = None if interval is None else longest_interval(interval.by_receipt.values())
    return DiaryEntry(
        plot_id=plot.id,
        activity=facts.activity,
        done_on=facts.done_on,
        done_at=facts.done_at,
        operator_id=facts.operator_id,
        area_m2=facts.area_m2,
        amount=facts.amount,
        unit=facts.unit,
        weather=facts.weather,
        target_pest=facts.target_pest,
        equipment_id=facts.equipment_id,
        interval_days=days,
        plant_protection_list_id=None if interval is None else interval.version.id,
        harvest_from=None if days is None else facts.done_on + timedelta(days=days),
        note=facts.note,
        photo_keys=list(facts.photo_keys),
        recorded_at=now,
        recorded_by=actor.user_id,
        inputs=[
            InputUse(
                receipt_id=use.receipt_id,
                amount=use.amount,
                dose=use.dose,
                interval_days=None if interval is None else interval.by_receipt.get(use.receipt_id),
            )
            for use in facts.inputs
        ],
    )


def _is_new_harvest(facts: EntryFacts, replaced: DiaryEntry | None) -> bool:
    """Whether the gate has to be asked: not for another amount of a harvest that is in the diary anyway."""
    known = activities()
    if not known[facts.activity].is_harvest:
        return False
    return replaced is None or not known[replaced.activity].is_harvest or replaced.done_on != facts.done_on


def _written(entry: DiaryEntry) -> DiaryEntry:
    db.session.add(entry)
    db.session.flush()
    return entry


def _own_plot(actor: Actor, plot_id: uuid.UUID) -> Plot:
    """The plot, locked until the transaction ends: its diary is written by one at a time. Raises NotFound."""
    plot = locked_plots([plot_id])[plot_id]
    if not may_keep(actor, plot):
        raise NotFound
    return plot


def _own_entry(actor: Actor, entry_id: uuid.UUID) -> tuple[DiaryEntry, Plot]:
    plot_id = db.session.scalar(select(DiaryEntry.plot_id).where(DiaryEntry.id == entry_id))
    if plot_id is None:
        raise NotFound
    plot = _own_plot(actor, plot_id)
    statement = (
        select(DiaryEntry)
        .options(selectinload(DiaryEntry.inputs).joinedload(InputUse.receipt))
        .where(DiaryEntry.id == entry_id)
    )
    return db.session.scalars(statement).one(), plot


def _submitted(plot: Plot, submission_id: uuid.UUID) -> DiaryEntry | None:
    return db.session.scalar(
        select(DiaryEntry).where(DiaryEntry.submission_id == submission_id, DiaryEntry.plot_id == plot.id)
    )


def _check_stands(entry: DiaryEntry) -> None:
    if entry.is_withdrawal or is_superseded(entry.id):
        raise AlreadyCorrected


def _checked_reason(reason: str) -> str:
    reason = normalize(reason)
    if not reason:
        raise Invalid(_("Say why, so that others understand it later."), field="reason")
    return reason


def _check_people_and_equipment(plot: Plot, facts: EntryFacts) -> None:
    """Both belong to the producer of the plot."""
    for model, wanted, field in (
        (FarmWorker, facts.operator_id, "operator_id"),
        (Equipment, facts.equipment_id, "equipment_id"),
    ):
        if wanted is None:
            continue
        owner = db.session.scalar(select(model.producer_id).where(model.id == wanted))
        if owner != plot.producer_id:
            raise Invalid(_("Choose one from the list."), field=field)
