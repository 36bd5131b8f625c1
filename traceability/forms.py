"""What the forms of traceability share."""

from datetime import date

from wtforms import DateField, Form

from core.errors import AppError, NotFound
from core.i18n import gettext as _


class DayField(DateField):
    """A day as browsers send it; what was typed stays in the field when it is none."""

    data: date | None

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the day, or say what is expected."""
        self.data = None
        if not valuelist or not valuelist[0].strip():
            return
        try:
            super().process_formdata([valuelist[0].strip()])
        except ValueError:
            raise ValueError(_("Enter a date as year-month-day, for example 2026-09-15.")) from None


def show_error(form: Form, error: AppError) -> None:
    """Put what a use case refused beside the field it is about, or on top of the form when it names none.

    Raises NotFound on: no other answer helps who asks for what is not there, or is not theirs.
    """
    if isinstance(error, NotFound):
        raise error
    field = form._fields.get(error.field or "")
    if field is None:
        form.form_errors.append(str(error.message))
    else:
        field.errors = [*field.errors, str(error.message)]
