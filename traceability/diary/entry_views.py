"""Pages of entries: choose what was done, write it down, correct it, copy a day."""

import uuid
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from core.accounts import RoleName, current_actor
from core.config import Settings
from core.db import utc_now
from core.errors import AppError, Invalid, NotFound
from core.i18n import current_locale, local_today
from core.i18n import gettext as _
from core.storage import photo_place, storage, store_photo
from core.web.access import roles
from traceability.diary.calendars import Activity, activities, find_calendar
from traceability.diary.entries import copy_entries, correct_entry, record_entry, withdraw_entry
from traceability.diary.entry_forms import EntryForm, in_store_for, uses_store
from traceability.diary.entry_models import DiaryEntry
from traceability.diary.entry_queries import (
    find_last_entry,
    get_entry,
    is_superseded,
    newer_than,
    sprays_closing,
    superseded_by,
)
from traceability.diary.errors import ConfirmationNeeded, HarvestBeforePlanting, HarvestTooEarly
from traceability.diary.models import Plot
from traceability.diary.photo_places import place_text
from traceability.diary.queries import NOTHING_DONE, done_so_far, equipment_of, get_plot, workers_of
from traceability.diary.rules import EntryFacts
from traceability.diary.store_forms import ReasonForm
from traceability.diary.store_models import InputReceipt
from traceability.diary.store_queries import receipts_with_something_left
from traceability.diary.suggestions import belongs_to, likely_activities, other_activities
from traceability.diary.words import ENTRY_WORDS, activity_name
from traceability.diary.writing import atomic_soon
from traceability.forms import show_error

blueprint = Blueprint("diary_entries", __name__)


