"""Forms of questions."""

from wtforms.validators import InputRequired, Length

from core.i18n import lazy_gettext as _l
from core.web.forms import REQUIRED, Form, ParagraphField
from market.questions.usecases import LONGEST_TEXT


class QuestionForm(Form):
    """What somebody wants to know."""

    body = ParagraphField(_l("Your question"), validators=[InputRequired(REQUIRED), Length(max=LONGEST_TEXT)])


class AnswerForm(Form):
    """What somebody knows."""

    body = ParagraphField(_l("Your answer"), validators=[InputRequired(REQUIRED), Length(max=LONGEST_TEXT)])
