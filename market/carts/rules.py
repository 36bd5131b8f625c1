"""Pure decisions about baskets."""

from core.errors import Invalid
from core.i18n import lazy_gettext as _l
from market.carts.errors import NotEnoughStock, TooManyLines

MAX_QUANTITY = 999
"""Most units of one offer in a basket."""

MAX_LINES = 100
"""Most lines in a basket, and so most parcels of an order."""

MAX_VOUCHERS = 5
"""Most vouchers in a basket."""


def check_quantity(quantity: int, *, available: int) -> int:
    """`quantity` when it can be in a basket. Raises Invalid outside 1…999, NotEnoughStock beyond `available`."""
    if not 1 <= quantity <= MAX_QUANTITY:
        raise Invalid(_l("Choose a number from 1 to 999."), field="quantity")
    if quantity > available:
        raise NotEnoughStock(max(available, 0))
    return quantity


def check_lines(lines: int) -> None:
    """Raises TooManyLines when a basket cannot have so many."""
    if lines > MAX_LINES:
        raise TooManyLines(MAX_LINES)
