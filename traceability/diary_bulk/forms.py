"""The form of an entry in bulk. Which plots are ticked, and their own amounts, are fields by the plot's id."""

import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from wtforms import FieldList, FormField, HiddenField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from core.i18n import current_locale
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.tables import read_decimal
from core.tables.cells import CellError
from core.web.forms import REQUIRED, Form, ParagraphField, RowForm, SelectField, TextField
from traceability.diary.amounts import WRITTEN_UNITS, format_amount
from traceability.diary.calendars import activities, calendars
from traceability.diary.entry_forms import TAKEN_FROM_NOWHERE, WEATHER_NAMES
from traceability.diary.models import Equipment, FarmWorker
from traceability.diary.store_models import InputReceipt
from traceability.diary_bulk.rules import AmountBasis, Rate
from traceability.forms import DayField

INPUT_ROWS = 3
NOTHING = ("", "—")
_UNITS = list(WRITTEN_UNITS.items())
_BASES = [
    (AmountBasis.PLOT.value, _l("for each plot")),
    (AmountBasis.AREA.value, _l("for each 1,000 m²")),
]


class NumberField(TextField):
    """A number with decimals, "2,5" or "2.5"; `number` is what it says, `data` what was typed."""

    number: Decimal | None = None

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the number, or say what is expected."""
        super().process_formdata(valuelist)
        try:
            self.number = read_decimal(self.data)
        except CellError as error:
            raise ValueError(str(error)) from None


class InputRowForm(RowForm):
    """Something out of the store and how much of it; a row in which nothing is typed is ignored."""

    receipt_id = SelectField(_l("From the store"), validators=[Optional()])
    amount = NumberField(_l("Quantity"), validators=[Length(max=20)])
    unit = SelectField(_l("Unit"), choices=_UNITS, default="kg", validators=[InputRequired(REQUIRED)])
    basis = SelectField(
        _l("Counted by"), choices=_BASES, default=AmountBasis.AREA.value, validators=[InputRequired(REQUIRED)]
    )
    dose = TextField(_l("Dose on the label"), validators=[Length(max=80)])

    def validate(self, extra_validators: Any = None) -> bool:
        """The fields, and that what is taken from the store has an amount."""
        valid = bool(super().validate(extra_validators))
        if self.receipt_id.data and self.amount.number is None and not self.amount.errors:
            self.amount.errors = [_("Enter how much was used.")]
            return False
        if not self.receipt_id.data and self.amount.number is not None:
            self.receipt_id.errors = [TAKEN_FROM_NOWHERE]
            return False
        return valid


class BulkForm(Form):
    """What was done, with what, and on which plots."""

    submission_id = HiddenField()
    producer_id = SelectField(_l("Producer"), validators=[DataRequired(REQUIRED)])
    activity = SelectField(_l("Activity"), validators=[DataRequired(REQUIRED)])
    done_on = DayField(_l("Day"), validators=[InputRequired(REQUIRED)])
    amount = NumberField(_l("Quantity"), validators=[Length(max=20)])
    amount_unit = SelectField(_l("Unit"), choices=_UNITS, default="kg", validators=[InputRequired(REQUIRED)])
    amount_basis = SelectField(
        _l("Counted by"), choices=_BASES, default=AmountBasis.PLOT.value, validators=[InputRequired(REQUIRED)]
    )
    inputs = FieldList(FormField(InputRowForm), min_entries=INPUT_ROWS, max_entries=INPUT_ROWS)
    operator_id = SelectField(_l("Done by"), validators=[Optional()])
    equipment_id = SelectField(_l("Equipment"), validators=[Optional()])
    weather = SelectField(_l("Weather"), choices=[NOTHING, *((str(key), name) for key, name in WEATHER_NAMES.items())])
    target_pest = TextField(_l("Against"), validators=[Length(max=160)])
    note = ParagraphField(_l("Note"), validators=[Length(max=1000)])
    crop = SelectField(_l("Crop"), validators=[Optional()])
    words = TextField(_l("Name of the plot"), validators=[Length(max=80)])

    def offer(
        self, receipts: Sequence[InputReceipt], workers: Sequence[FarmWorker], equipment: Sequence[Equipment]
    ) -> None:
        """Fill the lists: all activities and crops, and what the producer has."""
        locale = current_locale()
        named = sorted((activity.name(locale), code) for code, activity in activities().items())
        self.activity.choices = [NOTHING, *((code, name) for name, code in named)]
        self.crop.choices = [("", _("All crops")), *((code, crop.name(locale)) for code, crop in calendars().items())]
        self.operator_id.choices = [NOTHING, *((str(worker.id), worker.name) for worker in workers)]
        self.equipment_id.choices = [NOTHING, *((str(each.id), each.name) for each in equipment)]
        store = [NOTHING, *((str(receipt.id), _in_store(receipt)) for receipt in receipts)]
        for row in self.inputs:
            row.receipt_id.choices = store

    def validate(self, extra_validators: Any = None) -> bool:
        """The fields; what is wrong with a row of what was used is told on top too."""
        valid = bool(super().validate(extra_validators))
        for number, row in enumerate(self.inputs, 1):
            for item in row.form:
                self.form_errors += [
                    _(
                        "What was used, %(number)s, %(field)s: %(message)s",
                        number=number,
                        field=item.label.text,
                        message=each,
                    )
                    for each in item.errors
                ]
        return valid

    @property
    def rate(self) -> Rate | None:
        """What the activity itself is counted in: harvest, water and so on."""
        return _rate(self.amount, self.amount_unit, self.amount_basis)

    @property
    def input_rates(self) -> list[tuple[uuid.UUID, Rate, str | None]]:
        """What is taken from the store, by receipt, with the dose on the label."""
        rows = []
        for row in self.inputs:
            rate = _rate(row.amount, row.unit, row.basis)
            if row.receipt_id.data and rate is not None:
                rows.append((uuid.UUID(row.receipt_id.data), rate, row.dose.data))
        return rows


def _rate(amount: NumberField, unit: SelectField, basis: SelectField) -> Rate | None:
    return None if amount.number is None else Rate(amount.number, unit.data, AmountBasis(basis.data))


def _in_store(receipt: InputReceipt) -> str:
    batch = f" · {receipt.batch_number}" if receipt.batch_number else ""
    left = _("%(amount)s left", amount=format_amount(receipt.remaining, receipt.unit))
    return f"{receipt.trade_name}{batch} · {left}"
