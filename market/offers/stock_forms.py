"""The form with which producers write down what happened to their stock."""

from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from core.i18n import lazy_gettext as _l
from core.web.forms import REQUIRED, Form, RadioField, SelectField, TextField, WholeNumberField
from market.offers.models import StockMovementKind
from market.offers.stock import MAX_ON_HAND

MOVEMENT_NAMES = {
    StockMovementKind.HARVEST_IN: _l("Harvest brought in"),
    StockMovementKind.COUNT: _l("Counted"),
    StockMovementKind.RESERVE: _l("Held for an order"),
    StockMovementKind.RELEASE: _l("Free again"),
    StockMovementKind.SELL: _l("Sold"),
    StockMovementKind.SPOIL: _l("Spoilt"),
    StockMovementKind.RETURN: _l("Came back"),
}
BY_HAND = (
    StockMovementKind.HARVEST_IN,
    StockMovementKind.SPOIL,
    StockMovementKind.RETURN,
    StockMovementKind.COUNT,
)
"""What a producer writes down; orders do the rest."""

_RANGE = _l("Enter a number from 0 to 1,000,000.")


class MovementForm(Form):
    """What happened, and how many sold units of it."""

    kind = RadioField(
        _l("What happened"),
        choices=[(str(kind), MOVEMENT_NAMES[kind]) for kind in BY_HAND],
        validators=[DataRequired(REQUIRED)],
        default=str(StockMovementKind.HARVEST_IN),
    )
    quantity = WholeNumberField(_l("Quantity"), validators=[InputRequired(_RANGE), NumberRange(0, MAX_ON_HAND, _RANGE)])
    lot = SelectField(_l("From lot"), validators=[Optional()])
    reason = TextField(_l("Why"), validators=[Optional(), Length(max=200)])
