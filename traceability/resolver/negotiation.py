"""What a request to the resolver asks for, read from its query and headers."""

from dataclasses import dataclass
from enum import Enum, auto

from flask import Request
from werkzeug.datastructures import MIMEAccept

from core.i18n import LOCALES
from traceability.resolver.rules import Preference
from traceability.resolver.vocabulary import DEFAULT, LINKSET, LINKSET_TYPE, link_type_name

HTML_TYPES = ("text/html", "application/xhtml+xml")
JSON_TYPE = "application/json"
JSON_LD_TYPE = "application/ld+json"


class Representation(Enum):
    """The form in which an answer is wanted where it is not a redirection."""

    PAGE = auto()
    LINKSET = auto()
    JSON = auto()
    JSON_LD = auto()
    ANYTHING = auto()


@dataclass(frozen=True, slots=True)
class Wish:
    """What a request asks for: all links (`wants_linkset`) or one, in which form, and by which preference."""

    wants_linkset: bool
    form: Representation
    preference: Preference

    @property
    def is_browser(self) -> bool:
        """Whether a person is waiting: a browser says that it takes HTML, and gets a page whatever happens."""
        return self.form is Representation.PAGE

    @property
    def is_for_default(self) -> bool:
        """Whether no link type was asked for, or the default one by its name."""
        return not self.wants_linkset and self.preference.link_type in (None, DEFAULT)


def read_wish(request: Request) -> Wish:
    """The wish of `request` (GS1-Conformant Resolver 1.2, sections 2.6, 2.9 and 2.10)."""
    asked = request.args.get("linkType")
    link_type = link_type_name(asked) if asked else None
    form = wanted_form(request.accept_mimetypes)
    # Only the linkset's own type asks for it beside another link type; plain JSON may be what the target is.
    by_header = form is Representation.LINKSET or (
        form in (Representation.JSON, Representation.JSON_LD) and link_type is None
    )
    return Wish(
        wants_linkset=link_type == LINKSET or by_header,
        form=form,
        preference=Preference(
            link_type=None if link_type == LINKSET else link_type,
            languages=_languages(request),
            refused_languages=tuple(tag.lower() for tag, quality in request.accept_languages if quality <= 0),
            media_types=tuple(request.accept_mimetypes),
            context=request.args.get("context"),
        ),
    )


def wanted_form(accepts: MIMEAccept) -> Representation:
    """The form that is named and liked best, HTML in a draw; a program that names nothing takes anything."""
    qualities = {kind.lower(): quality for kind, quality in accepts}
    page = max(qualities.get(kind, 0.0) for kind in HTML_TYPES)
    others = (
        (LINKSET_TYPE, Representation.LINKSET),
        (JSON_LD_TYPE, Representation.JSON_LD),
        (JSON_TYPE, Representation.JSON),
    )
    best, form = max(((qualities.get(kind, 0.0), form) for kind, form in others), key=lambda pair: pair[0])
    if page > 0 and page >= best:
        return Representation.PAGE
    return form if best > 0 else Representation.ANYTHING


def _languages(request: Request) -> tuple[str, ...]:
    """The reader's languages: the one switched to on the site, then the browser's in their order."""
    switched = request.args.get("lang")
    ranges = [tag for tag, quality in request.accept_languages if quality > 0 and tag != "*"]
    return tuple(([switched] if switched in LOCALES else []) + ranges)
