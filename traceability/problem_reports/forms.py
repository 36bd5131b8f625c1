"""Forms of problems."""

from wtforms.validators import DataRequired, InputRequired, Length, Optional

from core.i18n import lazy_gettext as _l
from core.web.forms import REQUIRED, Form, ParagraphField, RadioField, TextField
from traceability.problem_reports.models import ProblemKind
from traceability.problem_reports.usecases import LONGEST_CONTACT, LONGEST_TEXT

KIND_NAMES = {
    ProblemKind.QUALITY: _l("It is spoiled or poor"),
    ProblemKind.SAFETY: _l("Somebody felt ill after eating it"),
    ProblemKind.LABEL: _l("The label or this record is wrong"),
    ProblemKind.COUNTERFEIT: _l("The code is on something else"),
    ProblemKind.OTHER: _l("Something else"),
}


class ReportForm(Form):
    """A problem, told by anybody."""

    kind = RadioField(
        _l("What is wrong?"),
        choices=[(str(kind), name) for kind, name in KIND_NAMES.items()],
        validators=[DataRequired(_l("Choose what is wrong."))],
    )
    description = ParagraphField(
        _l("Tell what happened"), validators=[InputRequired(REQUIRED), Length(max=LONGEST_TEXT)]
    )
    contact = TextField(_l("How to reach you"), validators=[Optional(), Length(max=LONGEST_CONTACT)])


class AnswerForm(Form):
    """An answer to a problem."""

    body = ParagraphField(_l("Your answer"), validators=[InputRequired(REQUIRED), Length(max=LONGEST_TEXT)])
