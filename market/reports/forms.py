"""What the buttons that ask for a report send: nothing that anybody types."""

import uuid

from wtforms import StringField, ValidationError
from wtforms.validators import InputRequired

from core.i18n import gettext as _
from core.web.forms import Form, SelectField
from market.reports.models import ReportFormat, ReportKind
from traceability.forms import DayField


class ReportForm(Form):
    """Which report, whose, of which days, as what."""

    kind = SelectField(choices=[(kind.value, kind.value) for kind in ReportKind], validators=[InputRequired()])
    owner_id = StringField(validators=[InputRequired()])
    first_day = DayField(validators=[InputRequired()])
    last_day = DayField(validators=[InputRequired()])
    file_format = SelectField(choices=[(form.value, form.value) for form in ReportFormat], validators=[InputRequired()])

    def validate_owner_id(self, field: StringField) -> None:
        """An id."""
        try:
            uuid.UUID(field.data)
        except ValueError:
            raise ValidationError(_("This is not there any more.")) from None
