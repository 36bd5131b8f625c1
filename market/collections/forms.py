"""The form with which a producer lets go of what a buyer owes."""

from wtforms.validators import InputRequired, Length

from core.i18n import lazy_gettext as _l
from core.web.forms import Form, ParagraphField


class WaiveForm(Form):
    """Why."""

    reason = ParagraphField(
        _l("Why"),
        validators=[InputRequired(_l("Say why.")), Length(max=300, message=_l("Use at most 300 characters."))],
    )
