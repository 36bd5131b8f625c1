"""What comes from outside, once: unique on (source, external id), in one transaction with its effect."""

from core.inbox.usecases import accept

__all__ = ["accept"]
