"""The form of the checkout."""

import uuid
from typing import Any

from wtforms import HiddenField
from wtforms.validators import DataRequired, Length, Optional, ValidationError

from catalog.places.fields import offer_places
from catalog.places.queries import HOME_PROVINCE, find_province_code
from core.accounts.identity import normalize_email, normalize_phone
from core.i18n import lazy_gettext as _l
from core.web.forms import REQUIRED, Form, ParagraphField, SelectField, TextField
from market.cash.forms import PaysCashMixin
from market.checkout.building import Recipient

SEPARATORS = str.maketrans("", "", " .-()")


class CheckoutForm(PaysCashMixin, Form):
    """Who gets the order and where. Communes are those of the province that was chosen last."""

    name = TextField(
        _l("Your name"),
        validators=[
            DataRequired(_l("Enter the name of whoever gets the parcel.")),
            Length(2, 120, _l("Use 2 to 120 characters.")),
        ],
    )
    phone = TextField(
        _l("Phone number"),
        validators=[
            DataRequired(_l("Enter a phone number.")),
            Length(max=30, message=_l("Use at most 30 characters.")),
        ],
    )
    province = SelectField(_l("Province or city"), validators=[DataRequired(REQUIRED)], default=HOME_PROVINCE)
    commune = SelectField(_l("Commune or ward"), validators=[DataRequired(_l("Choose a commune from the list."))])
    address = TextField(
        _l("House number, street or village"),
        validators=[
            DataRequired(_l("Enter where in the commune we find you.")),
            Length(3, 200, _l("Use 3 to 200 characters.")),
        ],
    )
    email = TextField(_l("E-mail"), validators=[Optional(), Length(max=254, message=_l("Use at most 254 characters."))])
    note = ParagraphField(
        _l("Note for the delivery"), validators=[Length(max=500, message=_l("Use at most 500 characters."))]
    )
    shown_goods_vnd = HiddenField()
    shown_promotions = HiddenField()

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """Check everything. A commune of the chosen province is on the lists, which then need not be read for it."""
        commune_code, province_code = self.commune.data or "", self.province.data or ""
        is_on_lists = province_code != "" and find_province_code(commune_code) == province_code
        if not is_on_lists:
            self.list_places()
        self.province.validate_choice = self.commune.validate_choice = not is_on_lists
        return bool(super().validate(*args, **kwargs))

    def list_places(self) -> None:
        """Read what can be chosen: before the form is shown."""
        offer_places(self.province, self.commune)

    @property
    def chosen_province(self) -> str:
        """The code of the chosen province, as far as it is one."""
        codes = {choice.value for choice in self.province.choices}
        return self.province.data if self.province.data in codes else HOME_PROVINCE

    @property
    def chosen_commune(self) -> str | None:
        """The code of the chosen commune, as far as it is one of the chosen province."""
        codes = {choice.value for choice in self.commune.choices}
        return self.commune.data if self.commune.data and self.commune.data in codes else None

    @property
    def shown_goods(self) -> int:
        """The sum of goods that the page has shown, in dong; 0 when the field was tampered with."""
        text = self.shown_goods_vnd.data or ""
        return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else 0

    @property
    def promotions_shown(self) -> frozenset[uuid.UUID]:
        """The promotions that the page has counted; none when the field was tampered with."""
        try:
            return frozenset(uuid.UUID(text) for text in (self.shown_promotions.data or "").split())
        except ValueError:
            return frozenset()

    def validate_phone(self, field: TextField) -> None:
        """A phone number that can be called from Vietnam."""
        if normalize_phone(field.data or "") is None or not _has_only_digits(field.data or ""):
            raise ValidationError(str(_l("This is no phone number. Write it like 0912 345 678.")))

    def validate_email(self, field: TextField) -> None:
        """An e-mail address, where one is given."""
        if field.data and normalize_email(field.data) is None:
            raise ValidationError(str(_l("This is no e-mail address.")))

    def recipient(self) -> Recipient:
        """What a valid form says."""
        return Recipient(
            name=self.name.data or "",
            phone=normalize_phone(self.phone.data or "") or "",
            commune_code=self.commune.data,
            address=self.address.data or "",
            email=normalize_email(self.email.data) if self.email.data else None,
            note=self.note.data,
        )


def _has_only_digits(text: str) -> bool:
    """The library also reads vanity numbers written with letters; nobody here means that."""
    bare = text.translate(SEPARATORS).removeprefix("+")
    return bare.isascii() and bare.isdigit()
