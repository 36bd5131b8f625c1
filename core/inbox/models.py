"""Table of the inbox."""

import uuid
from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Model, Nfc, UtcDateTime, new_id, utc_now


class InboxMessage(Model):
    """A message from outside that took effect; the row and the effect commit together."""

    __tablename__ = "inbox_messages"
    __table_args__ = (UniqueConstraint("source", "external_id"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    source: Mapped[str] = mapped_column(Nfc(40))
    external_id: Mapped[str] = mapped_column(Nfc(255))
    kind: Mapped[str] = mapped_column(Nfc(80))
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
