"""Forms of labels."""

from wtforms.validators import InputRequired, Length, Optional

from core.i18n import lazy_gettext as _l
from core.web.forms import REQUIRED, Form, TextField, WholeNumberField


class PrintForm(Form):
    """Labels of a lot: how many, and from which label of the first sheet on."""

    copies = WholeNumberField(_l("How many labels"), validators=[InputRequired(REQUIRED)])
    start = WholeNumberField(_l("Begin with label"), validators=[Optional()])


class PrintItemsForm(PrintForm):
    """Labels of items: the serial numbers of a block from one to another."""

    copies = WholeNumberField(_l("Labels for each item"), validators=[InputRequired(REQUIRED)])
    first = WholeNumberField(_l("From number"), validators=[InputRequired(REQUIRED)])
    last = WholeNumberField(_l("To number"), validators=[InputRequired(REQUIRED)])
    reason = TextField(_l("Why again"), validators=[Optional(), Length(max=200)])
