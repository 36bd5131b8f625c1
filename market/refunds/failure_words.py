"""Why payments and refunds were put before a person, in the reader's language.

What the vendor has a code for that is not known here is shown as it came.
"""

from collections.abc import Callable

from core.i18n import current_locale
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.money import format_vnd
from market.payments.gateway import CURRENCY
from market.payments.reasons import PAYMENT_DIFFERS, REFUND_DIFFERS, REFUND_FAILED, REFUND_REFUSED

VENDOR_CODES = {
    "charge_for_pending_refund_disputed": _l("the buyer disputed the payment meanwhile"),
    "declined": _l("the buyer's bank declined it"),
    "expired_or_canceled_card": _l("the card has expired or was cancelled"),
    "insufficient_funds": _l("the balance at the payment service is too low"),
    "lost_or_stolen_card": _l("the card was reported lost or stolen"),
    "merchant_request": _l("it was cancelled at the payment service"),
    "unknown": _l("no reason was given"),
    "charge_already_refunded": _l("all of it was given back already"),
    "charge_disputed": _l("the buyer disputed the payment"),
    "charge_not_refundable": _l("this kind of payment cannot be given back"),
    "balance_insufficient": _l("the balance at the payment service is too low"),
    "amount_too_large": _l("it is more than is left of the payment"),
    "amount_too_small": _l("the amount is too small"),
    "refund_disputed_payment": _l("the buyer disputed the payment"),
    "resource_missing": _l("the payment service does not know the payment"),
    "expired_card": _l("the card has expired"),
    "card_declined": _l("the buyer's bank declined it"),
}
"""The vendor's codes of refunds and cards that failed."""


def failure_words(reason: str) -> str | None:
    """A reason of `market.payments.reasons` in words; None where it is none, or has other facts."""
    code, separator, facts = reason.partition(": ")
    word = _WORDINGS.get(code)
    if word is None or not separator:
        return None
    try:
        return word(*facts.split(" "))
    except (TypeError, ValueError):
        return None


def vendor_words(code: str) -> str:
    """What a code of the vendor means; one that is not known as it came."""
    return str(VENDOR_CODES.get(code, code))


def _payment_differs(asked: str, currency: str, said: str, said_currency: str, captured: str) -> str:
    return str(
        _(
            "Asked for %(asked)s; the page says %(said)s, and %(captured)s was captured.",
            asked=_amount(asked, currency),
            said=_amount(said, said_currency),
            captured=_amount(captured, said_currency),
        )
    )


def _refund_differs(asked: str, currency: str, refund: str, said: str, said_currency: str) -> str:
    return str(
        _(
            "Asked to give back %(asked)s; refund %(refund)s is of %(said)s.",
            asked=_amount(asked, currency),
            refund=refund,
            said=_amount(said, said_currency),
        )
    )


def _refund_failed(refund: str, code: str) -> str:
    return str(_("Refund %(refund)s did not reach the buyer: %(why)s.", refund=refund, why=vendor_words(code)))


def _refund_refused(code: str) -> str:
    return str(_("The payment service refused the refund: %(why)s.", why=vendor_words(code)))


def _amount(amount: str, currency: str) -> str:
    return format_vnd(int(amount), current_locale()) if currency == CURRENCY else f"{amount} {currency.upper()}"


_WORDINGS: dict[str, Callable[..., str]] = {
    PAYMENT_DIFFERS: _payment_differs,
    REFUND_DIFFERS: _refund_differs,
    REFUND_FAILED: _refund_failed,
    REFUND_REFUSED: _refund_refused,
}
