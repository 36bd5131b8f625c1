"""Who says what the site's courier costs."""

from typing import Final

from core.accounts import Actor, RoleName

SETTERS: Final = (RoleName.ADMINISTRATOR,)


def may_set_site_fees(actor: Actor) -> bool:
    """Whether `actor` sets what the site's courier costs."""
    return actor.has_role(*SETTERS)
