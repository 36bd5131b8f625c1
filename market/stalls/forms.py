"""Forms of the stalls."""

import uuid
from datetime import date
from typing import Any

from wtforms import DateField, Field, HiddenField
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from core.i18n import current_locale
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.money import MAX_AMOUNT_VND, format_vnd
from core.web.forms import Form, MoneyField, TextField
from market.payments.rules import MIN_PAYMENT_VND
from market.stalls.rules import NOTE_LIMIT

_NO_AMOUNT = _l("Type the amount, for example 35.000.")
EARLIEST_DAY = date(2020, 1, 1)


class PayForm(Form):
    """What a passer-by types; `form_id` is random and marks this form, however often it is sent."""

    form_id = HiddenField()
    amount = MoneyField(_l("Amount to pay"), validators=[InputRequired(_NO_AMOUNT)])
    note = TextField(
        _l("Note for the stall"),
        validators=[Optional(), Length(max=NOTE_LIMIT, message=_l("Please write at most 120 characters."))],
    )

    def validate_amount(self, field: Field) -> None:
        """Between what the payment service takes at least and at most; what is no number has been refused before."""
        if field.data is None:
            return
        bounds = {
            "least": format_vnd(MIN_PAYMENT_VND, current_locale()),
            "most": format_vnd(MAX_AMOUNT_VND, current_locale()),
        }
        if field.data <= 0:
            raise ValidationError(_("The amount must be more than zero."))
        if field.data < MIN_PAYMENT_VND:
            raise ValidationError(_("The smallest payment is %(least)s.", **bounds))
        if field.data > MAX_AMOUNT_VND:
            raise ValidationError(_("The largest payment is %(most)s.", **bounds))

    def validate(self, extra_validators: Any = None) -> bool:
        """A form without its mark gets a new one, and is asked for again: it could not be told from its double."""
        fine = bool(super().validate(extra_validators))
        try:
            self.form_id.data = str(uuid.UUID(self.form_id.data or ""))
        except ValueError:
            self.form_id.data = str(uuid.uuid4())
            self.form_errors.append(_("This page was out of date. Please check the amount and send it again."))
            return False
        return fine


class DayForm(Form):
    """Which day a manager looks at."""

    class Meta(Form.Meta):
        """Only looks, changes nothing."""

        csrf = False

    day = DateField(_l("Day"), validators=[Optional()])

    def validate_day(self, field: Field) -> None:
        """Not before there was anything to see, so that no day is out of the calendar's reach."""
        if field.data is not None and not EARLIEST_DAY <= field.data < date(9999, 1, 1):
            raise ValidationError(_("Choose a day since 2020."))
