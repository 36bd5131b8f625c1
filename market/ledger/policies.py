"""Who may see the whole ledger and close its months: administrators."""

from core.accounts import Actor, RoleName
from core.errors import NotFound

BOOKKEEPERS = (RoleName.ADMINISTRATOR,)


def require_bookkeeper(actor: Actor) -> None:
    """Raises NotFound unless `actor` keeps the books."""
    if not actor.has_role(*BOOKKEEPERS):
        raise NotFound
