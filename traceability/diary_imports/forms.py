"""The form that brings a table."""

from typing import Any

from flask_wtf.file import FileField
from wtforms.validators import DataRequired, InputRequired

from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.web.forms import REQUIRED, Form, RadioField, SelectField
from traceability.diary_imports.models import ImportKind

KIND_LABELS = {
    ImportKind.ENTRIES: _l("Diary entries"),
    ImportKind.RECEIPTS: _l("Inputs bought"),
    ImportKind.PLOTS: _l("Plots"),
}


class ImportForm(Form):
    """What is in the table, and the file."""

    producer_id = SelectField(_l("Producer"), validators=[DataRequired(REQUIRED)])
    kind = RadioField(
        _l("What is in the table"),
        choices=[(kind.value, label) for kind, label in KIND_LABELS.items()],
        default=ImportKind.ENTRIES.value,
        validators=[InputRequired(REQUIRED)],
    )
    file = FileField(_l("File (XLSX or CSV)"), validators=[DataRequired(REQUIRED)])

    def validate(self, extra_validators: Any = None) -> bool:
        """The fields; a browser that sends no file says so by an empty name."""
        valid = bool(super().validate(extra_validators))
        if not valid and not self.file.data and not self.file.errors:
            self.file.errors = [_("Choose a file.")]
        return valid
