"""Who follows what the vendor tells besides hosted pages and refunds. Features above payments enter themselves here."""

from collections.abc import Callable
from datetime import datetime

from market.payments.gateway import PaymentGateway, WebhookEvent

Follower = Callable[[WebhookEvent, PaymentGateway], None]
SweepPart = Callable[[PaymentGateway, datetime], int]
"""Compares one kind of object, made since the time given, with ours; how many of ours changed."""

_followers: dict[str, Follower] = {}
_sweep_parts: dict[str, SweepPart] = {}


def register_follower(object_kind: str, follower: Follower) -> None:
    """Let webhooks about objects of this kind be followed; saying it again replaces it."""
    _followers[object_kind] = follower


def find_follower(object_kind: str) -> Follower | None:
    """Who follows webhooks about objects of this kind."""
    return _followers.get(object_kind)


def register_sweep_part(name: str, part: SweepPart) -> None:
    """Let the sweep do this too, after what was registered before; saying it again replaces it."""
    _sweep_parts[name] = part


def sweep_parts() -> list[SweepPart]:
    """What the sweep does besides, in order."""
    return list(_sweep_parts.values())
