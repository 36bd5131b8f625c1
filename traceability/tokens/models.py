"""Table of API tokens."""

import uuid
from datetime import datetime

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catalog.producers.models import Producer
from core.db import Model, Nfc, UtcDateTime, new_id, utc_now


class ApiToken(Model):
    """A token that a program shows instead of a password; only its SHA-256 is kept, so nobody can read it here.

    It belongs to a producer of the site, or to a partner from outside with a `partner_name`, its `gln`, and the
    `capture_prefixes`: beginnings of canonical URIs of what is the partner's own. `last_used_at` is coarse.
    """

    __tablename__ = "api_tokens"
    __table_args__ = (
        CheckConstraint("(producer_id IS NULL) <> (partner_name IS NULL)", name="of_producer_or_partner"),
        CheckConstraint("octet_length(secret_hash) = 32", name="hash_form"),
        CheckConstraint("gln ~ '^[0-9]{13}$'", name="gln_form"),
        CheckConstraint(
            "cardinality(scopes) > 0 AND scopes <@ ARRAY['capture', 'read', 'subscribe', 'sensor']",
            name="scopes_known",
        ),
        Index("ix_api_tokens_producer_id", "producer_id", "id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    last_four: Mapped[str] = mapped_column(Nfc(4))
    name: Mapped[str] = mapped_column(Nfc(80))
    producer_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("producers.id"))
    partner_name: Mapped[str | None] = mapped_column(Nfc(160))
    gln: Mapped[str | None] = mapped_column(Nfc(13))
    capture_prefixes: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default="{}")
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    created_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    producer: Mapped[Producer | None] = relationship()

    def is_valid_at(self, moment: datetime) -> bool:
        """Whether the token opens anything at `moment`."""
        return self.revoked_at is None and moment < self.expires_at
