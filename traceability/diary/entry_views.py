"""Pages of entries: choose what was done, write it down, correct it, copy a day."""

import uuid
from datetime import timedelta
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.accounts import RoleName, current_actor
from core.config import Settings
from core.db import utc_now
from core.errors import AppError, NotFound
from core.i18n import current_locale, local_today
from core.i18n import gettext as _
from core.web.access import roles
from traceability.diary.calendars import Activity, activities, find_calendar
from traceability.diary.entries import copy_entries, withdraw_entry
from traceability.diary.entry_forms import EntryForm, uses_store
from traceability.diary.entry_models import DiaryEntry
from traceability.diary.entry_queries import get_entry, is_superseded, newer_than, sprays_closing, superseded_by
from traceability.diary.entry_saving import begin_form, form_for, save_correction, save_new, take_photo
from traceability.diary.models import Plot
from traceability.diary.queries import NOTHING_DONE, done_so_far, get_plot
from traceability.diary.store_forms import ReasonForm
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
    form = form_for(plot, known)
    if request.method == "GET":
        form.done_on.process_data(local_today(utc_now()))
        begin_form(form, plot, known)
    photo_refused = request.method == "POST" and not take_photo(form)
    if not photo_refused and form.validate_on_submit() and save_new(form, plot.id, known):
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
    form = form_for(plot, known, used=[use.receipt for use in entry.inputs])
    if request.method == "GET":
        form.show_all(entry)
    form.reason.flags.required = True
    photo_refused = request.method == "POST" and not take_photo(form)
    if not photo_refused and form.validate_on_submit() and save_correction(form, entry.id, known):
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
