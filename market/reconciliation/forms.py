"""Forms of the review pages."""

from wtforms.validators import InputRequired, Length

from core.i18n import lazy_gettext as _l
from core.web.forms import REQUIRED, Form, ParagraphField

LONGEST_NOTE = 500


class NoteForm(Form):
    """What was done about it."""

    note = ParagraphField(_l("What was done"), validators=[InputRequired(REQUIRED), Length(max=LONGEST_NOTE)])
