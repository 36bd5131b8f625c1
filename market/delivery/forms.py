"""The forms in which producers say how their parcels reach their buyers."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from wtforms import BooleanField, Field, FieldList, FormField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from catalog.places.fields import offer_places
from catalog.places.queries import HOME_PROVINCE, list_provinces
from core.i18n import lazy_gettext as _l
from core.web.forms import (
    REQUIRED,
    Form,
    MoneyField,
    ParagraphField,
    RadioField,
    RowForm,
    SelectField,
    TextField,
    WholeNumberField,
)
from core.web.needs import NeededWhen
from market.delivery.errors import DeliveryRefused
from market.delivery.models import Carrier, DeliveryMethod, DeliverySlot, DeliveryZone, MethodKind
from market.delivery.site_courier import SiteFees
from market.delivery.values import MOST_ROWS, MethodValues, RateValues, WindowValues, ZoneValues
from market.delivery.words import CARRIER_NAMES, KIND_NAMES, WEEKDAY_NAMES
from traceability.forms import TickList
from traceability.lots.forms import KilogramsField

FREE_ROWS = 3


class _WholeRowForm(RowForm):
    """A row that is ignored when nothing was typed in it, and needs all its fields once it was begun."""

    def validate(self, extra_validators: Any = None) -> bool:
        """A row that was begun needs all its fields."""
        valid = bool(super().validate(extra_validators))
        for field in self:
            if not self.is_empty and not field.errors and field.data in (None, "", []):
                field.errors = [*field.errors, str(REQUIRED)]
                valid = False
        return valid


class _RowsForm(Form):
    """A form with rows, which shows what was refused beside the fields it is about."""

    def typed_rows(self) -> list[Any]:
        """The rows in which something was typed."""
        return [entry.form for entry in self["rows"] if not entry.form.is_empty]

    def show(self, refusal: DeliveryRefused) -> None:
        """Put what was refused beside its field."""
        show_fields(self, refusal.fields)
        if refusal.rows:
            self.form_errors.append(str(_l("Please check the rows that are marked below.")))
        for position, messages in refusal.rows.items():
            show_fields(self.typed_rows()[position], messages)


def show_fields(form: Form, messages: Mapping[str, object]) -> None:
    """Put messages beside the fields they are about, others on top of the form."""
    for name, message in messages.items():
        field: Field | None = form._fields.get(name)
        if field is None or isinstance(field, FieldList):
            form.form_errors.append(str(message))
        else:
            field.errors = [*field.errors, str(message)]


class MethodForm(Form):
    """A delivery method. Producer and kind are chosen once; address, commune and hours are a pick-up point's."""

    producer = SelectField(_l("Producer"), validators=[DataRequired(REQUIRED)])
    kind = RadioField(
        _l("How it arrives"),
        choices=[(str(kind), name) for kind, name in KIND_NAMES.items()],
        validators=[DataRequired(REQUIRED)],
        default=str(MethodKind.COURIER),
    )
    name = TextField(_l("Name of the method"), validators=[DataRequired(REQUIRED), Length(max=80)])
    carrier = RadioField(
        _l("Who delivers"),
        choices=[(str(carrier), name) for carrier, name in CARRIER_NAMES.items()],
        validators=[DataRequired(REQUIRED)],
        default=str(Carrier.PRODUCER),
    )
    free_from_vnd = MoneyField(_l("Free from goods worth"), validators=[Optional()])
    address = TextField(_l("House number, street or village"), validators=[NeededWhen(), Optional(), Length(max=200)])
    province = SelectField(_l("Province or city"), validators=[NeededWhen(), Optional()], default=HOME_PROVINCE)
    commune = SelectField(_l("Commune or ward"), validators=[NeededWhen(), Optional()])
    opening_hours = TextField(_l("Opening hours"), validators=[NeededWhen(), Optional(), Length(max=200)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_places(self.province, self.commune)

    def keep_kind(self, method: DeliveryMethod) -> None:
        """Let producer and kind be what they are."""
        del self.producer
        self.kind.data = str(method.kind)
        self.kind.validators = []
        self.kind.validate_choice = False
        if method.kind == MethodKind.PICK_UP:
            self.carrier.validators = []

    def values(self) -> MethodValues:
        """What the valid form says."""
        return MethodValues(
            kind=MethodKind(self.kind.data),
            name=self.name.data or "",
            carrier=Carrier(self.carrier.data),
            free_from_vnd=self.free_from_vnd.data,
            address=self.address.data,
            commune_code=self.commune.data or None,
            opening_hours=self.opening_hours.data,
        )


class SiteCourierForm(Form):
    """Whose method the site's courier is to become."""

    producer = SelectField(_l("Producer"), validators=[DataRequired(REQUIRED)])


class RateRowForm(_WholeRowForm):
    """Up to so many kilograms, so much."""

    up_to_grams = KilogramsField(_l("Up to"), validators=[NeededWhen(), Optional()])
    fee_vnd = MoneyField(_l("Fee of the parcel"), validators=[NeededWhen(), Optional()])


class ZoneForm(_RowsForm):
    """A zone: its places, and what parcels cost there by weight."""

    name = TextField(_l("Name of the zone"), validators=[DataRequired(REQUIRED), Length(max=80)])
    communes = ParagraphField(_l("Communes"), validators=[Optional(), Length(max=8_000)])
    provinces = TickList(_l("Whole provinces"), validators=[Optional()])
    is_elsewhere = BooleanField(_l("And everywhere that no other zone names"))
    rows = FieldList(FormField(RateRowForm), min_entries=FREE_ROWS, max_entries=MOST_ROWS)
    extra_kg_vnd = MoneyField(_l("Each further kilogram"), validators=[Optional()])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.provinces.choices = [(province.code, province.name) for province in list_provinces()]

    def values(self) -> ZoneValues:
        """What the valid form says."""
        lines = (line.strip() for line in (self.communes.data or "").splitlines())
        return ZoneValues(
            name=self.name.data or "",
            provinces=self.provinces.data or [],
            communes=[line for line in lines if line],
            is_elsewhere=bool(self.is_elsewhere.data),
            rates=[RateValues(row.up_to_grams.data or 0, row.fee_vnd.data or 0) for row in self.typed_rows()],
            extra_kg_vnd=self.extra_kg_vnd.data,
        )


class WindowRowForm(_WholeRowForm):
    """A time of the week."""

    weekdays = TickList(
        _l("Days"), choices=[(str(day), name) for day, name in WEEKDAY_NAMES.items()], validators=[Optional()]
    )
    from_hour = WholeNumberField(_l("From hour"), validators=[NeededWhen(), Optional()])
    until_hour = WholeNumberField(_l("Until hour"), validators=[NeededWhen(), Optional()])
    capacity = WholeNumberField(_l("Parcels a day"), validators=[NeededWhen(), Optional()])
    cutoff_hours = WholeNumberField(_l("Ordered before"), validators=[NeededWhen(), Optional()])


class WindowsForm(_RowsForm):
    """All times of a method."""

    rows = FieldList(FormField(WindowRowForm), min_entries=FREE_ROWS, max_entries=MOST_ROWS)

    def values(self) -> list[WindowValues]:
        """What the valid form says."""
        return [
            WindowValues(
                frozenset(int(day) for day in row.weekdays.data or []),
                row.from_hour.data,
                row.until_hour.data,
                row.capacity.data,
                row.cutoff_hours.data,
            )
            for row in self.typed_rows()
        ]


def initial_method(method: DeliveryMethod) -> dict[str, Any]:
    """What the form shows of a method at first."""
    return {
        "kind": str(method.kind),
        "name": method.name,
        "carrier": str(method.carrier),
        "free_from_vnd": method.free_from_vnd,
        "address": method.address,
        "province": method.commune.province_code if method.commune is not None else HOME_PROVINCE,
        "commune": method.commune_code or "",
        "opening_hours": method.opening_hours,
    }


def initial_zone(zone: DeliveryZone) -> dict[str, Any]:
    """What the form shows of a zone at first."""
    communes = [place.commune for place in zone.places if place.commune is not None]
    rates = [{"up_to_grams": rate.up_to_grams, "fee_vnd": rate.fee_vnd} for rate in zone.rates]
    return {
        "name": zone.name,
        "communes": "\n".join(f"{commune.name}, {commune.province.name}" for commune in communes),
        "provinces": [place.province_code for place in zone.places if place.province_code],
        "is_elsewhere": zone.is_elsewhere,
        "rows": _with_free_rows(rates),
        "extra_kg_vnd": zone.extra_kg_vnd,
    }


def initial_windows(slots: Iterable[DeliverySlot]) -> dict[str, Any]:
    """What the form shows of times at first: days with the same time stand in one row."""
    rows: dict[tuple[int, int, int, int], list[str]] = {}
    for slot in slots:
        key = (slot.from_hour, slot.until_hour, slot.capacity, slot.cutoff_hours)
        rows.setdefault(key, []).append(str(slot.weekday))
    names = ("from_hour", "until_hour", "capacity", "cutoff_hours")
    return {
        "rows": _with_free_rows(
            [{"weekdays": days, **dict(zip(names, key, strict=True))} for key, days in sorted(rows.items())]
        )
    }


def _with_free_rows(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    free = min(MOST_ROWS - len(rows), max(1, FREE_ROWS - len(rows)))
    return [*rows, *({} for _row in range(max(free, 0)))]


def chosen_producer(form: MethodForm | SiteCourierForm) -> uuid.UUID:
    """The producer that a valid form names."""
    return uuid.UUID(form.producer.data)


class SiteFeesForm(Form):
    """What the site's courier costs."""

    same_province_vnd = MoneyField(_l("Within a province"), validators=[InputRequired(REQUIRED)])
    other_province_vnd = MoneyField(_l("To another province"), validators=[InputRequired(REQUIRED)])

    def values(self) -> SiteFees:
        """What was typed, once it is valid."""
        return SiteFees(self.same_province_vnd.data or 0, self.other_province_vnd.data or 0)
