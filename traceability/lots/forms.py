"""Forms of lots."""

from wtforms import DateField, SelectField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.web.forms import REQUIRED, Form, ParagraphField, TextField, WholeNumberField
from traceability.lots.rules import MAX_QUANTITY
from traceability.lots.units import UNIT_NAMES


class DayField(DateField):
    """A day as browsers send it; what was typed stays in the field when it is none."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the day, or say what is expected."""
        self.data = None
        if not valuelist or not valuelist[0].strip():
            return
        try:
            super().process_formdata([valuelist[0].strip()])
        except ValueError:
            raise ValueError(_("Enter a date as year-month-day, for example 2026-09-15.")) from None


class LotForm(Form):
    """A new lot. The lot number is checked as it was typed: a space in it is an error, not something to remove."""

    product_id = SelectField(_l("Product"), validators=[DataRequired(REQUIRED)])
    plot_id = SelectField(_l("Plot"), validators=[DataRequired(REQUIRED)])
    harvested_on = DayField(_l("Harvested on"), validators=[InputRequired(REQUIRED)])
    quantity = WholeNumberField(
        _l("Quantity"),
        validators=[
            InputRequired(REQUIRED),
            NumberRange(1, MAX_QUANTITY, _l("Enter a quantity from 1 to 1,000,000.")),
        ],
    )
    unit = SelectField(
        _l("Counted in"),
        choices=[(str(unit), name) for unit, name in UNIT_NAMES.items()],
        validators=[DataRequired(REQUIRED)],
    )
    lot_number = TextField(_l("Your own lot number"), validators=[Optional()])
    best_before = DayField(_l("Best before"), validators=[Optional()])
    note = ParagraphField(_l("Note for yourself"), validators=[Optional(), Length(max=500)])
