"""The errors that use cases and queries raise; `core.errors.views` turns them into answers."""

from core.i18n import lazy_gettext as _l


class AppError(Exception):
    """Base of all errors that are a caller's to mend.

    `message` is a (lazy) translatable sentence that says what to do; `field` names the input it is about. `headers`
    go with the answer.
    """

    http_status = 400
    default_message: object = _l("This cannot be done.")

    def __init__(self, message: object | None = None, *, field: str | None = None) -> None:
        self.message = message if message is not None else self.default_message
        self.field = field
        self.headers: dict[str, str] = {}
        super().__init__(self.message)

    def __str__(self) -> str:
        return str(self.message)


class NotFound(AppError):
    """There is no such thing, or it is not the caller's: the two answers are the same on purpose."""

    http_status = 404
    default_message = _l("We could not find that.")


class Refused(AppError):
    """The caller may not do this, and it is no secret that the thing exists."""

    http_status = 403
    default_message = _l("You may not do that.")


class Invalid(AppError):
    """The input makes no sense; `field` says where."""

    http_status = 422
    default_message = _l("Please check what you entered.")


RowErrors = dict[int, dict[str, object]]
"""What is wrong with the rows of a form: messages by position of the row (from 0) and name of the field."""


class Conflict(AppError):
    """The input makes sense but not now: it was done before, sold out, or changed meanwhile."""

    http_status = 409
    default_message = _l("This was changed meanwhile. Please look again.")


class RequestKeyReused(Conflict):
    """A form that was sent before came again with other content: the same key must be the same request."""

    default_message = _l(
        "Something else was sent from this page before, and that stands. Open the page anew, and look."
    )


class Unavailable(AppError):
    """A part we depend on does not answer at the moment; trying again later is right."""

    http_status = 503
    default_message = _l("This does not work at the moment. Please try again in a minute.")
