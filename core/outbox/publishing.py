"""Publishing events."""

import uuid
from dataclasses import asdict
from typing import Any

from core.db import after_commit, insert_soon
from core.outbox.models import OutboxMessage
from core.outbox.tasks import request_delivery


def publish(event: Any) -> None:
    """Write `event`, a frozen dataclass of ids, text and numbers, into the outbox of the current transaction."""
    payload = {name: str(value) if isinstance(value, uuid.UUID) else value for name, value in asdict(event).items()}
    insert_soon(OutboxMessage, name=type(event).__name__, payload=payload)
    after_commit(request_delivery)
