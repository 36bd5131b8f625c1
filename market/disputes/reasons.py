"""What a buyer says about a payment that is disputed, in the reader's language."""

from core.i18n import lazy_gettext as _l

DISPUTE_REASONS = {
    "fraudulent": _l("The card's owner says that they did not pay this"),
    "product_not_received": _l("The buyer says that the goods did not arrive"),
    "product_unacceptable": _l("The buyer says that the goods are not as described"),
    "duplicate": _l("The buyer says that they paid twice"),
    "credit_not_processed": _l("The buyer says that a promised refund did not come"),
    "subscription_canceled": _l("The buyer says that they had cancelled"),
    "general": _l("The bank gives no reason"),
    "unrecognized": _l("The card's owner does not recognise the payment"),
}
"""By the vendor's word."""


def dispute_reason(word: str) -> str:
    """The vendor's word as a sentence; one that nobody foresaw is shown as it is."""
    return str(DISPUTE_REASONS.get(word, word.replace("_", " ")))
