"""The form that asks for an export."""

from datetime import date, timedelta

from wtforms.validators import DataRequired, InputRequired

from core.i18n import lazy_gettext as _l
from core.web.forms import REQUIRED, Form, RadioField, SelectField
from traceability.diary_exports.models import FileFormat
from traceability.forms import DayField

ALL_PLOTS = ""


class ExportForm(Form):
    """Which diary, of which days, as what."""

    producer_id = SelectField(_l("Producer"), validators=[DataRequired(REQUIRED)])
    plot_id = SelectField(_l("Plot"), validators=[])
    first_day = DayField(_l("From"), validators=[InputRequired(REQUIRED)])
    last_day = DayField(_l("Until"), validators=[InputRequired(REQUIRED)])
    file_format = RadioField(
        _l("Form"),
        choices=[
            (FileFormat.PDF.value, _l("PDF to print and sign")),
            (FileFormat.XLSX.value, _l("Excel workbook (XLSX)")),
        ],
        default=FileFormat.PDF.value,
        validators=[InputRequired(REQUIRED)],
    )

    def offer_last_year(self, today: date) -> None:
        """Start with the past twelve months."""
        if self.first_day.data is None and not self.first_day.raw_data:
            self.first_day.data = today - timedelta(days=365)
        if self.last_day.data is None and not self.last_day.raw_data:
            self.last_day.data = today
