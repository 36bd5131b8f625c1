"""Forms of lots."""

from wtforms import SelectField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from core.i18n import lazy_gettext as _l
from core.web.forms import REQUIRED, Form, ParagraphField, TextField, WholeNumberField
from traceability.forms import DayField
from traceability.lots.rules import MAX_QUANTITY
from traceability.lots.units import UNIT_NAMES


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
