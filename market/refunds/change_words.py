"""Why payments changed their state, in the reader's language: the database keeps the English words."""

from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from market.orders.errors import PackedAlready
from market.payments.purposes import RefundReason
from market.refunds.errors import (
    MoreThanWasPaid,
    NothingChosen,
    NotPaidByCard,
    PaymentDisputed,
    RestNotPaid,
    RestTooSmall,
)
from market.refunds.failure_words import failure_words
from market.refunds.forms import REASON_NAMES

_WORDS = {
    "The buyer wants to pay": _l("The buyer wants to pay"),
    "Its page was made": _l("Its page was made"),
    "Paid on its page": _l("Paid on its page"),
    "Its page ended unpaid": _l("Its page ended unpaid"),
    "Paid too late: goes back": _l("Paid too late: goes back"),
    "There is no page to pay on": _l("There is no page to pay on"),
    "The page was refused; another attempt follows": _l("The page was refused; another attempt follows"),
    "What it was to pay was closed": _l("What it was to pay was closed"),
    "Replaced by a new order from the same basket": _l("Replaced by a new order from the same basket"),
    "The buyer changed the basket": _l("The buyer changed the basket"),
    "Cancelled by the buyer": _l("Cancelled by the buyer"),
    "Made at the payment service": _l("Made at the payment service"),
    "Paid by bank transfer": _l("Paid by bank transfer"),
    "Before changes were written down": _l("Before changes were written down"),
}
_WORDS |= {
    error.__name__: error.default_message
    for error in (
        MoreThanWasPaid,
        NothingChosen,
        NotPaidByCard,
        PackedAlready,
        PaymentDisputed,
        RestNotPaid,
        RestTooSmall,
    )
}
_GIVEN_BACK = "Given back: "


def change_words(reason: str) -> str:
    """What a change of a payment or refund says as its reason; words that nobody foresaw stay as they are."""
    failure = failure_words(reason)
    if failure is not None:
        return failure
    if reason in _WORDS:
        return str(_WORDS[reason])
    if reason in REASON_NAMES:
        return str(REASON_NAMES[RefundReason(reason)])
    if reason.startswith(_GIVEN_BACK):
        return str(_("Given back: %(why)s", why=change_words(reason.removeprefix(_GIVEN_BACK))))
    words, separator, what = reason.partition(": ")
    return f"{_WORDS[words]}{separator}{what}" if words in _WORDS else reason
