"""Tables of producers and their members."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Sequence
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catalog.places.models import Commune
from core.accounts import User
from core.db import Model, Nfc, UtcDateTime, db, new_id, utc_now

gln_location_reference = Sequence("gln_location_reference", metadata=db.metadata)
"""Next location reference below the site's GS1 company prefix, for GLNs of parties and places."""


class ProducerKind(StrEnum):
    """Legal form of a producer."""

    HOUSEHOLD = "household"
    COOPERATIVE = "cooperative"
    COMPANY = "company"


class Producer(Model):
    """A farm household, cooperative or company that grows or makes products.

    `gln` identifies the party (AI 417). `is_sample` marks invented producers of the demo world.
    """

    __tablename__ = "producers"
    __table_args__ = (
        CheckConstraint("gln ~ '^[0-9]{13}$'", name="gln_form"),
        CheckConstraint("kind IN ('household', 'cooperative', 'company')", name="kind_known"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    slug: Mapped[str] = mapped_column(Nfc(80), unique=True)
    name: Mapped[str] = mapped_column(Nfc(160))
    kind: Mapped[ProducerKind] = mapped_column(Nfc(20))
    gln: Mapped[str] = mapped_column(Nfc(13), unique=True)
    commune_code: Mapped[str] = mapped_column(ForeignKey("communes.code"), index=True)
    address: Mapped[str] = mapped_column(Nfc(200))
    phone: Mapped[str | None] = mapped_column(Nfc(16))
    story_vi: Mapped[str | None] = mapped_column(Nfc(2000))
    story_en: Mapped[str | None] = mapped_column(Nfc(2000))
    is_sample: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    commune: Mapped[Commune] = relationship()


class ProducerMember(Model):
    """An account that may act for a producer."""

    __tablename__ = "producer_members"
    __table_args__ = (Index("ix_producer_members_user_id", "user_id"),)

    producer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("producers.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)

    producer: Mapped[Producer] = relationship()
    user: Mapped[User] = relationship()
