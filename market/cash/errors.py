"""Why an order cannot be paid in cash."""

from core.errors import Conflict, Invalid
from core.i18n import lazy_gettext as _l
from market.cash.rules import CashRefusal

REFUSALS = {
    CashRefusal.NOT_LISTED: _l("This account cannot pay in cash. Please pay by card."),
    CashRefusal.ORDER_TOO_LARGE: _l("This order is larger than what you may pay in cash. Please pay by card."),
    CashRefusal.TOO_MUCH_OPEN: _l(
        "With your other orders that are not paid yet, this is more than you may owe in cash. Please pay by card."
    ),
    CashRefusal.BEFORE_HARVEST: _l("What is ordered before the harvest is paid by card."),
}


class CashRefused(Conflict):
    """The buyer may not pay this order in cash; the message says why."""

    def __init__(self, refusal: CashRefusal) -> None:
        super().__init__(REFUSALS[refusal], field="pays_cash")
        self.refusal = refusal


class CashNotNoted(Conflict):
    """What the buyer paid at the door is not noted yet, so nothing of it can go back."""

    default_message = _l("Note first what you received.")


class MoreThanWasReceived(Invalid):
    """The sum is larger than what can still be given back of the goods."""

    default_message = _l("This is more than can still be given back.")
