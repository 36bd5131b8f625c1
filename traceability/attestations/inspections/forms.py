"""Forms of inspections."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from werkzeug.datastructures import MultiDict
from wtforms.validators import InputRequired, Length, Optional

from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.web.forms import REQUIRED, Form, ParagraphField, RadioField
from traceability.attestations.inspections.usecases import GivenFinding
from traceability.attestations.self_checks.forms import LONGEST_NOTE, clean_lines
from traceability.attestations.self_checks.models import Answer
from traceability.forms import DayField, read_day


class ClosingForm(Form):
    """The end of an inspection."""

    inspected_on = DayField(_l("Day of the visit"), validators=[InputRequired(REQUIRED)])
    summary = ParagraphField(_l("Summary"), validators=[Optional(), Length(max=2000)])
    outcome = RadioField(
        _l("If the standard is not met"),
        choices=[
            ("corrections", _l("The producer mends it, then it is inspected again")),
            ("failed", _l("It ends here")),
        ],
        default="corrections",
        validators=[InputRequired(REQUIRED)],
    )


class Typed(NamedTuple):
    """What was typed for one item."""

    verdict: str
    note: str
    correction: str
    due_on: str


@dataclass
class FindingSheet:
    """What was typed for the items of one chapter, and what is wrong with it, by the item's code."""

    findings: dict[str, GivenFinding] = field(default_factory=dict)
    typed: dict[str, Typed] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


def read_findings(codes: Mapping[str, object], sent: MultiDict[str, str]) -> FindingSheet:
    """The findings on the items with these codes; items without a verdict are left out, unless they have words."""
    sheet = FindingSheet()
    for code in codes:
        typed = Typed(
            sent.get(f"verdict-{code}", ""),
            clean_lines(sent.get(f"note-{code}", "")),
            clean_lines(sent.get(f"correction-{code}", "")),
            sent.get(f"due-{code}", "").strip(),
        )
        sheet.typed[code] = typed
        error = _error_of(typed)
        if error:
            sheet.errors[code] = error
        elif typed.verdict:
            due_on = _day(typed.due_on) if typed.verdict == Answer.NO else None
            sheet.findings[code] = GivenFinding(
                Answer(typed.verdict), typed.note or None, typed.correction or None, due_on
            )
    return sheet


def _error_of(typed: Typed) -> str | None:
    """What is wrong, in the reader's language, or None."""
    error = None
    if typed.verdict and typed.verdict not in set(Answer):
        error = _("Choose one of the answers.")
    elif max(len(typed.note), len(typed.correction)) > LONGEST_NOTE:
        error = _("At most %(most)s characters.", most=LONGEST_NOTE)
    elif not typed.verdict and (typed.note or typed.correction):
        error = _("Choose an answer too, so that the note is kept.")
    elif typed.verdict == Answer.NOT_APPLICABLE and not typed.note:
        error = _("Say why this does not apply.")
    elif typed.verdict == Answer.NO:
        error = _error_of_a_fault(typed)
    return error


def _error_of_a_fault(typed: Typed) -> str | None:
    """The same of an item that does not conform."""
    error = None
    if not typed.note:
        error = _("Say what does not conform.")
    elif typed.due_on and _day(typed.due_on) is None:
        error = _("Enter a date as day/month/year, for example 15/09/2026.")
    elif bool(typed.correction) != bool(typed.due_on):
        error = _("Say both what must be mended and until when.")
    return error


def _day(text: str) -> date | None:
    try:
        return read_day(text)
    except ValueError:
        return None
