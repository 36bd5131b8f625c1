"""The form of an entry between its page and the use cases: opened, its photo kept, written, a refusal shown in it."""

import uuid
from collections.abc import Callable, Iterable

from flask import current_app
from werkzeug.datastructures import FileStorage

from core.accounts import current_actor
from core.config import Settings
from core.errors import AppError, Invalid, NotFound
from core.i18n import gettext as _
from core.storage import photo_place, storage, store_photo
from traceability.diary.calendars import Activity
from traceability.diary.entries import correct_entry, record_entry
from traceability.diary.entry_forms import EntryForm, in_store_for
from traceability.diary.entry_queries import find_last_entry
from traceability.diary.errors import ConfirmationNeeded, HarvestBeforePlanting, HarvestTooEarly
from traceability.diary.models import Plot
from traceability.diary.photo_places import place_text
from traceability.diary.queries import equipment_of, workers_of
from traceability.diary.rules import EntryFacts
from traceability.diary.store_models import InputReceipt
from traceability.diary.store_queries import receipts_with_something_left
from traceability.diary.writing import atomic_soon
from traceability.forms import show_error


def form_for(plot: Plot, activity: Activity, *, used: Iterable[InputReceipt] = ()) -> EntryForm:
    """The form for an activity on a plot, with the people, equipment and store of its producer to choose from.

    What was `used` is offered too, though nothing of it may be left.
    """
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


def begin_form(form: EntryForm, plot: Plot, activity: Activity) -> None:
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


def save_new(form: EntryForm, plot_id: uuid.UUID, activity: Activity) -> bool:
    """Write the entry down; false when it was refused, and the form says why. Raises NotFound."""

    def write(facts: EntryFacts) -> object:
        return record_entry(
            actor=current_actor(),
            plot_id=plot_id,
            facts=facts,
            confirmed=form.confirmed.data or (),
            submission_id=_submission(form),
        )

    return _is_written(form, activity, write)


def save_correction(form: EntryForm, entry_id: uuid.UUID, activity: Activity) -> bool:
    """Write how it really was; false when it was refused, and the form says why. Raises NotFound."""

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


def take_photo(form: EntryForm) -> bool:
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
