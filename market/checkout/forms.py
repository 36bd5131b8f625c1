"""The form of the checkout."""

import uuid
from typing import Any

from wtforms import HiddenField
from wtforms.validators import DataRequired, Length, Optional, ValidationError

from catalog.places.fields import offer_found_places, offer_places
from catalog.places.queries import HOME_PROVINCE, Places, ask_places, is_code
from core.accounts.identity import normalize_email, normalize_phone
from core.db import Asked
from core.errors import AppError
from core.i18n import lazy_gettext as _l
from core.web.forms import REQUIRED, Form, ParagraphField, SelectField, TextField
from market.cash.forms import PaysCashMixin
from market.checkout.building import Recipient
from market.delivery.rules import Destination

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
    shown_total_vnd = HiddenField()
    _phone = ""
    _email: str | None = None

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """Check everything. Whether a commune is one of the chosen province, is looked up when the order is placed.

        Where something else is wrong no order is placed; then it is looked up here, for all that is wrong is named.
        """
        if is_code(self.province.data or "") and is_code(self.commune.data or ""):
            self.province.validate_choice = self.commune.validate_choice = False
            if super().validate(*args, **kwargs):
                return True
        offer_places(self.province, self.commune)
        self.province.validate_choice = self.commune.validate_choice = True
        return bool(super().validate(*args, **kwargs))

    def refuse_place(self, refusal: AppError) -> None:
        """Say which of the two it is that is not on the lists, which have been read by now."""
        for field in (self.province, self.commune):
            field.validate_choice = True
            field.validate(self)
        if not self.province.errors and not self.commune.errors:
            self.commune.errors = [str(refusal.message)]

    def ask_destination(self) -> Asked[Destination]:
        """Where it is to go, as far as that is chosen; then the fields offer all that can be."""
        return ask_places(self.province.data).then(self._destination)

    def _destination(self, places: Places) -> Destination:
        offer_found_places(self.province, self.commune, places)
        return Destination(self.chosen_province, self.chosen_commune)

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
        return _dong(self.shown_goods_vnd.data) or 0

    @property
    def shown_total(self) -> int | None:
        """The total that the page has shown, in dong; None when the field is not there or was tampered with."""
        return _dong(self.shown_total_vnd.data)

    @property
    def promotions_shown(self) -> frozenset[uuid.UUID]:
        """The promotions that the page has counted; none when the field was tampered with."""
        try:
            return frozenset(uuid.UUID(text) for text in (self.shown_promotions.data or "").split())
        except ValueError:
            return frozenset()

    @property
    def phone_number(self) -> str | None:
        """The phone number as far as it is one, also where the form is not valid or was only shown."""
        return normalize_phone(self.phone.data or "")

    def validate_phone(self, field: TextField) -> None:
        """A phone number that can be called from Vietnam."""
        phone = normalize_phone(field.data or "")
        if phone is None or not _has_only_digits(field.data or ""):
            raise ValidationError(str(_l("This is no phone number. Write it like 0912 345 678.")))
        self._phone = phone

    def validate_email(self, field: TextField) -> None:
        """An e-mail address, where one is given."""
        self._email = normalize_email(field.data) if field.data else None
        if field.data and self._email is None:
            raise ValidationError(str(_l("This is no e-mail address.")))

    def recipient(self) -> Recipient:
        """What a valid form says."""
        return Recipient(
            name=self.name.data or "",
            phone=self._phone,
            commune_code=self.commune.data,
            address=self.address.data or "",
            email=self._email,
            note=self.note.data,
        )


def _dong(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 12 else None


def _has_only_digits(text: str) -> bool:
    """The library also reads vanity numbers written with letters; nobody here means that."""
    bare = text.translate(SEPARATORS).removeprefix("+")
    return bare.isascii() and bare.isdigit()
