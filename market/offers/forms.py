"""The form with which producers describe a product and say how it is sold."""

import uuid
from collections.abc import Sequence
from typing import Any

from flask_wtf.file import FileField
from wtforms import FieldList, FormField, HiddenField
from wtforms.validators import AnyOf, InputRequired, Length, NumberRange, Optional, Regexp, ValidationError

from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.web.forms import REQUIRED, Form, MoneyField, ParagraphField, RowForm, SelectField, TextField, WholeNumberField
from market.offers.errors import OffersRefused
from market.offers.models import SaleUnit
from market.offers.rules import OfferValues
from market.offers.shown import ShownOffer
from market.offers.units import UNIT_NAMES

OFFER_ROWS = 3
MOST_OFFER_ROWS = 30
HA_TINH = "42"
STANDARDS_LIMIT = 10
STAGES_LIMIT = 15
STARS = ("3", "4", "5")


class OfferRowForm(RowForm):
    """One row: a unit with its price, content and stock. A row in which nothing was typed is ignored.

    The variant is asked for where the product has any. `shown` is what the row said before anything was typed.
    """

    variant = SelectField(_l("Grade or size"), validators=[Optional()], choices=[("", "")])
    unit = SelectField(_l("Sold by"), validators=[Optional()], validate_choice=True)
    price_vnd = MoneyField(_l("Price"), validators=[Optional()])
    content_quantity = WholeNumberField(_l("Contains"), validators=[Optional()])
    on_hand = WholeNumberField(_l("In stock"), validators=[Optional()])
    shown = HiddenField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.unit.choices = [("", "–"), *((unit.value, name) for unit, name in UNIT_NAMES.items())]

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed; variant and content alone say nothing, since they are filled in beforehand."""
        return not any(field.raw_data and field.raw_data[0] for field in (self.unit, self.price_vnd, self.on_hand))

    def validate(self, extra_validators: Any = None) -> bool:
        """A row that was begun needs its unit, price and stock."""
        valid = bool(super().validate(extra_validators))
        if self.is_empty:
            return valid
        for field in (self.unit, self.price_vnd, self.on_hand):
            if not field.errors and field.data in (None, ""):
                field.errors = [*field.errors, str(REQUIRED)]
                valid = False
        return valid

    def values(self) -> OfferValues:
        """The row as values; only after it was found valid."""
        return OfferValues(
            unit=SaleUnit(self.unit.data),
            price_vnd=self.price_vnd.data or 0,
            content_quantity=1 if self.content_quantity.data is None else self.content_quantity.data,
            on_hand=self.on_hand.data or 0,
            variant_id=uuid.UUID(self.variant.data) if self.variant.data else None,
            shown=ShownOffer.read(self.shown.data),
        )


class ProductForm(Form):
    """A product and its offers, on one page."""

    producer = SelectField(_l("Producer"), validators=[InputRequired(REQUIRED)])
    name_vi = TextField(_l("Name in Vietnamese"), validators=[InputRequired(REQUIRED), Length(max=120)])
    name_en = TextField(_l("Name in English"), validators=[Optional(), Length(max=120)])
    category = SelectField(_l("Kind of product"), validators=[InputRequired(REQUIRED)])
    province = SelectField(_l("Province"), validators=[InputRequired(REQUIRED)], default=HA_TINH)
    commune = SelectField(_l("Commune of origin"), validators=[InputRequired(REQUIRED)])
    description_vi = ParagraphField(_l("Description in Vietnamese"), validators=[Optional(), Length(max=2000)])
    description_en = ParagraphField(_l("Description in English"), validators=[Optional(), Length(max=2000)])
    ocop_stars = SelectField(_l("OCOP stars"), validators=[Optional(), AnyOf(STARS)])
    geographical_indication = TextField(_l("Geographical indication"), validators=[Optional(), Length(max=120)])
    brand = TextField(_l("Brand"), validators=[Optional(), Length(max=120)])
    standards = TextField(_l("Standards"), validators=[Optional(), Length(max=800)])
    stages = ParagraphField(_l("Stages of growing or making"), validators=[Optional(), Length(max=1200)])
    storage = TextField(_l("How to keep it"), validators=[Optional(), Length(max=200)])
    shelf_life_days = WholeNumberField(
        _l("Shelf life"), validators=[Optional(), NumberRange(0, 3650, _l("A number of days from 0 to 3650."))]
    )
    photo = FileField(_l("Photo"))
    stored_photo = HiddenField(validators=[Optional(), Regexp(r"photos/[0-9a-f]{40}\Z")])
    offers = FieldList(FormField(OfferRowForm), min_entries=OFFER_ROWS, max_entries=MOST_OFFER_ROWS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ocop_stars.choices = [("", _("No stars")), *((stars, f"{stars} ★") for stars in STARS)]

        self.offers_message = ""
        self._refused: dict[str, str] = {}

    def let_choose(self, variants: Sequence[tuple[str, str]]) -> None:
        """Let each row choose one of these variants, by value and name."""
        for entry in self.offers:
            entry.form.variant.choices = variants

    def validate(self, extra_validators: Any = None) -> bool:
        """The fields, what was refused before (the photo), and that there is one offer at least."""
        valid = bool(super().validate(extra_validators))
        for name, message in self._refused.items():
            self.refuse(name, message)
        if not self.offer_rows():
            self.offers_message = _("Say at least one way to sell it: a unit, a price and the stock.")
        return valid and not self._refused and not self.offers_message

    def refuse(self, name: str | None, message: str) -> None:
        """Show `message` at the field `name`, or above the form when there is no such field."""
        if name is None or name not in self._fields:
            self.form_errors.append(message)
            return
        self._refused[name] = message
        field = self[name]
        if message not in field.errors:
            field.errors = [*field.errors, message]

    def refuse_rows(self, refused: OffersRefused) -> None:
        """Show what is wrong with rows; their positions count only those in which something was typed."""
        self.offers_message = str(refused.message)
        typed = self.offer_rows()
        for position, messages in refused.rows.items():
            for name, text in messages.items():
                field = typed[position][1][name]
                field.errors = [*field.errors, str(text)]
        for position, shown in refused.shown.items():
            typed[position][1].shown.data = str(shown)

    def offer_rows(self) -> list[tuple[int, OfferRowForm]]:
        """The rows in which something was typed, with their positions."""
        return [(position, entry.form) for position, entry in enumerate(self.offers) if not entry.form.is_empty]

    @staticmethod
    def list_of(text: str | None, separator: str) -> list[str]:
        """The parts of `text`, without empty ones and repetitions, in order."""
        parts = (part.strip() for part in (text or "").split(separator))
        return list(dict.fromkeys(part for part in parts if part))

    def validate_standards(self, field: Any) -> None:
        """Few and short enough for a label."""
        _check_list(self.list_of(field.data, ","), STANDARDS_LIMIT)

    def validate_stages(self, field: Any) -> None:
        """Few and short enough for a list."""
        _check_list(self.list_of(field.data, "\n"), STAGES_LIMIT)


def _check_list(parts: list[str], limit: int) -> None:
    if len(parts) > limit:
        raise ValidationError(_("At most %(limit)s entries.", limit=limit))
    if any(len(part) > 80 for part in parts):
        raise ValidationError(_("Each entry may have 80 characters."))
