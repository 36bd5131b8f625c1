"""What the journal refuses."""

from core.errors import AppError, Conflict, Invalid
from core.i18n import lazy_gettext as _l


class DuplicateEvent(Conflict):
    """The very same event is in the journal already (same CBV 2.0 event hash)."""

    default_message = _l("This event is in the journal already.")


class EventIdTaken(Conflict):
    """Another event has this `eventID` already; an event never changes, a correction has an id of its own."""

    default_message = _l("Another event has this eventID already.")


class InvalidEvent(Invalid):
    """An event that EPCIS does not allow; `field` is the JSON pointer of what is wrong."""

    default_message = _l("This is no valid event.")


class QueryParameterError(AppError):
    """A query parameter that EPCIS does not have, or whose value it does not allow; `field` is its name."""

    exception = "QueryParameterException"

    def __init__(self, parameter: str, message: object) -> None:
        super().__init__(message, field=parameter)


class QueryTooLarge(AppError):
    """The query has more results than it wants to have (`maxEventCount`)."""

    exception = "QueryTooLargeException"
    http_status = 413
    default_message = _l("There are more events than maxEventCount allows.")


class QueryTooComplex(AppError):
    """The query has more values than one statement should compare."""

    exception = "QueryTooComplexException"
    http_status = 413
    default_message = _l("The query has too many parameters or values.")
