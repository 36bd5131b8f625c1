"""Forms of dossiers."""

import uuid

from wtforms.validators import DataRequired, InputRequired, Length, Optional

from core.i18n import lazy_gettext as _l
from core.web.forms import REQUIRED, Form, ParagraphField, SelectField, TextField
from traceability.attestations.markets import MARKETS
from traceability.dossiers.usecases import LONGEST_REASON, DossierValues
from traceability.forms import DayField
from traceability.lots.forms import KilogramsField


class DossierForm(Form):
    """The head of a dossier."""

    buyer = TextField(_l("Buyer"), validators=[InputRequired(REQUIRED), Length(max=200)])
    market = SelectField(
        _l("Country of destination"), choices=list(MARKETS.items()), validators=[DataRequired(REQUIRED)]
    )
    shipped_on = DayField(_l("Day of shipping"), validators=[InputRequired(REQUIRED)])
    packing_house_id = SelectField(_l("Packing house"), validators=[Optional()])
    locale = SelectField(
        _l("Language of the document"),
        choices=[("en", _l("English")), ("vi", _l("Vietnamese"))],
        validators=[DataRequired(REQUIRED)],
    )

    def values(self) -> DossierValues:
        """What was entered; only after validation."""
        assert self.shipped_on.data is not None
        return DossierValues(
            buyer=self.buyer.data or "",
            market=self.market.data,
            shipped_on=self.shipped_on.data,
            locale=self.locale.data,
            packing_house_id=uuid.UUID(self.packing_house_id.data) if self.packing_house_id.data else None,
        )


class NewDossierForm(DossierForm):
    """A new dossier, and whose it is."""

    producer_id = SelectField(_l("Producer"), validators=[DataRequired(REQUIRED)])


class LineForm(Form):
    """A line of the packing list; the weight in kilograms with up to three decimals."""

    lot_id = SelectField(_l("Lot"), validators=[DataRequired(REQUIRED)])
    weight = KilogramsField(_l("Net weight"), validators=[InputRequired(REQUIRED)])
    sscc = TextField(_l("Crate or pallet (SSCC)"), validators=[Optional(), Length(max=40)])


class ShipmentForm(Form):
    """A shipment to take the packing list from."""

    shipment_id = SelectField(_l("Shipment"), validators=[DataRequired(REQUIRED)])


class WithdrawalForm(Form):
    """Why an issued dossier no longer stands."""

    reason = ParagraphField(
        _l("Why it no longer stands"), validators=[InputRequired(REQUIRED), Length(max=LONGEST_REASON)]
    )


class CheckForm(Form):
    """The number of a dossier that somebody holds."""

    number = TextField(_l("Number of the dossier"), validators=[InputRequired(REQUIRED), Length(max=40)])
