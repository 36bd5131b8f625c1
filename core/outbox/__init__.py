"""News between packages: written in the caller's transaction, delivered afterwards, never lost."""

from core.outbox.publishing import publish
from core.outbox.registry import subscribe
from core.outbox.setup import init_app

__all__ = ["init_app", "publish", "subscribe"]
