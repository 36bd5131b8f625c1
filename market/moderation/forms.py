"""Forms of moderation."""

from wtforms.validators import DataRequired, Length, Optional

from core.i18n import lazy_gettext as _l
from core.web.forms import Form, ParagraphField, RadioField
from market.moderation.models import CaseStatus, ContentKind, Decision, ReportReason
from market.moderation.usecases import LONGEST_NOTE

REASON_NAMES = {
    ReportReason.INSULT: _l("It insults or threatens somebody"),
    ReportReason.ADVERTISEMENT: _l("It is an advertisement"),
    ReportReason.UNTRUE: _l("It is not true"),
    ReportReason.PRIVATE: _l("It gives away something private"),
    ReportReason.OTHER: _l("Something else"),
}
CONTENT_NAMES = {
    ContentKind.REVIEW: _l("Review"),
    ContentKind.REVIEW_ANSWER: _l("Answer to a review"),
    ContentKind.QUESTION: _l("Question"),
    ContentKind.QUESTION_ANSWER: _l("Answer to a question"),
}
STATUS_NAMES = {
    CaseStatus.OPEN: _l("To be decided"),
    CaseStatus.HIDDEN: _l("Hidden"),
    CaseStatus.KEPT: _l("Kept"),
}
DECISION_NAMES = {
    Decision.HIDE: _l("Hide it"),
    Decision.KEEP: _l("Keep it"),
    Decision.RESTORE: _l("Show it again"),
}


class ReportForm(Form):
    """What is wrong with something that somebody wrote."""

    reason = RadioField(
        _l("What is wrong?"),
        choices=[(str(reason), name) for reason, name in REASON_NAMES.items()],
        validators=[DataRequired(_l("Choose what is wrong."))],
    )
    note = ParagraphField(_l("What we should know"), validators=[Optional(), Length(max=LONGEST_NOTE)])


class DecisionForm(Form):
    """The officer's words; the button says what is decided."""

    reason = ParagraphField(_l("Reason"), validators=[Optional(), Length(max=LONGEST_NOTE)])
