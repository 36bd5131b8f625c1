"""Forms of cash on delivery."""

from enum import StrEnum

from wtforms import BooleanField, HiddenField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from core.i18n import lazy_gettext as _l
from core.money import MAX_AMOUNT_VND
from core.web.forms import REQUIRED, Form, MoneyField, ParagraphField, RadioField, TextField

TOO_LONG = _l("Use at most 300 characters.")
AMOUNT = _l("Enter an amount above zero.")


class PaysCashMixin:
    """The choice of the checkout, for those who have it."""

    pays_cash = BooleanField(_l("Pay in cash when it comes"))


class CashBuyerForm(Form):
    """An account, its limits, and why."""

    name = TextField(
        _l("Phone number or e-mail of the account"),
        validators=[InputRequired(REQUIRED), Length(max=254, message=_l("Use at most 254 characters."))],
    )
    order_limit_vnd = MoneyField(
        _l("At most for one order"),
        validators=[InputRequired(REQUIRED), NumberRange(1, MAX_AMOUNT_VND, message=AMOUNT)],
    )
    open_limit_vnd = MoneyField(
        _l("At most for all orders not paid yet"),
        validators=[InputRequired(REQUIRED), NumberRange(1, MAX_AMOUNT_VND, message=AMOUNT)],
    )
    reason = ParagraphField(_l("Why"), validators=[InputRequired(_l("Say why.")), Length(max=300, message=TOO_LONG)])


class ReceiptForm(Form):
    """What was received at the door."""

    received_vnd = MoneyField(
        _l("Received in cash"),
        validators=[InputRequired(REQUIRED), NumberRange(0, MAX_AMOUNT_VND, message=_l("Enter what you received."))],
    )
    reason = ParagraphField(_l("Why it differs"), validators=[Optional(), Length(max=300, message=TOO_LONG)])


class RefusalForm(Form):
    """Why the parcel was not taken."""

    reason = ParagraphField(_l("Why"), validators=[InputRequired(_l("Say why.")), Length(max=300, message=TOO_LONG)])


class GivenForm(Form):
    """How the producer gave back what was agreed upon."""

    note = ParagraphField(
        _l("When and how"), validators=[InputRequired(_l("Say when and how.")), Length(max=300, message=TOO_LONG)]
    )


class ReturnForm(Form):
    """Cash that went back; `request_key` makes a double click one return."""

    request_key = HiddenField(validators=[DataRequired(), Length(max=36)])
    amount = MoneyField(
        _l("Given back in cash"),
        validators=[InputRequired(REQUIRED), NumberRange(1, MAX_AMOUNT_VND, message=AMOUNT)],
    )
    note = ParagraphField(_l("Why"), validators=[InputRequired(_l("Say why.")), Length(max=300, message=TOO_LONG)])


class MissingForm(Form):
    """Money did not come; the words are the buyer's."""

    words = ParagraphField(_l("What happened?"), validators=[InputRequired(REQUIRED), Length(max=500)])


class MoneyOutcome(StrEnum):
    """What became of money that a buyer waits for."""

    CAME = "came"
    PAID_BY_SITE = "paid_by_site"


class OutcomeMixin:
    """The choice of who looks at money that did not come."""

    outcome = RadioField(
        _l("What became of it?"),
        choices=[
            (str(MoneyOutcome.CAME), _l("It came after all")),
            (str(MoneyOutcome.PAID_BY_SITE), _l("The site has paid the buyer from the bank; the producer owes it")),
        ],
        validators=[DataRequired(_l("Choose what became of it."))],
    )


class SettledForm(OutcomeMixin, Form):
    """What became of it, and what both sides read about it."""

    words = ParagraphField(_l("What both sides read"), validators=[InputRequired(REQUIRED), Length(max=500)])
