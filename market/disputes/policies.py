"""Who reads disputes: those who look after payments."""

from core.accounts import Actor
from market.payments.policies import looks_after_payments


def may_read(actor: Actor) -> bool:
    """Whether `actor` reads disputes."""
    return looks_after_payments(actor)
