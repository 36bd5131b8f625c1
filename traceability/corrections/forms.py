"""The form by which a producer says that an entry is wrong."""

from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from core.i18n import lazy_gettext as _l
from core.web.forms import REQUIRED, Form, ParagraphField, RadioField, WholeNumberField
from traceability.corrections.usecases import DID_NOT_OCCUR
from traceability.forms import DayField
from traceability.journal.corrections import LONGEST_NOTE
from traceability.lots.rules import MAX_QUANTITY

INCORRECT_DATA = "incorrect_data"


class DeclareForm(Form):
    """Which entry is wrong, and why."""

    event_id = RadioField(_l("Which one?"), validators=[DataRequired(REQUIRED)])
    reason = RadioField(
        _l("What is wrong?"),
        choices=[(DID_NOT_OCCUR, _l("It did not happen")), (INCORRECT_DATA, _l("Something in it is wrong"))],
        validators=[InputRequired(_l("Choose what is wrong."))],
    )
    note = ParagraphField(_l("What should be said about it?"), validators=[Optional(), Length(max=LONGEST_NOTE)])


class CorrectHarvestForm(DeclareForm):
    """The same of a harvest, which can be entered again at once."""

    quantity = WholeNumberField(
        _l("Quantity"),
        validators=[Optional(), NumberRange(1, MAX_QUANTITY, _l("Enter a quantity from 1 to 1,000,000."))],
    )
    harvested_on = DayField(_l("Harvested on"), validators=[Optional()])
