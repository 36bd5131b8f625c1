"""Tokens that say where a list goes on: signed, for one list only, and for a day."""

from datetime import timedelta
from typing import Any, Final

from itsdangerous import BadData, URLSafeTimedSerializer

from core.i18n import gettext as _
from traceability.journal.errors import QueryParameterError
from traceability.journal.issuer import paging_secret

LIFETIME: Final = timedelta(hours=24)
LONGEST: Final = 4000


def page_token(of: str, place: list[Any]) -> str:
    """A token for the `place` in the list `of`."""
    return str(_serializer().dumps([of, place]))


def place_of(token: str, of: str) -> list[Any]:
    """The place that `token` says; raises QueryParameterError when it is not of this list, too old, or no token."""
    if len(token) > LONGEST:
        raise _gone()
    try:
        said, place = _serializer().loads(token, max_age=int(LIFETIME.total_seconds()))
    except BadData as error:
        raise _gone() from error
    if said != of:
        raise QueryParameterError("nextPageToken", _("This belongs to another query: begin anew."))
    return list(place)


def is_token(token: str) -> bool:
    """Whether this is a token of ours that still leads somewhere."""
    try:
        _serializer().loads(token, max_age=int(LIFETIME.total_seconds()))
    except BadData:
        return False
    return True


def _gone() -> QueryParameterError:
    return QueryParameterError("nextPageToken", _("This page is not kept any more: begin anew."))


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(paging_secret(), salt="next-page")
