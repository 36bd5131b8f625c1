"""What can be wrong when something is put into a basket."""

import uuid
from collections.abc import Mapping

from core.errors import AppError, Conflict, Invalid
from core.i18n import lazy_gettext as _l


class NotEnoughStock(Conflict):
    """More was asked for than can be bought now; `available` sold units are left, perhaps none."""

    def __init__(self, available: int) -> None:
        message = (
            _l("Only %(count)s are left. Please choose fewer.", count=available)
            if available > 0
            else _l("This is sold out at the moment.")
        )
        super().__init__(message, field="quantity")
        self.available = available


class LinesRefused(Conflict):
    """Some lines cannot have as many units as they should; `by_line` says which, and why."""

    def __init__(self, by_line: Mapping[uuid.UUID, AppError]) -> None:
        super().__init__(next(iter(by_line.values())).message)
        self.by_line = by_line


class TooManyLines(Invalid):
    """The basket has as many lines as it can, which is `most`."""

    def __init__(self, most: int) -> None:
        message = _l("A basket takes %(most)s different goods. Take one out first, or order what is in it.", most=most)
        super().__init__(message, field="quantity")


class TooManyVouchers(Invalid):
    """The basket holds as many vouchers as it can."""

    default_message = _l("A basket takes five vouchers. Take one out first.")

    def __init__(self) -> None:
        super().__init__(field="code")
