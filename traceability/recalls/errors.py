"""What recalls refuse."""

from core.errors import Conflict, Refused
from core.i18n import lazy_gettext as _l


class DecidedByProposer(Refused):
    """Whoever proposes a recall does not decide it."""

    default_message = _l("You proposed this recall yourself. Somebody else must decide it.")


class AlreadyDecided(Conflict):
    """The recall is no longer in the state that this needs."""

    default_message = _l("This recall was decided or closed meanwhile. Please look again.")


class LotOnRecall(Conflict):
    """Something was to be done with a lot that is recalled; `lot_number` says which."""

    def __init__(self, lot_number: str) -> None:
        self.lot_number = lot_number
        super().__init__(
            _l(
                "Lot %(lot)s is recalled. It must not be packed or sent out: destroy it, or send it back to where it "
                "came from.",
                lot=lot_number,
            )
        )
