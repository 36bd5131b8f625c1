"""Table of private files."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catalog.producers.models import Producer
from core.db import Model, Nfc, UtcDateTime, new_id, utc_now


class PrivateFile(Model):
    """A document or picture that belongs to a producer and is never public.

    `name` is what the file was called on the sender's device, for people only. `storage_key` leads to the content in
    the private storage; `sha256` is the digest of that content in hexadecimal.
    """

    __tablename__ = "private_files"
    __table_args__ = (
        CheckConstraint("content_type IN ('application/pdf', 'image/jpeg')", name="content_type_known"),
        CheckConstraint("size_bytes BETWEEN 1 AND 10000000", name="size_range"),
        CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256_form"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    producer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("producers.id"), index=True)
    name: Mapped[str] = mapped_column(Nfc(120))
    content_type: Mapped[str] = mapped_column(Nfc(40))
    size_bytes: Mapped[int]
    sha256: Mapped[str] = mapped_column(Nfc(64))
    storage_key: Mapped[str] = mapped_column(Nfc(120))
    uploaded_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    uploaded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    producer: Mapped[Producer] = relationship()
