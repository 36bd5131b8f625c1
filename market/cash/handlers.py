"""What cash on delivery does upon news."""

from market.cash.events import CashMissed
from market.cash.mails import mail_cash_missed
from market.cash.queries import require_given_apart


def tell_of_missed_cash(event: CashMissed) -> None:
    """Mail the producer and the administrators that a buyer waits for money."""
    mail_cash_missed(require_given_apart(event.cash_return_id))
