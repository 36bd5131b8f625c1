"""Forms of laboratory results."""

from decimal import Decimal
from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import FieldList, FormField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.web.forms import REQUIRED, Form, ParagraphField, RowForm, SelectField, TextField
from traceability.attestations.laboratory.rules import UNITS, Measured, read_amount, read_measured
from traceability.attestations.laboratory.usecases import GivenAnalyte, ReportValues
from traceability.forms import DayField

ROWS_AT_FIRST = 4
MORE_ROWS = 6
MOST_ROWS = 200


class MeasuredField(StringField):
    """A value as the report writes it; what was typed stays in the field."""

    measured: Measured | None = None

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read "0,03", "< 0.01" or "ND"."""
        self.measured = None
        self.data = valuelist[0].strip() if valuelist else ""
        if not self.data:
            return
        try:
            self.measured = read_measured(self.data)
        except ValueError:
            raise ValueError(_("Enter the value as in the report, for example 0,03 or < 0,01 or ND.")) from None


class AmountField(StringField):
    """A number of zero or more; what was typed stays in the field."""

    amount: Decimal | None = None

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read "0,5" or "0.5"."""
        self.amount = None
        self.data = valuelist[0].strip() if valuelist else ""
        if not self.data:
            return
        try:
            self.amount = read_amount(self.data)
        except ValueError:
            raise ValueError(_("Enter a number, for example 0,5.")) from None


class AnalyteForm(RowForm):
    """One row of a report; an empty row counts for nothing."""

    name = TextField(_l("Substance or germ"), validators=[Optional(), Length(max=120)])
    value = MeasuredField(_l("Found"))
    unit = SelectField(_l("Unit"), choices=[(unit, unit) for unit in UNITS], validators=[Optional()])
    limit = AmountField(_l("Limit"))

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed into the row."""
        return not (self.name.data or self.value.data or self.limit.data)

    def validate(self, extra_validators: Any = None) -> bool:
        """Name and value belong together."""
        sound = bool(super().validate(extra_validators))
        if self.is_empty:
            return sound
        if not self.name.data:
            self.name.errors = [*self.name.errors, _("Say what was looked for.")]
            sound = False
        if self.value.measured is None and not self.value.errors:
            self.value.errors = [*self.value.errors, _("Enter what was found; ND where nothing was.")]
            sound = False
        return sound


class LaboratoryResultForm(Form):
    """A report on a sample of a lot."""

    lot_id = SelectField(_l("Lot"), validators=[DataRequired(REQUIRED)])
    laboratory = TextField(_l("Laboratory"), validators=[InputRequired(REQUIRED), Length(max=160)])
    report_number = TextField(_l("Report number"), validators=[InputRequired(REQUIRED), Length(max=60)])
    sampled_on = DayField(_l("Sample taken on"), validators=[InputRequired(REQUIRED)])
    reported_on = DayField(_l("Report of"), validators=[InputRequired(REQUIRED)])
    analytes = FieldList(FormField(AnalyteForm), _l("Results"), min_entries=ROWS_AT_FIRST, max_entries=MOST_ROWS)
    file = FileField(
        _l("Scan or photo of the report"), validators=[FileRequired(_l("Add a scan or photo of the report."))]
    )

    def add_rows(self) -> None:
        """Offer more empty rows."""
        for _number in range(min(MORE_ROWS, MOST_ROWS - len(self.analytes))):
            self.analytes.append_entry()

    def values(self) -> ReportValues:
        """The head of the report; only after validation."""
        assert self.sampled_on.data is not None and self.reported_on.data is not None
        return ReportValues(
            laboratory=self.laboratory.data or "",
            report_number=self.report_number.data or "",
            sampled_on=self.sampled_on.data,
            reported_on=self.reported_on.data,
        )

    def given_analytes(self) -> list[GivenAnalyte]:
        """The rows that say something; only after validation."""
        rows = [entry.form for entry in self.analytes if not entry.form.is_empty]
        return [
            GivenAnalyte(
                name=row.name.data, measured=row.value.measured, unit=row.unit.data or UNITS[0], limit=row.limit.amount
            )
            for row in rows
        ]


class VoidForm(Form):
    """Why a result counts no more."""

    reason = ParagraphField(_l("Reason"), validators=[InputRequired(REQUIRED), Length(max=500)])
