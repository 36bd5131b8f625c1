"""What can be wrong with offers."""

from collections.abc import Mapping

from core.errors import Invalid, RowErrors
from core.i18n import lazy_gettext as _l
from market.offers.shown import ShownOffer


class OffersRefused(Invalid):
    """Some rows of a product's offers make no sense; nothing was saved. `rows` says which and why.

    `shown` is what these say of their offers, by position, where it was changed elsewhere meanwhile.
    """

    default_message = _l("Please check how the product is sold.")

    def __init__(
        self, rows: RowErrors, message: object | None = None, *, shown: Mapping[int, ShownOffer] | None = None
    ) -> None:
        super().__init__(message, field="offers")
        self.rows = rows
        self.shown = shown or {}


class QuantityNotAllowed(Invalid):
    """One order takes another quantity of this offer; the message says which."""

    def __init__(self, *, minimum: int, step: int, most: int) -> None:
        if step > 1:
            text = _l(
                "It is sold in %(minimum)s, and %(step)s more each time, up to %(most)s.",
                minimum=minimum,
                step=step,
                most=most,
            )
        else:
            text = _l("One order takes %(minimum)s to %(most)s of it.", minimum=minimum, most=most)
        super().__init__(text, field="quantity")


class TermsRefused(Invalid):
    """The terms of an offer make no sense; nothing was saved. `fields` and `tiers` say what and why."""

    def __init__(self, fields: dict[str, object], tiers: RowErrors | None = None) -> None:
        super().__init__()
        self.fields = fields
        self.tiers = tiers or {}
