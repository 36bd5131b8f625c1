"""What comes from outside, once: unique on (source, external id), in one transaction with its effect."""

from core.inbox.usecases import accept, ask_to_accept

__all__ = ["accept", "ask_to_accept"]
