"""Forms of the diary."""

from wtforms import DecimalField, SelectField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from catalog.places.queries import list_communes, list_provinces
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.web.forms import REQUIRED, Form, TextField, WholeNumberField
from traceability.diary.rules import MAX_AREA_M2

HOME_PROVINCE = "42"
"""Hà Tĩnh, which the site serves first; the form opens with it."""


class DegreesField(DecimalField):
    """Decimal degrees; a comma is as good as a point."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the number, or say what is expected."""
        self.data = None
        if not valuelist or not valuelist[0].strip():
            return
        try:
            super().process_formdata([valuelist[0].strip().replace(",", ".")])
        except ValueError:
            raise ValueError(_("Enter decimal degrees, for example 18.095.")) from None
        if self.data is not None and not self.data.is_finite():
            self.data = None
            raise ValueError(_("Enter decimal degrees, for example 18.095."))


class PlotForm(Form):
    """A new plot."""

    producer_id = SelectField(_l("Producer"), validators=[DataRequired(REQUIRED)])
    name = TextField(_l("Name of the plot"), validators=[InputRequired(REQUIRED), Length(max=120)])
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

    def offer_places(self) -> None:
        """Fill the two lists: all provinces, and the communes of the chosen one."""
        self.province_code.choices = [(province.code, province.name) for province in list_provinces()]
        chosen = self.province_code.data = self.province_code.data or HOME_PROVINCE
        known = chosen in dict(self.province_code.choices)
        self.commune_code.choices = [(commune.code, commune.name) for commune in list_communes(chosen)] if known else []
