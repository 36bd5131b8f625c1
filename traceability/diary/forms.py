"""Forms of plots and of the officers' page."""

from collections.abc import Iterable
from typing import Any

from wtforms import DecimalField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from catalog.places.fields import offer_places
from catalog.places.queries import HOME_PROVINCE
from catalog.producers.models import Producer
from core.i18n import current_locale, fold
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.web.forms import REQUIRED, Form, ParagraphField, SelectField, TextField, WholeNumberField
from traceability.diary.calendars import calendars
from traceability.diary.models import PlantingAreaCodeStatus, Plot
from traceability.diary.rules import MAX_AREA_M2, MAX_TREES
from traceability.diary.shapes import MAX_TEXT, read_shape
from traceability.diary.usecases import PlotFacts
from traceability.forms import DayField, producer_choices

CODE_STATUS_NAMES = {
    PlantingAreaCodeStatus.ACTIVE: _l("in force"),
    PlantingAreaCodeStatus.SUSPENDED: _l("suspended"),
    PlantingAreaCodeStatus.REVOKED: _l("revoked"),
}
MARKET_NAMES = {
    "VN": _l("Vietnam"),
    "CN": _l("China"),
    "EU": _l("European Union"),
    "US": _l("United States"),
    "JP": _l("Japan"),
    "KR": _l("South Korea"),
    "AU": _l("Australia"),
    "NZ": _l("New Zealand"),
    "TH": _l("Thailand"),
}
"""The markets that authorities give planting-area codes for, as the forms offer them."""


class DegreesField(DecimalField):
    """Decimal degrees; a comma is as good as a point."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the number, or say what is expected."""
        self.data = None
        if not valuelist or not valuelist[0]:
            return
        try:
            super().process_formdata([valuelist[0].strip().replace(",", ".")])
        except ValueError:
            raise ValueError(_("Enter decimal degrees, for example 18.095.")) from None
        if self.data is not None and not self.data.is_finite():
            self.data = None
            raise ValueError(_("Enter decimal degrees, for example 18.095."))


class PlotForm(Form):
    """What is said of a plot."""

    producer_id = SelectField(_l("Producer"), validators=[DataRequired(REQUIRED)])
    name = TextField(_l("Name of the plot"), validators=[InputRequired(REQUIRED), Length(max=120)])
    crop = SelectField(_l("What grows there"), validators=[Optional()])
    planting_year = WholeNumberField(_l("Year of planting"), validators=[Optional()])
    planted_on = DayField(_l("Day of planting"), validators=[Optional()])
    tree_count = WholeNumberField(
        _l("Number of trees"),
        validators=[
            Optional(),
            NumberRange(1, MAX_TREES, _l("Enter how many trees stand there, from 1 to 10,000,000.")),
        ],
    )
    province_code = SelectField(_l("Province"), validators=[DataRequired(REQUIRED)])
    commune_code = SelectField(_l("Commune or ward"), validators=[DataRequired(REQUIRED)])
    area_m2 = WholeNumberField(
        _l("Area"),
        validators=[
            InputRequired(REQUIRED),
            NumberRange(1, MAX_AREA_M2, _l("Enter an area from 1 to 100,000,000 square metres.")),
        ],
    )
    planting_area_code = TextField(_l("Planting area code"), validators=[Optional(), Length(max=60)])
    latitude = DegreesField(_l("Latitude"), places=None, validators=[Optional()])
    longitude = DegreesField(_l("Longitude"), places=None, validators=[Optional()])
    shape = ParagraphField(_l("Shape of the plot"), validators=[Optional(), Length(max=MAX_TEXT)])

    def offer(self, producers: Iterable[Producer]) -> None:
        """Fill the lists: producers, crops by name, all provinces and the communes of the chosen one."""
        self.producer_id.choices = producer_choices(producers)
        locale = current_locale()
        crops = sorted(calendars().values(), key=lambda crop: fold(crop.name(locale)))
        self.crop.choices = [("", _("Not said yet")), *((crop.code, crop.name(locale)) for crop in crops)]
        self.province_code.data = self.province_code.data or HOME_PROVINCE
        offer_places(self.province_code, self.commune_code, nothing=None)

    def show(self, plot: Plot) -> None:
        """Fill in what is known of `plot`."""
        self.producer_id.data = str(plot.producer_id)
        self.province_code.data = plot.commune.province_code
        self.commune_code.data = plot.commune_code
        for name in ("name", "planting_year", "tree_count", "area_m2", "latitude", "longitude"):
            self[name].data = getattr(plot, name)
        self.planted_on.process_data(plot.planted_on)
        self.crop.data = plot.crop or ""
        self.shape.data = "" if plot.shape is None else written_shape(plot.shape)

    def facts(self) -> PlotFacts:
        """What was typed; raises Invalid for a shape that is none."""
        assert isinstance(self.area_m2.data, int)
        return PlotFacts(
            name=self.name.data or "",
            commune_code=self.commune_code.data,
            area_m2=self.area_m2.data,
            crop=self.crop.data or None,
            planting_year=self.planting_year.data,
            planted_on=self.planted_on.data,
            tree_count=self.tree_count.data,
            latitude=None if self.latitude.data is None else float(self.latitude.data),
            longitude=None if self.longitude.data is None else float(self.longitude.data),
            shape=read_shape(self.shape.data),
        )


def written_shape(shape: dict[str, Any]) -> str:
    """A kept shape as people write it: a corner a line, latitude first."""
    return "\n".join(f"{latitude:.7f}, {longitude:.7f}" for longitude, latitude in shape["coordinates"][0][:-1])


class PlantingAreaCodeForm(Form):
    """A code that an authority gave a plot."""

    code = TextField(_l("Code"), validators=[InputRequired(REQUIRED), Length(max=60)])
    issuer = TextField(_l("Given by"), validators=[Optional(), Length(max=160)])
    market = SelectField(_l("For which market"), validators=[Optional()])
    valid_from = DayField(_l("Valid from"), validators=[Optional()])
    valid_until = DayField(_l("Valid until"), validators=[Optional()])

    def offer(self) -> None:
        """Fill the list of markets."""
        self.market.choices = [("", _("Not said")), *MARKET_NAMES.items()]


class PlantingAreaCodeChangeForm(Form):
    """What an authority said later of a code."""

    status = SelectField(
        _l("Status"),
        choices=[(str(status), name) for status, name in CODE_STATUS_NAMES.items()],
        validators=[DataRequired(REQUIRED)],
    )
    valid_until = DayField(_l("Valid until"), validators=[Optional()])


class FindPlotForm(Form):
    """Which plot an officer looks at."""

    class Meta(Form.Meta):
        """A search changes nothing, so it needs no token."""

        csrf = False

    gln = TextField(_l("Location trace code of the plot"), validators=[Optional(), Length(max=20)])


class OverrideForm(Form):
    """An officer's permission to harvest inside a pre-harvest interval."""

    valid_from = DayField(_l("First day"), validators=[InputRequired(REQUIRED)])
    valid_until = DayField(_l("Last day"), validators=[InputRequired(REQUIRED)])
    reason = ParagraphField(_l("Reason"), validators=[InputRequired(REQUIRED), Length(min=10, max=1000)])
    signed_name = TextField(_l("Your name, as your signature"), validators=[InputRequired(REQUIRED), Length(max=120)])
