"""What a link can be wrong in."""

from core.errors import AppError, NotFound
from core.i18n import gettext as _
from traceability.gs1.errors import Gs1Error


class BadLink(AppError):
    """The address is no GS1 Digital Link; the message says what is wrong in it."""

    http_status = 400

    def __init__(self, error: Gs1Error) -> None:
        reason = _(error.message_id)
        super().__init__(
            _(
                "The code in this link is not right: %(reason)s Please scan it once more, or type it as printed.",
                reason=reason % error.params if error.params else reason,
            )
        )


class UnknownCode(NotFound):
    """A well-formed code that nobody here gave out."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "The code is well formed, but there is no record of it here. If it stands on a product, ask the seller "
                "where the product comes from."
            )
        )
