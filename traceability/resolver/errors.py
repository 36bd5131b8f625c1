"""What a link can be wrong in."""

from core.errors import AppError, NotFound
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from traceability.gs1.errors import Gs1Error


def gs1_reason(error: Gs1Error) -> str:
    """What is wrong, in the reader's language."""
    reason = str(_(error.message_id))
    return reason % error.params if error.params else reason


class BadLink(AppError):
    """The address is no GS1 Digital Link; the message says what is wrong in it."""

    http_status = 400

    def __init__(self, error: Gs1Error) -> None:
        super().__init__(
            _(
                "The code in this link is not right: %(reason)s Please scan it once more, or type it as printed.",
                reason=gs1_reason(error),
            )
        )


class CompressedLink(AppError):
    """A Digital Link in a compressed form (GS1 Digital Link: compression; EPC binary strings)."""

    http_status = 400
    default_message = _l("Compressed links are not read here. Use the link with the numbers written out.")


class UnknownCode(NotFound):
    """A well-formed code that nobody here gave out."""

    default_message = _l(
        "The code is well formed, but there is no record of it here. If it stands on a product, ask the seller "
        "where the product comes from."
    )


class NoSuchLink(NotFound):
    """The thing is known, but not a link of the type that was asked for."""

    default_message = _l("There is no link of this kind for the code.")


class LinkGone(AppError):
    """There was such a link, and it ended."""

    http_status = 410
    default_message = _l("This link has ended, and nothing took its place.")
