"""What lots refuse."""

from core.errors import Conflict
from core.i18n import gettext as _


class LotExhausted(Conflict):
    """More should leave a lot than is left of it; `lot_number` and `remaining` say which and how much."""

    def __init__(self, lot_number: str, remaining: int) -> None:
        self.lot_number = lot_number
        self.remaining = remaining
        super().__init__(
            _("Lot %(lot)s has only %(remaining)s left.", lot=lot_number, remaining=remaining), field="quantity"
        )


class AlreadyShipped(Conflict):
    """The parcel has left before."""

    def __init__(self) -> None:
        super().__init__(_("This parcel was sent out already."))


class CircularGenealogy(Conflict):
    """Something would become part of itself; `source` and `target` are canonical URIs."""

    def __init__(self, source: str, target: str) -> None:
        self.source = source
        self.target = target
        super().__init__(
            _("%(source)s cannot go into %(target)s: it was made from it, or holds it.", source=source, target=target)
        )
