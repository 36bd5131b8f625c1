"""What can be wrong with products."""

from core.errors import Conflict, Invalid, RowErrors
from core.i18n import lazy_gettext as _l


class VariantsRefused(Invalid):
    """Some variants of a product make no sense; nothing was saved. `rows` says which and why."""

    default_message = _l("Please check the grades and sizes.")

    def __init__(self, rows: RowErrors) -> None:
        super().__init__(field="variants")
        self.rows = rows


class VariantInUse(Conflict):
    """A variant that was offered cannot be removed: orders and stock know it."""

    def __init__(self, name: str) -> None:
        super().__init__(
            _l(
                "“%(name)s” has been offered, so it cannot be removed. To sell it no more, empty its rows under"
                " “How it is sold”.",
                name=name,
            )
        )
