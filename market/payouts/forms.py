"""Forms of payouts."""

from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from core.i18n import lazy_gettext as _l
from core.web.forms import REQUIRED, Form, MoneyField, SelectField, TextField, WholeNumberField
from market.payouts.banks import BANKS

BY_HAND = ""
WEEKDAYS = (
    (BY_HAND, _l("No day: people draft the runs")),
    ("0", _l("Every Monday")),
    ("1", _l("Every Tuesday")),
    ("2", _l("Every Wednesday")),
    ("3", _l("Every Thursday")),
    ("4", _l("Every Friday")),
    ("5", _l("Every Saturday")),
    ("6", _l("Every Sunday")),
)


class BankAccountForm(Form):
    """Onto which account a producer is paid out."""

    bank_bin = SelectField(
        _l("Bank"),
        choices=[("", _l("Choose a bank")), *sorted(BANKS.items(), key=lambda bank: bank[1].casefold())],
        validators=[DataRequired(_l("Choose a bank from the list."))],
    )
    account_number = TextField(_l("Account number"), validators=[DataRequired(REQUIRED), Length(max=40)])
    holder_name = TextField(_l("Name of the account holder"), validators=[DataRequired(REQUIRED), Length(max=80)])


class TermsForm(Form):
    """On what terms runs are drafted."""

    weekday = SelectField(_l("Draft a run"), choices=WEEKDAYS)
    hold_days = WholeNumberField(
        _l("Days to wait after shipping"),
        validators=[InputRequired(REQUIRED), NumberRange(0, 60, _l("Between 0 and 60 days."))],
    )
    minimum_vnd = MoneyField(
        _l("Smallest payout"),
        validators=[
            InputRequired(REQUIRED),
            NumberRange(1_000, 99_999_999, _l("Between 1.000 and 99.999.999 dong.")),
        ],
    )


class FailureForm(Form):
    """Why the bank could not pay."""

    reason = TextField(
        _l("Why the bank could not pay"),
        validators=[DataRequired(_l("Say why the bank could not pay.")), Length(max=200)],
    )
