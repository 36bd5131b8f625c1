"""What can stand in the way of an order."""

from core.errors import Conflict, Invalid
from core.i18n import lazy_gettext as _l


class BasketEmpty(Invalid):
    """There is nothing to order."""

    default_message = _l("Your basket is empty.")


class PricesChanged(Conflict):
    """The goods cost another sum than the page has shown the buyer."""

    default_message = _l("A price has changed. Please look at the new total before you order.")


class TotalOutOfRange(Invalid):
    """No single card payment takes this total."""

    default_message = _l("An order of this size cannot be paid at once. Please make it smaller.")


class LineNotAllowed(Invalid):
    """The producer does not sell so few, so many, or in such steps any more; the message names the goods."""

    def __init__(self, name: str) -> None:
        super().__init__(_l("Another quantity of %(name)s is sold now. Please change it in the basket.", name=name))
