"""What can be wrong with offers."""

from core.errors import Invalid
from core.i18n import lazy_gettext as _l
from market.offers.rules import RowErrors


class OffersRefused(Invalid):
    """Some rows of a product's offers make no sense; nothing was saved. `rows` says which and why."""

    default_message = _l("Please check how the product is sold.")

    def __init__(self, rows: RowErrors, message: object | None = None) -> None:
        super().__init__(message, field="offers")
        self.rows = rows
