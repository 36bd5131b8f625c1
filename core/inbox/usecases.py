"""Accepting messages from outside."""

from functools import cache

from core.db import Asked, SettledStatement, ask, insertion, new_id, settled, utc_now
from core.inbox.models import InboxMessage


def accept(*, source: str, external_id: str, kind: str) -> bool:
    """Claim a message in the current transaction: True for its first time, False when it already took effect.

    What `ask_to_accept` says of two at the same moment holds.
    """
    return ask_to_accept(source=source, external_id=external_id, kind=kind).value


def ask_to_accept(*, source: str, external_id: str, kind: str) -> Asked[bool]:
    """As `accept`, asked for now: what is asked with it may be read in vain, and nothing may be written before it.

    A second delivery at the same moment waits for the first one's transaction, and is claimed anew when that rolls
    back: a handler that fails leaves nothing behind, so the sender's next try works.
    """
    message = {"id": new_id(), "source": source, "external_id": external_id, "kind": kind, "received_at": utc_now()}
    return ask(_accepted(), message).then(bool)


@cache
def _accepted() -> SettledStatement:
    row = insertion(InboxMessage).on_conflict_do_nothing(index_elements=["source", "external_id"])
    return settled(row.returning(InboxMessage.id))
