"""The form of a link."""

from datetime import date, datetime, time, timedelta
from typing import Final

from wtforms import BooleanField, Field
from wtforms.validators import DataRequired, Length, Optional, ValidationError

from core.i18n import LOCAL_TIME_ZONE, current_locale, fold, local_day
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.web.forms import REQUIRED, Form, SelectField, TextField
from traceability.forms import DayField
from traceability.resolver.models import ResolverLink
from traceability.resolver.usecases import Target
from traceability.resolver.vocabulary import OFFERED, link_type_title

_YEARS: Final = range(1900, 3000)
"""Any other is a slip ("15/9/0026"), and may be too near the ends of the calendar for its midnight to be kept."""


def _refuse_slips(_form: Form, field: Field) -> None:
    if field.data is not None and field.data.year not in _YEARS:
        raise ValidationError(_("Enter a date as day/month/year, for example 15/09/2026."))


class LinkForm(Form):
    """A link of one key. Days are days in Vietnam, the last one included."""

    link_type = SelectField(_l("What it is about"), validators=[DataRequired(REQUIRED)])
    href = TextField(_l("Address"), validators=[DataRequired(REQUIRED), Length(max=2000)])
    title = TextField(_l("Title"), validators=[Optional(), Length(max=160)])
    language = SelectField(_l("Language of the page"), validators=[Optional()])
    media_type = SelectField(_l("Kind of file"), validators=[Optional()])
    context = TextField(_l("Only for one country"), validators=[Optional(), Length(max=2)])
    valid_from = DayField(_l("From"), validators=[Optional(), _refuse_slips])
    valid_until = DayField(_l("Until the end of"), validators=[Optional(), _refuse_slips])
    is_default = BooleanField(_l("Show this page first when the code is scanned"))

    def offer_choices(self) -> None:
        """Fill the lists in the reader's language, what is about the same by name."""
        locale = current_locale()
        kinds = sorted(((name, link_type_title(name, locale)) for name in OFFERED), key=lambda kind: fold(kind[1]))
        self.link_type.choices = [("", str(_l("Please choose"))), *kinds]
        self.language.choices = _choices(self.language.data, LANGUAGES)
        self.media_type.choices = _choices(self.media_type.data, MEDIA_TYPES)

    def fill(self, link: ResolverLink) -> None:
        """Show what the link is now."""
        for name in ("link_type", "href", "title", "language", "media_type", "context", "is_default"):
            self[name].process_data(getattr(link, name))
        self.valid_from.process_data(_day(link.valid_from))
        self.valid_until.process_data(_day(link.valid_until - timedelta(days=1)) if link.valid_until else None)

    def target(self) -> Target:
        """What was entered."""
        return Target(
            link_type=self.link_type.data or "",
            href=self.href.data or "",
            title=self.title.data,
            language=self.language.data or None,
            media_type=self.media_type.data or None,
            context=self.context.data.upper() if self.context.data else None,
            valid_from=_midnight(self.valid_from.data),
            valid_until=_midnight(self.valid_until.data, days=1),
            is_default=bool(self.is_default.data),
        )


class NewLinkForm(LinkForm):
    """A link, and the code that it is for."""

    code = TextField(_l("Code"), validators=[DataRequired(REQUIRED), Length(max=200)])


LANGUAGES = {
    "": _l("Any, or it has no language"),
    "vi": _l("Vietnamese"),
    "en": _l("English"),
    "zh": _l("Chinese"),
    "ja": _l("Japanese"),
    "ko": _l("Korean"),
    "fr": _l("French"),
    "lo": _l("Lao"),
    "th": _l("Thai"),
}
MEDIA_TYPES = {
    "text/html": _l("Web page"),
    "application/pdf": _l("PDF document"),
    "image/jpeg": _l("Picture (JPEG)"),
    "image/png": _l("Picture (PNG)"),
    "video/mp4": _l("Video (MP4)"),
    "application/json": _l("Data (JSON)"),
    "application/ld+json": _l("Data (JSON-LD)"),
    "": _l("Something else"),
}


def _choices(present: str | None, offered: dict[str, object]) -> list[tuple[str, str]]:
    """What is offered, and what the link has already where that is something else."""
    kept = [(present, present)] if present and present not in offered else []
    return [(value, str(label)) for value, label in offered.items()] + kept


def _midnight(day: date | None, *, days: int = 0) -> datetime | None:
    """The beginning of that day in Vietnam, so many `days` later."""
    return datetime.combine(day + timedelta(days=days), time.min, LOCAL_TIME_ZONE) if day else None


def _day(moment: datetime | None) -> date | None:
    return local_day(moment) if moment else None
