"""The form of a new voucher or campaign."""

import uuid

from wtforms.validators import DataRequired, InputRequired, Length, Optional, Regexp

from core.i18n import lazy_gettext as _l
from core.web.forms import REQUIRED, Form, MoneyField, RadioField, SelectField, TextField, WholeNumberField
from core.web.needs import NeededWhen
from market.promotions.models import PromotionKind, Stacking
from market.promotions.rules import normalize_code
from market.promotions.usecases import PromotionValues
from traceability.sensors.forms import MomentField

KIND_NAMES = {
    PromotionKind.PERCENTAGE: _l("Per cent off"),
    PromotionKind.AMOUNT: _l("An amount off"),
    PromotionKind.FREE_DELIVERY: _l("Free delivery"),
}
STACKING_NAMES = {
    Stacking.TOGETHER: _l("It adds to other promotions"),
    Stacking.ALONE: _l("It stands alone; the buyer gets whichever gives more"),
}


class CodeField(TextField):
    """A voucher's code: capitals and digits, whatever was put between."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the code as it is kept."""
        super().process_formdata(valuelist)
        self.data = normalize_code(self.data) or None if self.data else None


class PromotionForm(Form):
    """A promotion; without a code it applies by itself."""

    producer = SelectField(_l("For the goods of"), validators=[NeededWhen(), Optional()])
    name_vi = TextField(_l("Name in Vietnamese"), validators=[DataRequired(REQUIRED), Length(max=80)])
    name_en = TextField(_l("Name in English"), validators=[Optional(), Length(max=80)])
    kind = RadioField(
        _l("What it gives"),
        choices=[(str(kind), name) for kind, name in KIND_NAMES.items()],
        validators=[DataRequired(REQUIRED)],
        default=str(PromotionKind.PERCENTAGE),
    )
    percent = WholeNumberField(_l("How many per cent"), validators=[NeededWhen(_l("for per cent off")), Optional()])
    amount_vnd = MoneyField(_l("How much"), validators=[NeededWhen(_l("for an amount off")), Optional()])
    max_discount_vnd = MoneyField(_l("At most in one order"), validators=[Optional()])
    code = CodeField(
        _l("Voucher code"),
        validators=[
            Optional(),
            Regexp(r"[A-Z0-9]{4,20}\Z", message=_l("Use 4 to 20 letters without marks, and digits.")),
        ],
    )
    minimum_spend_vnd = MoneyField(_l("From goods worth"), validators=[Optional()])
    budget_vnd = MoneyField(_l("Budget"), validators=[Optional()])
    max_uses = WholeNumberField(_l("Orders in all"), validators=[Optional()])
    max_uses_per_person = WholeNumberField(_l("Orders of one person"), validators=[Optional()])
    stacking = RadioField(
        _l("Beside other promotions"),
        choices=[(str(stacking), name) for stacking, name in STACKING_NAMES.items()],
        validators=[DataRequired(REQUIRED)],
        default=str(Stacking.TOGETHER),
    )
    starts_at = MomentField(_l("From"), validators=[InputRequired(REQUIRED)])
    ends_at = MomentField(_l("Until"), validators=[InputRequired(REQUIRED)])

    def values(self) -> PromotionValues:
        """What the valid form says."""
        assert self.starts_at.data and self.ends_at.data
        return PromotionValues(
            name_vi=self.name_vi.data or "",
            name_en=self.name_en.data or "",
            kind=PromotionKind(self.kind.data),
            starts_at=self.starts_at.data,
            ends_at=self.ends_at.data,
            producer_id=uuid.UUID(self.producer.data) if self.producer.data else None,
            code=self.code.data,
            percent=self.percent.data,
            amount_vnd=self.amount_vnd.data,
            max_discount_vnd=self.max_discount_vnd.data,
            minimum_spend_vnd=self.minimum_spend_vnd.data or 0,
            budget_vnd=self.budget_vnd.data,
            max_uses=self.max_uses.data,
            max_uses_per_person=self.max_uses_per_person.data,
            stacking=Stacking(self.stacking.data),
        )
