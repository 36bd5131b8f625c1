"""Who settles what machines cannot: those who look after payments."""

from core.accounts import Actor
from market.payments.policies import looks_after_payments


def may_settle(actor: Actor) -> bool:
    """Whether `actor` reads and resolves discrepancies."""
    return looks_after_payments(actor)
