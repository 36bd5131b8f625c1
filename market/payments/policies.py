"""Who looks after payments: officers of the province and administrators."""

from core.accounts import Actor, RoleName

OFFICERS = (RoleName.PROVINCE_OFFICER, RoleName.ADMINISTRATOR)


def looks_after_payments(actor: Actor) -> bool:
    """Whether `actor` sees all payments and decides what machines cannot."""
    return actor.has_role(*OFFICERS)
