"""What the forms of traceability share."""

import uuid
from collections.abc import Iterable
from datetime import date

from wtforms import DateField, Form
from wtforms.widgets import CheckboxInput, ListWidget

from catalog.producers.models import Producer
from core.errors import AppError, NotFound
from core.i18n import gettext as _
from core.web.forms import SelectMultipleField


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
