"""What can be wrong with a refund."""

from core.errors import Conflict, Invalid
from core.i18n import lazy_gettext as _l


class MoreThanWasPaid(Invalid):
    """The refund is larger than what can still be given back of the line, or of the payment."""

    default_message = _l("This is more than can still be given back.")


class NothingChosen(Invalid):
    """No line and no amount was chosen."""

    default_message = _l("Choose what is given back.")


class GivenBackMeanwhile(Conflict):
    """What a failed refund was to give back was tried again, transferred, or given back by another refund."""

    default_message = _l("This was given back by another way meanwhile.")


class NotPaidByCard(Conflict):
    """There is no payment through the payment service that could be given back."""

    default_message = _l("This order was not paid by card here, so nothing can be given back to a card.")


class PaymentDisputed(Conflict):
    """The buyer's bank holds the money already; giving it back too would pay twice."""

    default_message = _l("The buyer's bank has taken this money back already, so it cannot be given back as well.")


class RestNotPaid(Conflict):
    """Of a parcel with a deposit, whose rest is not paid yet, only goods that are not sent are given back."""

    default_message = _l("Before the rest is paid, only goods that are not sent can be given back.")


class RestTooSmall(Conflict):
    """What would be left to pay of a parcel could not be paid by card, and is more than what goes back."""

    default_message = _l("What would be left to pay is less than the smallest payment. Give back all of the parcel.")
