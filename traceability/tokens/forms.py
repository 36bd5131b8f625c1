"""Forms of API tokens."""

from wtforms.validators import DataRequired, InputRequired, Length

from core.i18n import lazy_gettext as _l
from core.web.forms import REQUIRED, Form, SelectField, TextField
from traceability.forms import TickList
from traceability.journal.parties import CAPTURE, READ, SCOPES, SENSOR, SUBSCRIBE

SCOPE_NAMES = {
    CAPTURE: _l("Write events about your goods"),
    READ: _l("Read the events you are a party to"),
    SUBSCRIBE: _l("Be told of new events"),
    SENSOR: _l("Send the readings of a sensor"),
}


class TokenForm(Form):
    """A new token."""

    producer_id = SelectField(_l("Producer"), validators=[DataRequired(REQUIRED)])
    name = TextField(_l("What is it for?"), validators=[InputRequired(REQUIRED), Length(max=80)])
    scopes = TickList(
        _l("What it may do"),
        choices=[(scope, SCOPE_NAMES[scope]) for scope in SCOPES],
        validators=[InputRequired(_l("Choose what the token may do."))],
    )
    valid_days = SelectField(
        _l("Valid for"),
        choices=[("30", _l("30 days")), ("90", _l("90 days")), ("180", _l("half a year")), ("366", _l("one year"))],
        default="90",
        validators=[DataRequired(REQUIRED)],
    )


class RevokeForm(Form):
    """Nothing but the proof that the request was meant."""
