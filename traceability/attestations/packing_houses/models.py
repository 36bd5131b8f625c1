"""Tables of packing houses and their codes."""

import uuid
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catalog.places.models import Commune
from catalog.producers.models import Producer
from core.db import Model, Nfc, UtcDateTime, new_id, utc_now


class CodeStatus(StrEnum):
    """What the issuer of a code says of it."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    REVOKED = "revoked"


class PackingHouse(Model):
    """A place where a producer sorts and packs. `gln` is its location trace code (AI 414)."""

    __tablename__ = "packing_houses"
    __table_args__ = (
        UniqueConstraint("producer_id", "name"),
        CheckConstraint("gln ~ '^[0-9]{13}$'", name="gln_form"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    producer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("producers.id"))
    gln: Mapped[str] = mapped_column(Nfc(13), unique=True)
    name: Mapped[str] = mapped_column(Nfc(120))
    commune_code: Mapped[str] = mapped_column(ForeignKey("communes.code"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    producer: Mapped[Producer] = relationship()
    commune: Mapped[Commune] = relationship()
    codes: Mapped[list["PackingHouseCode"]] = relationship(
        order_by="[PackingHouseCode.market, PackingHouseCode.valid_from.desc(), PackingHouseCode.id]", viewonly=True
    )


class PackingHouseCode(Model):
    """A code that an authority gave a packing house for one market; opaque text of its issuer.

    `market` is the country that the code is for: two letters of ISO 3166-1, or EU. It stands from `valid_from` until
    the end of `valid_until`.
    """

    __tablename__ = "packing_house_codes"
    __table_args__ = (
        UniqueConstraint("packing_house_id", "market", "code"),
        CheckConstraint("market ~ '^[A-Z]{2}$'", name="market_form"),
        CheckConstraint("status IN ('active', 'suspended', 'revoked')", name="status_known"),
        CheckConstraint("valid_until >= valid_from", name="ends_after_it_begins"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    packing_house_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("packing_houses.id"), index=True)
    code: Mapped[str] = mapped_column(Nfc(60))
    issuer: Mapped[str] = mapped_column(Nfc(160))
    market: Mapped[str] = mapped_column(Nfc(2))
    status: Mapped[CodeStatus] = mapped_column(Nfc(12), default=CodeStatus.ACTIVE)
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
