"""The form of an entry: one form for all activities, of which each shows first what it is about."""

import re
import uuid
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, Final

from flask_wtf.file import FileField
from wtforms import HiddenField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from core.db import new_id, utc_now
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.i18n import local_today
from core.web.forms import REQUIRED, Form, ParagraphField, SelectField, SelectMultipleField, TextField, WholeNumberField
from traceability.diary.amounts import WRITTEN_UNITS, base_amount, format_amount, written_amount
from traceability.diary.calendars import FERTILISING, Activity, activities_with_inputs
from traceability.diary.entry_models import DiaryEntry, Weather
from traceability.diary.errors import ConfirmationNeeded, Doubt, day_text
from traceability.diary.models import Equipment, FarmWorker
from traceability.diary.rules import MAX_AREA_M2, EntryFacts, InputAmount
from traceability.diary.store_forms import AmountField
from traceability.diary.store_models import InputKind, InputReceipt
from traceability.forms import DayField

WEATHER_NAMES: Final = {
    Weather.SUNNY: _l("sunny"),
    Weather.CLOUDY: _l("cloudy"),
    Weather.RAIN: _l("rain"),
    Weather.WINDY: _l("windy"),
    Weather.HOT: _l("hot"),
    Weather.COLD: _l("cold"),
}
INPUT_ROWS: Final = (1, 2, 3)
TAKEN_FROM_NOWHERE: Final = _l("Choose what was taken from the store, or empty the amount beside it.")
DOUBTS: Final = ("dose", "area", "yield", "harvested", "fertiliser")
_PHOTO_KEY: Final = re.compile(r"photos/[0-9a-f]{40}", re.ASCII)


class EntryForm(Form):
    """What was done. Rows of inputs are numbered fields: `input_1`, `input_1_amount`, `input_1_unit` and so on."""

    done_on = DayField(_l("Day"), validators=[InputRequired(REQUIRED)])
    amount = AmountField(_l("How much"), validators=[Optional()])
    unit = SelectField(_l("Unit"), choices=list(WRITTEN_UNITS.items()), validators=[Optional()])
    area_m2 = WholeNumberField(
        _l("Area that was worked"),
        validators=[
            Optional(),
            NumberRange(1, MAX_AREA_M2, _l("Enter an area from 1 to 100,000,000 square metres.")),
        ],
    )
    target_pest = TextField(_l("Against which pest"), validators=[Optional(), Length(max=160)])
    operator_id = SelectField(_l("Done by"), validators=[Optional()])
    equipment_id = SelectField(_l("With which equipment"), validators=[Optional()])
    weather = SelectField(
        _l("Weather"),
        choices=[("", _l("Not said")), *((str(weather), name) for weather, name in WEATHER_NAMES.items())],
        validators=[Optional()],
    )
    note = ParagraphField(_l("Note"), validators=[Optional(), Length(max=1000)])
    photo = FileField(_l("Photo"), validators=[Optional()])
    stored_photo = HiddenField()
    photo_place = HiddenField()
    reason = TextField(_l("Why it is corrected"), validators=[Optional(), Length(max=300)])
    confirmed = SelectMultipleField(
        choices=[(code, code) for code in DOUBTS], option_widget=CheckboxInput(), widget=ListWidget(prefix_label=False)
    )
    submission_id = HiddenField()
    doubts: tuple[Doubt, ...] = ()
    """What has to be confirmed before the entry is written."""

    def offer(
        self, workers: Iterable[FarmWorker], equipment: Iterable[Equipment], receipts: Iterable[InputReceipt]
    ) -> None:
        """Fill the lists: who and what is still there, and what is left in the store."""
        self.operator_id.choices = [("", _("Not said")), *((str(row.id), row.name) for row in workers)]
        self.equipment_id.choices = [("", _("None")), *((str(row.id), row.name) for row in equipment)]
        today = local_today(utc_now())
        batches = [("", _("Choose")), *((str(receipt.id), receipt_label(receipt, today=today)) for receipt in receipts)]
        for row in INPUT_ROWS:
            self[f"input_{row}"].choices = batches
        if not self.submission_id.data:
            self.submission_id.data = str(new_id())

    def show(self, entry: DiaryEntry) -> None:
        """Fill in what `entry` says, but for the day, the note and the photos."""
        self.operator_id.data = str(entry.operator_id or "")
        self.equipment_id.data = str(entry.equipment_id or "")
        self.area_m2.data = entry.area_m2
        self.target_pest.data = entry.target_pest
        if entry.amount is not None and entry.unit is not None:
            self.amount.data, self.unit.data = written_amount(entry.amount, entry.unit)
        offered = {choice.value for choice in self["input_1"].choices}
        for row, use in zip(INPUT_ROWS, entry.inputs, strict=False):
            if str(use.receipt_id) not in offered:
                continue  # it is used up since: its amount alone would say nothing
            number, unit = written_amount(use.amount, use.receipt.unit)
            self[f"input_{row}"].data = str(use.receipt_id)
            self[f"input_{row}_amount"].data, self[f"input_{row}_unit"].data = number, unit
            self[f"input_{row}_dose"].data = use.dose

    def show_all(self, entry: DiaryEntry) -> None:
        """Fill in everything that `entry` says, to correct it."""
        self.show(entry)
        self.done_on.process_data(entry.done_on)
        self.note.data, self.weather.data = entry.note, str(entry.weather or "")
        self.stored_photo.data = " ".join(entry.photo_keys)

    def validate(self, extra_validators: Any = None) -> bool:
        """The fields, and that nothing was typed beside an empty choice from the store: it would be lost."""
        valid = bool(super().validate(extra_validators))
        for row in INPUT_ROWS:
            choice = self[f"input_{row}"]
            if not choice.data and self[f"input_{row}_amount"].data is not None:
                choice.errors = [*choice.errors, TAKEN_FROM_NOWHERE]
                valid = False
        return valid

    @property
    def photo_keys(self) -> list[str]:
        """The photos that are stored already."""
        return _PHOTO_KEY.findall(self.stored_photo.data or "")[:6]

    def facts(self, activity: str) -> EntryFacts:
        """What was typed; raises AmountImpossible for amounts that are none."""
        amount, unit = None, None
        if self.amount.data is not None:
            amount, unit = base_amount(self.amount.data, self.unit.data or "kg")
        assert self.done_on.data is not None
        return EntryFacts(
            activity=activity,
            done_on=self.done_on.data,
            operator_id=_id(self.operator_id.data),
            area_m2=self.area_m2.data,
            amount=amount,
            unit=unit,
            weather=Weather(self.weather.data) if self.weather.data else None,
            target_pest=self.target_pest.data,
            equipment_id=_id(self.equipment_id.data),
            note=self.note.data,
            photo_keys=tuple(self.photo_keys),
            inputs=tuple(self._inputs()),
        )

    def _inputs(self) -> Iterable[InputAmount]:
        for row in INPUT_ROWS:
            receipt_id, number = _id(self[f"input_{row}"].data), self[f"input_{row}_amount"].data
            if receipt_id is None:
                continue
            amount, unit = base_amount(
                number if number is not None else Decimal(0),
                self[f"input_{row}_unit"].data,
                field=f"input_{row}_amount",
            )
            yield InputAmount(receipt_id, amount, unit, self[f"input_{row}_dose"].data)

    def ask(self, question: ConfirmationNeeded) -> None:
        """Keep what was confirmed and say what is still open; the page shows a box to tick for each."""
        self.doubts = question.doubts
        self.confirmed.errors = [*self.confirmed.errors, *(doubt.message for doubt in question.doubts)]


