"""Forms of packing houses and their codes."""

from wtforms.validators import DataRequired, InputRequired, Length, Optional

from catalog.places.fields import offer_places
from catalog.places.queries import HOME_PROVINCE
from core.i18n import lazy_gettext as _l
from core.web.forms import REQUIRED, Form, SelectField, TextField
from traceability.attestations.markets import MARKETS
from traceability.attestations.packing_houses.models import CodeStatus
from traceability.attestations.packing_houses.usecases import CodeValues
from traceability.forms import DayField

CODE_STATUS_NAMES = {
    CodeStatus.ACTIVE: _l("In force"),
    CodeStatus.SUSPENDED: _l("Suspended"),
    CodeStatus.REVOKED: _l("Revoked"),
}


class PackingHouseForm(Form):
    """A new packing house."""

    producer_id = SelectField(_l("Producer"), validators=[DataRequired(REQUIRED)])
    name = TextField(_l("Name of the packing house"), validators=[InputRequired(REQUIRED), Length(max=120)])
    province_code = SelectField(_l("Province"), validators=[DataRequired(REQUIRED)])
    commune_code = SelectField(_l("Commune or ward"), validators=[DataRequired(REQUIRED)])

    def offer_places(self) -> None:
        """Fill the two lists: all provinces, and the communes of the chosen one."""
        self.province_code.data = self.province_code.data or HOME_PROVINCE
        offer_places(self.province_code, self.commune_code, nothing=None)


class CodeForm(Form):
    """A code for one market."""

    market = SelectField(
        _l("Country of destination"), choices=list(MARKETS.items()), validators=[DataRequired(REQUIRED)]
    )
    code = TextField(_l("Packing house code"), validators=[InputRequired(REQUIRED), Length(max=60)])
    issuer = TextField(_l("Issued by"), validators=[InputRequired(REQUIRED), Length(max=160)])
    valid_from = DayField(_l("Valid from"), validators=[InputRequired(REQUIRED)])
    valid_until = DayField(_l("Valid until"), validators=[Optional()])

    def values(self) -> CodeValues:
        """What was entered; only after validation."""
        assert self.valid_from.data is not None
        return CodeValues(
            code=self.code.data or "",
            issuer=self.issuer.data or "",
            market=self.market.data,
            valid_from=self.valid_from.data,
            valid_until=self.valid_until.data,
        )


class CodeStatusForm(Form):
    """What the issuer says of a code now."""

    status = SelectField(
        _l("Status"),
        choices=[(str(status), name) for status, name in CODE_STATUS_NAMES.items()],
        validators=[DataRequired(REQUIRED)],
    )
