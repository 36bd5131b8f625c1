"""Errors of search."""

from core.errors import Unavailable
from core.i18n import lazy_gettext as _l


class SearchUnavailable(Unavailable):
    """The search engine does not answer."""

    default_message = _l("Search does not work at the moment. Please try again in a minute.")


class IndexBusy(Unavailable):
    """Another process writes the index and did not finish in time; nothing was changed."""

    default_message = _l("The search index is being written by another process. Please try again in a minute.")
