"""What the forms of traceability share."""

import re
from datetime import date
from typing import Final

from wtforms import DateField, Form

from core.errors import AppError
from core.i18n import gettext as _

_AS_WRITTEN_HERE: Final = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
"""Day, month, year, which is how people in Vietnam write it on a phone that has no calendar to choose from."""


def read_day(text: str) -> date:
    """A day as browsers send it ("2026-09-15") or as people write it ("15/9/2026"); raises ValueError in words."""
    written = _AS_WRITTEN_HERE.fullmatch(text)
    try:
        if written is not None:
            return date(int(written[3]), int(written[2]), int(written[1]))
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(_("Enter a date as day/month/year, for example 15/09/2026.")) from None


class DayField(DateField):
    """A day as browsers send it or people write it; what was typed stays in the field when it is none."""

    data: date | None

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the day, or say what is expected."""
        self.data = None
        if not valuelist or not valuelist[0].strip():
            return
        self.data = read_day(valuelist[0].strip())


def show_error(form: Form, error: AppError) -> None:
    """Put what a use case refused beside the field it is about, or on top of the form when it names none."""
    field = form._fields.get(error.field or "")
    if field is None:
        form.form_errors.append(str(error.message))
    else:
        field.errors = [*field.errors, str(error.message)]
