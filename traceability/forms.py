"""What the forms of traceability share."""

import re
import uuid
from collections.abc import Iterable
from datetime import date
from typing import Final

from wtforms import DateField, Form
from wtforms.widgets import CheckboxInput, ListWidget

from catalog.producers.models import Producer
from core.errors import AppError, NotFound
from core.i18n import gettext as _
from core.web.forms import SelectMultipleField

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
        if not valuelist or not valuelist[0]:
            return
        self.data = read_day(valuelist[0].strip())


class TickList(SelectMultipleField):
    """Several things out of a list, each with a box to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def ids(self) -> list[uuid.UUID]:
        """What was ticked, as ids; only after validation, which lets nothing but the choices through."""
        return [uuid.UUID(value) for value in self.data or []]


def producer_choices(producers: Iterable[Producer]) -> list[tuple[str, str]]:
    """Producers to choose from, by name, in the order given."""
    return [(str(producer.id), producer.name) for producer in producers]


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
