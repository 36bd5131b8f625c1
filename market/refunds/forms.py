"""Forms of refunds: so many units of each line, and what officers choose besides."""

import uuid
from collections.abc import Sequence

from wtforms import HiddenField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from core.db import new_id
from core.i18n import lazy_gettext as _l
from core.web.forms import REQUIRED, Form, MoneyField, ParagraphField, SelectField, TextField, WholeNumberField
from core.web.needs import NeededWhen
from market.orders.models import Parcel
from market.payments.purposes import RefundReason
from market.refunds.pieces import RefundPart
from market.refunds.queries import RefundedSoFar

REASON_NAMES = {
    RefundReason.BUYER_CANCELLED: _l("The buyer cancelled"),
    RefundReason.LINE_SHORT: _l("It cannot be delivered"),
    RefundReason.RETURNED: _l("The buyer sent it back"),
    RefundReason.RECALLED: _l("It was recalled"),
    RefundReason.GOODWILL: _l("Goodwill"),
    RefundReason.DISPUTE: _l("Agreed after a bank's question"),
    RefundReason.PACKED_WEIGHT: _l("It weighs less than ordered"),
    RefundReason.HARVEST_FAILED: _l("The harvest failed"),
    RefundReason.BALANCE_UNPAID: _l("The rest was not paid in time"),
    RefundReason.PAID_TOO_LATE: _l("Paid after the order ended"),
    RefundReason.REVIEWED: _l("What was paid was not right"),
    RefundReason.MADE_AT_VENDOR: _l("Made at the payment service"),
}
FOR_OFFICERS = (
    RefundReason.BUYER_CANCELLED,
    RefundReason.LINE_SHORT,
    RefundReason.RETURNED,
    RefundReason.RECALLED,
    RefundReason.DISPUTE,
)
LONGEST_NOTE = 500


class RefundForm(Form):
    """So many units of each line; `refund_form` adds the fields. `request_key` makes a double click one refund."""

    request_key = HiddenField(validators=[DataRequired(), Length(max=36)])

    def parts(self) -> list[RefundPart]:
        """What was chosen."""
        return [
            RefundPart(uuid.UUID(name.removeprefix("quantity_")), field.data)
            for name, field in self._fields.items()
            if name.startswith("quantity_") and field.data
        ]

    def delivery(self) -> dict[uuid.UUID, int]:
        """How many dong of which parcel's delivery go back."""
        return {
            uuid.UUID(name.removeprefix("delivery_")): field.data
            for name, field in self._fields.items()
            if name.startswith("delivery_") and field.data
        }


class OfficerRefundForm(RefundForm):
    """The same with a reason and a note."""

    reason = SelectField(
        _l("Reason"),
        choices=[(str(reason), REASON_NAMES[reason]) for reason in FOR_OFFICERS],
        validators=[DataRequired()],
    )
    note = ParagraphField(_l("Note"), validators=[Optional(), Length(max=LONGEST_NOTE)])


class AmountForm(Form):
    """A sum that belongs to no line."""

    request_key = HiddenField(validators=[DataRequired(), Length(max=36)])
    amount = MoneyField(_l("Amount"), validators=[InputRequired(REQUIRED), NumberRange(min=1)])
    note = ParagraphField(_l("Why"), validators=[InputRequired(REQUIRED), Length(max=LONGEST_NOTE)])


class FindOrderForm(Form):
    """The number of an order."""

    number = TextField(_l("Order number"), validators=[InputRequired(REQUIRED), Length(max=20)])


def refund_form(
    parcels: Sequence[Parcel], so_far: RefundedSoFar, *, for_officers: bool
) -> RefundForm | OfficerRefundForm:
    """The form for what is left of these parcels' lines, and for officers of their delivery."""
    fields: dict[str, object] = {}
    for parcel in parcels:
        for line in parcel.lines:
            if so_far.left_of_line(line):
                fields[f"quantity_{line.id}"] = _quantity_field(so_far.left_of_line(line))
        if for_officers and so_far.left_of_delivery(parcel):
            fields[f"delivery_{parcel.id}"] = MoneyField(
                _l("Delivery"), validators=[Optional(), NumberRange(min=0, max=so_far.left_of_delivery(parcel))]
            )
    base: type[RefundForm] = OfficerRefundForm if for_officers else RefundForm
    form_class: type[RefundForm] = type("BoundRefundForm", (base,), fields)
    form = form_class()
    if not form.request_key.data:
        form.request_key.data = str(new_id())
    return form


def amount_form() -> AmountForm:
    """The form for a sum, with a key of its own."""
    form = AmountForm(prefix="amount")
    if not form.request_key.data:
        form.request_key.data = str(new_id())
    return form


def _quantity_field(left: int) -> WholeNumberField:
    too_many = _l("From 0 to %(count)s: more was not paid, or is given back already.", count=left)
    in_range = NumberRange(min=0, max=left, message=too_many)
    return WholeNumberField(_l("Quantity"), validators=[NeededWhen(), Optional(), in_range])
