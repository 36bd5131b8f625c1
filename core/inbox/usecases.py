"""Accepting messages from outside."""

from typing import cast

from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import insert

from core.db import db, new_id, utc_now
from core.inbox.models import InboxMessage


def accept(*, source: str, external_id: str, kind: str) -> bool:
    """Claim a message in the current transaction: True for its first time, False when it already took effect.

    A second delivery at the same moment waits for the first one's transaction, and is claimed anew when that rolls
    back: a handler that fails leaves nothing behind, so the sender's next try works.
    """
    message = {"id": new_id(), "source": source, "external_id": external_id, "kind": kind, "received_at": utc_now()}
    return db.session.execute(_ACCEPT, message).first() is not None


_messages = cast(Table, InboxMessage.__table__)
_ACCEPT = insert(_messages).on_conflict_do_nothing(index_elements=["source", "external_id"]).returning(_messages.c.id)
