"""Forms of the review pages."""

from wtforms.validators import InputRequired, Length

from core.i18n import lazy_gettext as _l
from core.web.forms import REQUIRED, Form, ParagraphField, TextField
from market.refunds.resuming import Transfer
from traceability.forms import DayField

LONGEST_NOTE = 500
LONGEST_REFERENCE = 140


class NoteForm(Form):
    """What was done about it."""

    note = ParagraphField(_l("What was done"), validators=[InputRequired(REQUIRED), Length(max=LONGEST_NOTE)])


class TransferForm(Form):
    """A failed refund was paid from the site's bank."""

    paid_on = DayField(_l("Day of the transfer"), validators=[InputRequired(REQUIRED)])
    reference = TextField(
        _l("Reference at the bank"), validators=[InputRequired(REQUIRED), Length(max=LONGEST_REFERENCE)]
    )

    def transfer(self) -> Transfer:
        """What was typed, once it is valid."""
        assert self.paid_on.data is not None
        return Transfer(self.paid_on.data, self.reference.data or "")
