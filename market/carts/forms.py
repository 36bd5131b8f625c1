"""Forms of the basket."""

import uuid

from flask import request
from wtforms import HiddenField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from core.i18n import lazy_gettext as _l
from core.web.forms import Form, RowForm, TextField, WholeNumberField
from market.carts.queries import Basket
from market.carts.rules import MAX_QUANTITY

_RANGE = _l("Choose a number from 1 to 999.")


class AddLineForm(Form):
    """So many units of one offer."""

    offer = HiddenField(validators=[InputRequired()])
    quantity = WholeNumberField(
        _l("Quantity"), default=1, validators=[InputRequired(_RANGE), NumberRange(1, MAX_QUANTITY, _RANGE)]
    )


class LineForm(RowForm):
    """The number of units of one line of a basket; 0 takes it out. All lines are sent together, with one token."""

    quantity = WholeNumberField(
        _l("Quantity"), validators=[InputRequired(_RANGE), NumberRange(0, MAX_QUANTITY, _RANGE)]
    )


def line_forms(basket: Basket) -> dict[uuid.UUID, LineForm]:
    """The numbers that were sent of the lines of a basket, by line; of those that were sent."""
    found = {line.id: LineForm(prefix=f"{line.id}-") for line in basket.lines}
    return {line_id: form for line_id, form in found.items() if form.quantity.name in request.form}


class VoucherForm(Form):
    """The code of a voucher, as somebody types it."""

    code = TextField(
        _l("Voucher code"),
        validators=[DataRequired(_l("Enter the code of the voucher.")), Length(max=40)],
    )