@blueprint.url_value_preprocessor
def allow_large_photos(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Take in a photo that is too large, up to a point: the form then says so, and keeps what was typed."""
    settings: Settings = current_app.extensions["settings"]
    request.max_content_length = settings.photo_limit_bytes * 4


LIKELY = 8
"""How many activities are offered large, before the list of all others."""
_IN_SIGHT = frozenset(("done_on", "photo", "input_1", "input_1_amount", "input_1_unit", "confirmed", "reason"))
"""Fields that stand outside the details; an error in one of the others opens them."""


@blueprint.get("/farm/diary/plots/<uuid:plot_id>/new")
@roles(RoleName.PRODUCER_MEMBER)
def choose(plot_id: uuid.UUID) -> ResponseReturnValue:
    """Choose what was done on a plot, the likeliest first."""
    plot = get_plot(current_actor(), plot_id)
    today, locale, known = local_today(utc_now()), current_locale(), activities()
    done = done_so_far([plot.id], today=today).get(plot.id, NOTHING_DONE)
    calendar = find_calendar(plot.crop)
    closing = sprays_closing([plot.id], on=today)
    likely = likely_activities(
        calendar,
        on=today,
        done_this_month=done.this_month,
        done_before=done.this_year,
        closed=bool(closing),
        done_today=done.on_last_day if done.last_day == today else (),
    )[:LIKELY]
    kind = None if calendar is None else calendar.kind
    others = [code for code in other_activities(calendar, likely) if belongs_to(known[code].category, kind)]
    return render_template(
        "traceability/diary/choose.html",
        plot=plot,
        likely=[(known[code], known[code].name(locale)) for code in likely],
        others=[(known[code], known[code].name(locale)) for code in others],
        planned={entry.activity: entry for entry in (calendar.months.get(today.month, ()) if calendar else ())},
        closing=closing[0] if closing else None,
    )


@blueprint.route("/farm/diary/plots/<uuid:plot_id>/new/<activity>", methods=["GET", "POST"])
@roles(RoleName.PRODUCER_MEMBER)
def record(plot_id: uuid.UUID, activity: str) -> ResponseReturnValue:
    """Write down what was done; the form opens with what was written last time."""
    known = activities().get(activity)
    if known is None:
        raise NotFound
    plot = get_plot(current_actor(), plot_id)
    form = _form_for(plot, known)
    if request.method == "GET":
        form.done_on.process_data(local_today(utc_now()))
        _begin(form, plot, known)
    photo_refused = request.method == "POST" and not _take_photo(form)
    if not photo_refused and form.validate_on_submit() and _record(form, plot.id, known):
        flash(_("“%(activity)s” was written down.", activity=known.name(current_locale())), "success")
        # The place goes no further than this address until somebody says that it is the plot's.
        offered = form.photo_place.data if plot.latitude is None else None
        return redirect(url_for("diary.plot", plot_id=plot.id, photo_place=offered or None), code=303)
    return _page(form, plot, known, entry=None)


@blueprint.get("/farm/diary/entries/<uuid:entry_id>")
@roles(RoleName.PRODUCER_MEMBER)
def show(entry_id: uuid.UUID) -> ResponseReturnValue:
    """One entry with what it corrected and what corrected it."""
    entry = get_entry(current_actor(), entry_id)
    newer = newer_than([entry.id]).get(entry.id, [])
    return render_template(
        "traceability/diary/entry_show.html",
        entry=entry,
        older=superseded_by([entry]).get(entry.id, []),
        newer=newer,
        may_correct=not newer and not entry.is_withdrawal,
        **ENTRY_WORDS,
    )


@blueprint.route("/farm/diary/entries/<uuid:entry_id>/correct", methods=["GET", "POST"])
@roles(RoleName.PRODUCER_MEMBER)
def correct(entry_id: uuid.UUID) -> ResponseReturnValue:
    """Write down how it really was; the old entry stays to be seen."""
    entry = get_entry(current_actor(), entry_id)
    if entry.is_withdrawal or is_superseded(entry.id):
        raise NotFound
    plot = get_plot(current_actor(), entry.plot_id)
    known = activities()[entry.activity]
    form = _form_for(plot, known, used=[use.receipt for use in entry.inputs])
    if request.method == "GET":
        form.show_all(entry)
    form.reason.flags.required = True
    photo_refused = request.method == "POST" and not _take_photo(form)
    if not photo_refused and form.validate_on_submit() and _correct(form, entry.id, known):
        flash(_("The entry was corrected. The old one stays to be seen."), "success")
        return redirect(url_for("diary.plot", plot_id=plot.id), code=303)
    return _page(form, plot, known, entry=entry)


@blueprint.route("/farm/diary/entries/<uuid:entry_id>/withdraw", methods=["GET", "POST"])
@roles(RoleName.PRODUCER_MEMBER)
def withdraw(entry_id: uuid.UUID) -> ResponseReturnValue:
    """Say that nothing of the kind was done."""
    entry = get_entry(current_actor(), entry_id)
    if entry.is_withdrawal or is_superseded(entry.id):
        raise NotFound
    form = ReasonForm()
    if form.validate_on_submit():
        try:
            with atomic_soon():
                withdraw_entry(actor=current_actor(), entry_id=entry_id, reason=form.reason.data or "")
        except NotFound:
            raise
        except AppError as error:
            show_error(form, error)
        else:
            flash(_("The entry was taken back. It stays to be seen, struck through."), "success")
            return redirect(url_for("diary.plot", plot_id=entry.plot_id), code=303)
    status = 422 if form.errors else 200
    name = activity_name(entry.activity)
    return render_template("traceability/diary/withdraw.html", form=form, entry=entry, name=name), status


@blueprint.post("/farm/diary/plots/<uuid:plot_id>/copy")
@roles(RoleName.PRODUCER_MEMBER)
def copy(plot_id: uuid.UUID) -> ResponseReturnValue:
    """Write down for today what was done yesterday."""
    today = local_today(utc_now())
    try:
        with atomic_soon():
            copied = copy_entries(
                actor=current_actor(), plot_id=plot_id, from_day=today - timedelta(days=1), to_day=today
            )
            names = ", ".join(activity_name(entry.activity) for entry in copied)
        flash(_("Written down for today as well: %(names)s.", names=names), "success")
    except NotFound:
        raise
    except AppError as error:
        flash(str(error), "warning")
    return redirect(url_for("diary.plot", plot_id=plot_id), code=303)


def _form_for(plot: Plot, activity: Activity, *, used: Iterable[InputReceipt] = ()) -> EntryForm:
    """The form with what the producer has; `used` is offered too, though nothing of it may be left."""
    form = EntryForm()
    workers = [worker for worker in workers_of([plot.producer_id]) if worker.left_on is None]
    equipment = [row for row in equipment_of([plot.producer_id]) if row.retired_on is None]
    receipts = {receipt.id: receipt for receipt in (*receipts_with_something_left(plot.producer_id), *used)}
    form.offer(workers, equipment, in_store_for(activity, receipts.values()))
    needed = {"amount", "unit"} if activity.is_harvest else set()
    if activity.is_spraying:
        needed |= {"input_1", "input_1_amount", "input_1_unit"}
    for name in needed:
        form[name].flags.required = True
    return form


def _begin(form: EntryForm, plot: Plot, activity: Activity) -> None:
    """Fill in what was written down last time, so that most often only Save is left to press."""
    form.unit.data = "kg" if activity.is_harvest else "l"
    last = find_last_entry(plot.id, activity.code)
    if last is not None:
        form.show(last)
        if activity.is_harvest:
            form.amount.data = None
    elif len(form.operator_id.choices) == 2:
        form.operator_id.data = form.operator_id.choices[1].value
    if last is None and activity.is_spraying:
        form["input_1_unit"].data = "ml"


def _record(form: EntryForm, plot_id: uuid.UUID, activity: Activity) -> bool:
    def write(facts: EntryFacts) -> object:
        return record_entry(
            actor=current_actor(),
            plot_id=plot_id,
            facts=facts,
            confirmed=form.confirmed.data or (),
            submission_id=_submission(form),
        )

    return _is_written(form, activity, write)


def _correct(form: EntryForm, entry_id: uuid.UUID, activity: Activity) -> bool:
    def write(facts: EntryFacts) -> object:
        return correct_entry(
            actor=current_actor(),
            entry_id=entry_id,
            facts=facts,
            reason=form.reason.data or "",
            confirmed=form.confirmed.data or (),
            submission_id=_submission(form),
        )

    return _is_written(form, activity, write)


def _is_written(form: EntryForm, activity: Activity, write: Callable[[EntryFacts], object]) -> bool:
    """Whether what was typed was written; when it was refused, the form says why."""
    try:
        facts = form.facts(activity.code)
        with atomic_soon():
            write(facts)
    except NotFound:
        raise
    except AppError as error:
        _show(form, error)
        return False
    return True


def _show(form: EntryForm, error: AppError) -> None:
    """Put a refusal beside its field; the store's rows have names of their own."""
    if isinstance(error, ConfirmationNeeded):
        form.ask(error)
        return
    if error.field == "inputs":
        error.field = "input_1"
    elif isinstance(error, HarvestTooEarly | HarvestBeforePlanting):
        error.field = "done_on"
    show_error(form, error)


def _submission(form: EntryForm) -> uuid.UUID | None:
    try:
        return uuid.UUID(form.submission_id.data)
    except (TypeError, ValueError):
        return None


def _take_photo(form: EntryForm) -> bool:
    """Store the photo that came with the form, so that another fault does not lose it; False when it is refused."""
    upload = form.photo.data
    if not isinstance(upload, FileStorage) or not upload.filename:
        return True
    settings: Settings = current_app.extensions["settings"]
    content = upload.stream.read(settings.photo_limit_bytes + 1)
    try:
        if len(content) > settings.photo_limit_bytes:
            megabytes = settings.photo_limit_bytes // 1_000_000
            message = _("The photo is larger than %(limit)s MB. Please choose a smaller one.", limit=megabytes)
            raise Invalid(message, field="photo")
        key = store_photo(storage(), content, field="photo")
    except Invalid as error:
        form.validate()
        show_error(form, error)
        return False
    form.stored_photo.data = " ".join(dict.fromkeys([*form.photo_keys, key]))
    form.photo_place.data = place_text(photo_place(content)) or form.photo_place.data
    form.photo.data = None
    return True


def _page(form: EntryForm, plot: Plot, activity: Activity, *, entry: DiaryEntry | None) -> ResponseReturnValue:
    status = 422 if form.errors else 200
    calendar = find_calendar(plot.crop)
    today = local_today(utc_now())
    planned = next(
        (
            found
            for found in (calendar.months.get(today.month, ()) if calendar else ())
            if found.activity == activity.code
        ),
        None,
    )
    return render_template(
        "traceability/diary/entry.html",
        form=form,
        plot=plot,
        activity=activity,
        name=activity.name(current_locale()),
        planned=planned,
        uses_store=uses_store(activity),
        entry=entry,
        more_open=not _IN_SIGHT.issuperset(name for name in form.errors if name),
    ), status
