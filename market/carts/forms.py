"""Forms of the basket."""

from wtforms import HiddenField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from core.i18n import lazy_gettext as _l
from core.web.forms import Form, TextField, WholeNumberField
from market.carts.rules import MAX_QUANTITY

_RANGE = _l("Choose a number from 1 to 999.")


class AddLineForm(Form):
    """So many units of one offer."""

    offer = HiddenField(validators=[InputRequired()])
    quantity = WholeNumberField(
        _l("Quantity"), default=1, validators=[InputRequired(_RANGE), NumberRange(1, MAX_QUANTITY, _RANGE)]
    )


class ChangeLineForm(Form):
    """Another number of units for a line; 0 takes it out."""

    quantity = WholeNumberField(
        _l("Quantity"), validators=[InputRequired(_RANGE), NumberRange(0, MAX_QUANTITY, _RANGE)]
    )


class VoucherForm(Form):
    """The code of a voucher, as somebody types it."""

    code = TextField(
        _l("Voucher code"),
        validators=[DataRequired(_l("Enter the code of the voucher.")), Length(max=40)],
    )
