"""Waiting for what the site does in the background: index, mail, webhook, live screen."""

import time
from collections.abc import Callable
from typing import TypeVar

from deploy.story.broken import StoryBroken

Found = TypeVar("Found")
PAUSE_SECONDS = 0.1


def wait_for(what: str, look: Callable[[], Found | None], *, seconds: float) -> tuple[Found, float]:
    """What `look` found, and after how many seconds. Raises `StoryBroken` when it found nothing in time."""
    started = time.monotonic()
    while True:
        found = look()
        waited = time.monotonic() - started
        if found:
            return found, waited
        if waited > seconds:
            raise StoryBroken(f"expected {what} within {seconds:g} s, got nothing of the kind")
        time.sleep(PAUSE_SECONDS)