for _row in INPUT_ROWS:
    setattr(EntryForm, f"input_{_row}", SelectField(_l("From the store"), validators=[Optional()]))
    setattr(EntryForm, f"input_{_row}_amount", AmountField(_l("Amount used"), validators=[Optional()]))
    setattr(
        EntryForm,
        f"input_{_row}_unit",
        SelectField(_l("Unit"), choices=list(WRITTEN_UNITS.items()), validators=[DataRequired(REQUIRED)], default="kg"),
    )
    setattr(
        EntryForm, f"input_{_row}_dose", TextField(_l("Dose on the label"), validators=[Optional(), Length(max=80)])
    )


def uses_store(activity: Activity) -> bool:
    """Whether the form of an activity shows the store at once, not only among the details."""
    return activity.is_spraying or activity.category == FERTILISING or activity.code in activities_with_inputs()


def in_store_for(activity: Activity, receipts: Iterable[InputReceipt]) -> list[InputReceipt]:
    """The batches that go with an activity first: sprays for spraying, everything else otherwise."""

    def goes_well(receipt: InputReceipt) -> bool:
        return (receipt.kind == InputKind.PLANT_PROTECTION) == (activity.category == "plant_protection")

    return sorted(receipts, key=lambda receipt: not goes_well(receipt))


def receipt_label(receipt: InputReceipt, *, today: date) -> str:
    """A batch as a list shows it: name, batch, what is left, and that it has expired when it has."""
    left = _("%(amount)s left", amount=format_amount(receipt.remaining, receipt.unit))
    expires_on = receipt.expires_on
    expired = _("expired %(day)s", day=day_text(expires_on)) if expires_on and expires_on < today else None
    return " · ".join(filter(None, (receipt.trade_name, receipt.batch_number, left, expired)))


def _id(text: str | None) -> uuid.UUID | None:
    return uuid.UUID(text) if text else None
