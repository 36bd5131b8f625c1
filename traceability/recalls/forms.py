"""Forms of recalls."""

from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from core.i18n import lazy_gettext as _l
from core.web.forms import REQUIRED, Form, ParagraphField, SelectField, SelectMultipleField, TextField
from traceability.lots.forms import KilogramsField
from traceability.recalls.models import ReturnKind
from traceability.recalls.rules import LONGEST_TEXT

CLASS_NAMES = {
    1: _l("Class I: a danger to health"),
    2: _l("Class II: harm is unlikely, or passes"),
    3: _l("Class III: no harm to health (label, quality)"),
}
RETURN_NAMES = {ReturnKind.RETURNED: _l("came back"), ReturnKind.DESTROYED: _l("destroyed")}
MOST_GRAMS = 1_000_000_000


class ProposalForm(Form):
    """A recall to be proposed."""

    lots = SelectMultipleField(
        _l("Lots"), option_widget=CheckboxInput(), widget=ListWidget(), validators=[DataRequired(REQUIRED)]
    )
    recall_class = SelectField(_l("How dangerous"), validators=[DataRequired(REQUIRED)])
    reason = ParagraphField(
        _l("Reason, for the authority"), validators=[DataRequired(REQUIRED), Length(max=LONGEST_TEXT)]
    )
    notice_vi = ParagraphField(
        _l("For consumers, in Vietnamese"), validators=[DataRequired(REQUIRED), Length(max=LONGEST_TEXT)]
    )
    notice_en = ParagraphField(
        _l("For consumers, in English"), validators=[DataRequired(REQUIRED), Length(max=LONGEST_TEXT)]
    )

    def offer_classes(self) -> None:
        """Fill the list in the reader's language."""
        self.recall_class.choices = [(str(number), str(name)) for number, name in CLASS_NAMES.items()]


class DecisionForm(Form):
    """A word on the decision; needed where it is against the recall."""

    note = TextField(_l("Reason"), validators=[Optional(), Length(max=500)])


class ReturnForm(Form):
    """Goods that came back or were destroyed."""

    lot = SelectField(_l("Lot"), validators=[DataRequired(REQUIRED)])
    kind = SelectField(_l("What happened"), validators=[DataRequired(REQUIRED)])
    kilograms = KilogramsField(_l("How much"), validators=[InputRequired(REQUIRED), NumberRange(0, MOST_GRAMS)])
    note = TextField(_l("Note"), validators=[Optional(), Length(max=300)])


class ClosingForm(Form):
    """How the recall went."""

    note = ParagraphField(_l("How it went"), validators=[DataRequired(REQUIRED), Length(max=LONGEST_TEXT)])
