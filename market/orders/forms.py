"""The form of the packing page."""

import uuid
from collections.abc import Mapping, Sequence

from wtforms import Field
from wtforms.validators import DataRequired, InputRequired

from core.i18n import lazy_gettext as _l
from core.web.forms import Form, SelectField
from core.web.templating import local_date
from market.orders.models import OrderLine
from traceability.lots.forms import KilogramsField
from traceability.lots.queries import LotAtHand
from traceability.lots.showing import lot_with_grade


class LotsForm(Form):
    """A lot for each line."""

    def chosen_lots(self) -> dict[uuid.UUID, uuid.UUID]:
        """Line id → lot id, as far as something was chosen."""
        return {
            uuid.UUID(name.removeprefix("lot_")): uuid.UUID(field.data)
            for name, field in self._fields.items()
            if name.startswith("lot_") and field.data
        }


class PackForm(LotsForm):
    """The same with a weight for lines priced by it; `pack_form` adds the fields."""

    def weights(self) -> dict[uuid.UUID, int]:
        """Line id → grams, as far as something was typed."""
        return {
            uuid.UUID(name.removeprefix("weight_")): field.data
            for name, field in self._fields.items()
            if name.startswith("weight_") and field.data is not None
        }


def pack_form(
    lines: Sequence[OrderLine], lots: Mapping[uuid.UUID, Sequence[LotAtHand]], *, choose_first: bool
) -> PackForm:
    """The form for these lines; with `choose_first`, the lot of each that spoils soonest is chosen beforehand."""
    fields = lot_fields(lots, choose_first=choose_first)
    fields |= {
        f"weight_{line.id}": KilogramsField(
            _l("Weight when packed"), validators=[InputRequired(_l("Enter what it weighs now that it is packed."))]
        )
        for line in lines
        if line.price_per_kg_vnd is not None
    }
    form_class: type[PackForm] = type("BoundPackForm", (PackForm,), fields)
    return form_class()


def lot_fields(lots: Mapping[uuid.UUID, Sequence[LotAtHand]], *, choose_first: bool) -> dict[str, Field]:
    """A choice of lots for each line, by its id; with `choose_first`, the first one is chosen beforehand."""
    return {f"lot_{line_id}": _lot_field(choices, choose_first) for line_id, choices in lots.items()}


def _lot_field(lots: Sequence[LotAtHand], choose_first: bool) -> SelectField:
    choices = [(str(choice.lot.id), _label(choice)) for choice in lots]
    return SelectField(
        _l("Lot, by day of harvest"),
        validators=[DataRequired(_l("Choose a lot."))],
        choices=[("", _l("Choose…")), *choices],
        default=choices[0][0] if choices and choose_first else "",
    )


def _label(choice: LotAtHand) -> object:
    """The date comes first: a phone cuts off what is too long for the box, and half a date is a wrong one."""
    return _l(
        "%(date)s: %(number)s, %(count)s left",
        date=local_date(choice.lot.harvested_on),
        number=lot_with_grade(choice.lot),
        count=choice.units,
    )
