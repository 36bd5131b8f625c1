"""Forms of the store, of people and of equipment."""

import re
from collections.abc import Iterable
from decimal import Decimal

from wtforms import Field, StringField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from catalog.producers.models import Producer
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.web.forms import REQUIRED, Form, SelectField, TextField, WholeNumberField
from traceability.diary.amounts import WRITTEN_UNITS, format_decimal
from traceability.diary.models import EquipmentKind
from traceability.diary.store import IngredientContent
from traceability.diary.store_models import InputKind
from traceability.forms import DayField, producer_choices
from traceability.plant_protection.models import IngredientStatus, PlantProtectionIngredient

KIND_NAMES = {
    InputKind.PLANT_PROTECTION: _l("Plant-protection product"),
    InputKind.FERTILISER: _l("Fertiliser"),
    InputKind.MATERIAL: _l("Material"),
    InputKind.FEED: _l("Feed"),
}
EQUIPMENT_NAMES = {
    EquipmentKind.SPRAYER: _l("Sprayer"),
    EquipmentKind.PUMP: _l("Pump"),
    EquipmentKind.CUTTER: _l("Cutter or saw"),
    EquipmentKind.MACHINE: _l("Machine"),
    EquipmentKind.CONTAINER: _l("Crates and containers"),
    EquipmentKind.OTHER: _l("Something else"),
}
_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,6})?", re.ASCII)


class AmountField(Field):
    """An amount with a decimal comma or point. "1.200" could be two numbers a thousand times apart: it is asked for."""

    widget = StringField.widget
    data: Decimal | None

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the number, or say what is expected."""
        self.data = None
        if not valuelist or not valuelist[0]:
            return
        bare = valuelist[0].strip().replace(" ", "").replace(",", ".")
        whole, _point, part = bare.partition(".")
        if len(part) == 3 and whole.lstrip("-") not in ("", "0"):
            raise ValueError(_("Is it thousands or a part? Write 1200, or 1,2."))
        if _NUMBER.fullmatch(bare) is None:
            raise ValueError(_("Enter a number, for example 2,5."))
        self.data = Decimal(bare)

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else format_decimal(self.data, grouped=False)


class ReceiptForm(Form):
    """What came into the store."""

    producer_id = SelectField(_l("Producer"), validators=[DataRequired(REQUIRED)])
    kind = SelectField(
        _l("What it is"),
        choices=[(str(kind), name) for kind, name in KIND_NAMES.items()],
        validators=[DataRequired(REQUIRED)],
    )
    trade_name = TextField(_l("Name on the label"), validators=[InputRequired(REQUIRED), Length(max=160)])
    ingredient = SelectField(_l("Active ingredient"), validators=[Optional()])
    content = AmountField(_l("Grams of it in a kilogram or litre"), validators=[Optional()])
    second_ingredient = SelectField(_l("Second active ingredient"), validators=[Optional()])
    second_content = AmountField(_l("Grams of the second"), validators=[Optional()])
    amount = AmountField(_l("How much"), validators=[InputRequired(REQUIRED)])
    unit = SelectField(_l("Unit"), choices=list(WRITTEN_UNITS.items()), validators=[DataRequired(REQUIRED)])
    received_on = DayField(_l("Came on"), validators=[InputRequired(REQUIRED)])
    expires_on = DayField(_l("Expires on"), validators=[Optional()])
    harvest_interval_days = WholeNumberField(
        _l("Days to wait before a harvest"),
        validators=[Optional(), NumberRange(0, 365, _l("Enter a number of days from 0 to 365."))],
    )
    batch_number = TextField(_l("Batch"), validators=[Optional(), Length(max=60)])
    supplier = TextField(_l("Bought from"), validators=[Optional(), Length(max=160)])

    def offer(self, producers: Iterable[Producer], listed: Iterable[PlantProtectionIngredient]) -> None:
        """Fill the lists. What is banned is offered too, so that whoever has some is told so."""
        self.producer_id.choices = producer_choices(producers)
        banned = _("banned")
        names = [
            (entry.code, f"{entry.name} ({banned})" if entry.status == IngredientStatus.BANNED else entry.name)
            for entry in listed
        ]
        self.ingredient.choices = [("", _("Choose")), *names]
        self.second_ingredient.choices = [("", _("None")), *names]

    def ingredients(self) -> list[IngredientContent]:
        """The active ingredients that were chosen; none for what is no plant-protection product."""
        if self.kind.data != InputKind.PLANT_PROTECTION:
            return []
        chosen = ((self.ingredient.data, self.content.data), (self.second_ingredient.data, self.second_content.data))
        return [
            IngredientContent(code, None if content is None else float(content)) for code, content in chosen if code
        ]


class ReasonForm(Form):
    """Why something is taken back."""

    reason = TextField(_l("Why"), validators=[InputRequired(REQUIRED), Length(max=300)])


class WorkerForm(Form):
    """Somebody who works on the plots."""

    producer_id = SelectField(_l("Producer"), validators=[DataRequired(REQUIRED)])
    name = TextField(_l("Name"), validators=[InputRequired(REQUIRED), Length(max=120)])
    phone = TextField(_l("Phone"), validators=[Optional(), Length(max=30)])
    trained_on = DayField(_l("Last training"), validators=[Optional()])
    left_on = DayField(_l("Left on"), validators=[Optional()])


class EquipmentForm(Form):
    """Something the farm works with."""

    producer_id = SelectField(_l("Producer"), validators=[DataRequired(REQUIRED)])
    name = TextField(_l("Name"), validators=[InputRequired(REQUIRED), Length(max=120)])
    kind = SelectField(
        _l("What it is"),
        choices=[(str(kind), name) for kind, name in EQUIPMENT_NAMES.items()],
        validators=[DataRequired(REQUIRED)],
    )
    serviced_on = DayField(_l("Last checked or cleaned through"), validators=[Optional()])
    retired_on = DayField(_l("Not used since"), validators=[Optional()])
