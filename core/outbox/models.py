"""Tables of the outbox."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Model, Nfc, UtcDateTime, new_id, utc_now


class OutboxMessage(Model):
    """One piece of news: the event's class name and its fields."""

    __tablename__ = "outbox_messages"
    __table_args__ = (
        Index("ix_outbox_messages_pending", "next_attempt_at", "id", postgresql_where=text("processed_at IS NULL")),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(Nfc(80))
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    next_attempt_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(Nfc(2000))
    processed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class OutboxDelivery(Model):
    """A subscriber has had a message; written with the subscriber's effect, so that it happens once."""

    __tablename__ = "outbox_deliveries"

    message_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("outbox_messages.id", ondelete="CASCADE"), primary_key=True
    )
    subscriber: Mapped[str] = mapped_column(Nfc(120), primary_key=True)
    delivered_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
