"""Forms of lots."""

import uuid
from collections.abc import Sequence
from typing import Any

from wtforms import Field, StringField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from core.i18n import current_locale, format_number
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.web.forms import REQUIRED, Form, ParagraphField, SelectField, TextField, WholeNumberField
from traceability.diary.models import Plot
from traceability.forms import DayField, TickList
from traceability.lots.amounts import parse_kilograms
from traceability.lots.rules import MAX_QUANTITY
from traceability.lots.units import UNIT_NAMES


class KilogramsField(Field):
    """A weight in kilograms with up to three decimals; `data` are grams. What was typed stays in the field."""

    def __init__(self, label: Any = None, validators: Any = None, **kwargs: Any) -> None:
        super().__init__(label, validators, **kwargs)
        self.widget = StringField.widget

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the weight, or say what is expected."""
        self.data = None
        if not valuelist or not valuelist[0]:
            return
        try:
            self.data = parse_kilograms(valuelist[0], current_locale())
        except ValueError:
            raise ValueError(_("Enter a weight in kilograms, for example 12.5.")) from None

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return format_number(self.data / 1000) if self.data is not None else ""


class LotForm(Form):
    """A new lot. The lot number is checked as it was typed: a space in it is an error, not something to remove.

    `lot_form` adds a weight for each plot.
    """

    product_id = SelectField(_l("Product"), validators=[DataRequired(REQUIRED)])
    plot_ids = TickList(_l("Plots"), validators=[DataRequired(_l("Choose the plot it comes from."))])
    harvested_on = DayField(_l("Harvested on"), validators=[InputRequired(REQUIRED)])
    quantity = WholeNumberField(
        _l("Quantity"),
        validators=[Optional(), NumberRange(1, MAX_QUANTITY, _l("Enter a quantity from 1 to 1,000,000."))],
    )
    unit = SelectField(
        _l("Counted in"),
        choices=[(str(unit), name) for unit, name in UNIT_NAMES.items()],
        validators=[DataRequired(REQUIRED)],
    )
    weight = KilogramsField(_l("Weight of all together"), validators=[Optional()])
    unit_weight = WholeNumberField(
        _l("Weight of one"),
        validators=[Optional(), NumberRange(1, 1_000_000, _l("Enter a weight from 1 to 1,000,000 grams."))],
    )
    tolerance = KilogramsField(_l("Scales may differ by"), validators=[Optional()])
    lot_number = TextField(_l("Your own lot number"), validators=[Optional()])
    best_before = DayField(_l("Best before"), validators=[Optional()])
    note = ParagraphField(_l("Note for yourself"), validators=[Optional(), Length(max=500)])

    def shares(self) -> list[tuple[uuid.UUID, int | None]]:
        """The plots that were chosen, each with the grams that came from it if they were entered."""
        return [
            (uuid.UUID(plot_id), self._fields[f"share_{plot_id}"].data if f"share_{plot_id}" in self._fields else None)
            for plot_id in dict.fromkeys(self.plot_ids.data or ())
        ]

    def share_of(self, plot_id: str) -> Field | None:
        """The field for the weight from one plot."""
        return self._fields.get(f"share_{plot_id}")


MOST_SHARES = 12
"""Plots up to which the form asks how much came from each; who has more enters it by program."""


def lot_form(plots: Sequence[Plot]) -> LotForm:
    """The form of a new lot from some of these plots."""
    fields = {}
    if 1 < len(plots) <= MOST_SHARES:
        fields = {f"share_{plot.id}": KilogramsField(plot.name, validators=[Optional()]) for plot in plots}
    form_class: type[LotForm] = type("BoundLotForm", (LotForm,), fields)
    form = form_class()
    form.plot_ids.choices = [(str(plot.id), f"{plot.name} · {plot.commune.name}") for plot in plots]
    return form
