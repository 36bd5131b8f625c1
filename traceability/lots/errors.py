"""What lots refuse."""

from core.errors import Conflict, Refused
from core.i18n import gettext as _
from traceability.lots.amounts import Amount, format_amount, format_kilograms


class LotExhausted(Conflict):
    """More should leave a lot than is left of it; `lot_number` and `remaining` say which and how much."""

    def __init__(self, lot_number: str, remaining: Amount, *, unit: str, category: str) -> None:
        self.lot_number = lot_number
        self.remaining = remaining
        left = format_amount(remaining, unit, category, with_weight=True)
        super().__init__(
            _("Lot %(lot)s has only %(remaining)s left.", lot=lot_number, remaining=left), field="quantity"
        )


class NotHeld(Refused):
    """Somebody would use, pack, send or sell goods that they do not have."""

    def __init__(self, lot_number: str, holder: str) -> None:
        self.lot_number = lot_number
        super().__init__(
            _(
                "%(holder)s has nothing loose of lot %(lot)s. Unpack it, or wait until it was received.",
                holder=holder,
                lot=lot_number,
            ),
            field="lot_id",
        )


class UnitNotAtHand(Conflict):
    """A crate or pallet that is on the way, unpacked, on a pallet, or somebody else's by now."""

    def __init__(self, sscc: str) -> None:
        super().__init__(
            _(
                "The crate or pallet %(sscc)s is not there to work with: it was sent, unpacked or put on a pallet.",
                sscc=sscc,
            ),
            field="ssccs",
        )


class Unbalanced(Conflict):
    """The weights of what goes in and comes out do not fit; `missing_grams` is below zero when too much comes out."""

    http_status = 422

    def __init__(self, *, in_grams: int, out_grams: int, loss_grams: int, field: str) -> None:
        self.missing_grams = in_grams - out_grams - loss_grams
        numbers = {
            "taken": format_kilograms(in_grams),
            "made": format_kilograms(out_grams),
            "loss": format_kilograms(loss_grams),
            "difference": format_kilograms(abs(self.missing_grams)),
        }
        if self.missing_grams < 0:
            message = _(
                "%(taken)s go in, but %(made)s and %(loss)s of loss come out: %(difference)s too much.",
                **numbers,
            )
        else:
            message = _(
                "%(taken)s go in, %(made)s and %(loss)s of loss come out: %(difference)s are missing.",
                **numbers,
            )
        super().__init__(message, field=field)


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


class AlreadySettled(Conflict):
    """The shipment was received or refused before."""

    def __init__(self) -> None:
        super().__init__(_("This shipment was received or refused already."))
