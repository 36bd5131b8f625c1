"""Forms of sensors."""

from datetime import UTC, datetime
from typing import Any

from wtforms import BooleanField, DecimalField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from core.i18n import LOCAL_TIME_ZONE
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.web.forms import REQUIRED, Form, SelectField, TextField, WholeNumberField
from traceability.sensors.models import Measure, SensorDevice
from traceability.sensors.usecases import WantedRange


class NumberField(DecimalField):
    """A number with a few decimals; a comma is as good as a point, and what was typed stays in the field."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the number, or say what is expected."""
        self.data = None
        if not valuelist or not valuelist[0]:
            return
        try:
            super().process_formdata([valuelist[0].strip().replace("−", "-").replace(",", ".")])
        except ValueError:
            raise ValueError(_("Enter a number, for example 4.5.")) from None
        if self.data is not None and not self.data.is_finite():
            self.data = None
            raise ValueError(_("Enter a number, for example 4.5."))

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else f"{self.data:g}"


class MomentField(StringField):
    """A day and time on clocks in Vietnam, as browsers send it; empty is None."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the time, or say what is expected."""
        self.data: datetime | None = None
        if not valuelist or not valuelist[0]:
            return
        try:
            moment = datetime.fromisoformat(valuelist[0].strip())
            self.data = moment.replace(tzinfo=LOCAL_TIME_ZONE).astimezone(UTC)
        except (ValueError, OverflowError):
            raise ValueError(_("Enter a day and a time, for example 2026-09-15T07:30.")) from None

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else ""


class DeviceForm(Form):
    """A device: what it is, what it measures, and what is good for the goods beside it."""

    producer_id = SelectField(_l("Producer"), validators=[DataRequired(REQUIRED)])
    name = TextField(_l("Name of the sensor"), validators=[InputRequired(REQUIRED), Length(max=80)])
    serial = TextField(_l("Number on the device"), validators=[Optional(), Length(max=60)])
    temperature = BooleanField(_l("It measures temperature"))
    temperature_minimum = NumberField(_l("Lowest good temperature"), places=None, validators=[Optional()])
    temperature_maximum = NumberField(_l("Highest good temperature"), places=None, validators=[Optional()])
    temperature_minutes = WholeNumberField(_l("Alarm after"), validators=[Optional()])
    humidity = BooleanField(_l("It measures humidity"))
    humidity_minimum = NumberField(_l("Lowest good humidity"), places=None, validators=[Optional()])
    humidity_maximum = NumberField(_l("Highest good humidity"), places=None, validators=[Optional()])
    humidity_minutes = WholeNumberField(_l("Alarm after"), validators=[Optional()])

    def fill(self, device: SensorDevice) -> None:
        """Show `device` as it is."""
        self.name.data, self.serial.data = device.name, device.serial
        for item in device.ranges:
            self[item.measure].data = True
            self[f"{item.measure}_minimum"].data = item.minimum
            self[f"{item.measure}_maximum"].data = item.maximum
            self[f"{item.measure}_minutes"].data = item.minutes_allowed

    def ranges(self) -> dict[Measure, WantedRange]:
        """What was asked for, by measure."""
        return {measure: self._range(measure) for measure in Measure if self[measure].data}

    def _range(self, measure: Measure) -> WantedRange:
        minimum, maximum = (self[f"{measure}_{side}"].data for side in ("minimum", "maximum"))
        return WantedRange(
            None if minimum is None else float(minimum),
            None if maximum is None else float(maximum),
            self[f"{measure}_minutes"].data or 0,
        )


class AttachForm(Form):
    """What a device stands beside from now on, or since a while ago."""

    lot_id = SelectField(_l("Lot"), validators=[Optional()])
    sscc = TextField(_l("Or a crate or parcel (SSCC, 18 digits)"), validators=[Optional(), Length(max=40)])
    attached_from = MomentField(_l("Since"), validators=[Optional()])


class ConfirmForm(Form):
    """Nothing but the proof that the request was meant."""


def add_defaults(form: Any) -> None:
    """What suits a cold box of fruit: 2 to 8 °C, half an hour for opening it."""
    form.temperature.data = True
    form.temperature_minimum.data, form.temperature_maximum.data = 2.0, 8.0
    form.temperature_minutes.data = form.humidity_minutes.data = 30
