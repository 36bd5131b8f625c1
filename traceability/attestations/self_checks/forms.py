"""Forms of self-checks."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask_wtf.file import FileField
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.i18n import normalize
from core.web.forms import REQUIRED, Form, ParagraphField, SelectField
from traceability.attestations.self_checks.models import Answer
from traceability.attestations.self_checks.usecases import GivenAnswer
from traceability.forms import TickList

LONGEST_NOTE = 1000


class SelfCheckForm(Form):
    """A new self-check."""

    producer_id = SelectField(_l("Producer"), validators=[DataRequired(REQUIRED)])
    checklist_id = SelectField(_l("Checklist"), validators=[DataRequired(REQUIRED)])
    plot_ids = TickList(_l("Plots"), validators=[InputRequired(_l("Choose at least one plot."))])
    is_group = BooleanField(_l("Several households work together under this producer"))


class EvidenceForm(Form):
    """A file that shows something, new or shown for another item already."""

    file = FileField(_l("Photo or document"), validators=[Optional()])
    file_id = SelectField(_l("Or one you have sent already"), validators=[Optional()])


class DiaryEvidenceForm(Form):
    """Entries of the diary that show something."""

    entry_ids = TickList(_l("Entries to show"), validators=[InputRequired(_l("Choose at least one entry."))])


class CorrectionForm(Form):
    """How something was mended."""

    response = ParagraphField(
        _l("What you have done"), validators=[InputRequired(_l("Say what you have done.")), Length(max=LONGEST_NOTE)]
    )


class PlainForm(Form):
    """Nothing but the proof that the request was meant."""


@dataclass
class AnswerSheet:
    """What was typed for the items of one chapter, and what is wrong with it, by the item's code."""

    answers: dict[str, GivenAnswer] = field(default_factory=dict)
    typed: dict[str, tuple[str, str]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


def read_answers(codes: Mapping[str, object], sent: MultiDict[str, str]) -> AnswerSheet:
    """The answers to the items with these codes; items without an answer are left out, unless they have a note."""
    sheet = AnswerSheet()
    for code in codes:
        answer, note = sent.get(f"answer-{code}", ""), clean_lines(sent.get(f"note-{code}", ""))
        sheet.typed[code] = answer, note
        if answer and answer not in set(Answer):
            sheet.errors[code] = _("Choose one of the answers.")
        elif len(note) > LONGEST_NOTE:
            sheet.errors[code] = _("At most %(most)s characters.", most=LONGEST_NOTE)
        elif note and not answer:
            sheet.errors[code] = _("Choose an answer too, so that the note is kept.")
        elif answer == Answer.NOT_APPLICABLE and not note:
            sheet.errors[code] = _("Say why this does not apply.")
        elif answer:
            sheet.answers[code] = GivenAnswer(Answer(answer), note or None)
    return sheet


def clean_lines(text: str) -> str:
    """Text over several lines: NFC, white space at the ends of lines removed, nothing that cannot be printed."""
    lines = (normalize("".join(sign for sign in line if sign.isprintable())) for line in text.splitlines())
    return "\n".join(lines).strip()
