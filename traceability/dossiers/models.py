"""Tables of export dossiers."""

import uuid
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catalog.producers.models import Producer
from core.accounts import User
from core.db import Model, Nfc, UtcDateTime, new_id, utc_now
from traceability.attestations.packing_houses.models import PackingHouse
from traceability.lots.models import Lot


class DossierStatus(StrEnum):
    """Where a dossier stands: being put together, being built in the background, issued, or failed while built."""

    DRAFT = "draft"
    BUILDING = "building"
    ISSUED = "issued"
    FAILED = "failed"


class Failure(StrEnum):
    """Why a dossier could not be built: a gap came up meanwhile, or something broke on our side."""

    INCOMPLETE = "incomplete"
    BROKEN = "broken"


class Dossier(Model):
    """The papers of one shipment to one buyer.

    `number` is what people read, `progress` how far its building is, in percent, `failure` why that ended. `market` is
    the country of destination (two letters of ISO 3166-1, or EU), `locale` the language of the signed PDF. Once issued
    nothing of it changes, which a trigger sees to: `statement` is what was stated then, `pdf_key` and `zip_key` lead to
    the files in the private storage. `withdrawal` says that it no longer stands, `replaces` which withdrawn one it
    takes the place of.
    """

    __tablename__ = "dossiers"
    __table_args__ = (
        CheckConstraint("market ~ '^[A-Z]{2}$'", name="market_form"),
        CheckConstraint("locale IN ('vi', 'en')", name="locale_known"),
        CheckConstraint("failure IN ('incomplete', 'broken')", name="failure_known"),
        CheckConstraint("progress BETWEEN 0 AND 100", name="progress_range"),
        CheckConstraint("status IN ('draft', 'building', 'issued', 'failed')", name="status_known"),
        CheckConstraint(
            "status <> 'issued' OR num_nulls(issued_at, statement, pdf_key, pdf_sha256, zip_key, zip_sha256) = 0",
            name="issued_whole",
        ),
        CheckConstraint("replaces_id <> id", name="replaces_another"),
        Index("ix_dossiers_producer_id_id", "producer_id", "id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    number: Mapped[str] = mapped_column(Nfc(16), unique=True)
    producer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("producers.id"))
    buyer: Mapped[str] = mapped_column(Nfc(200))
    market: Mapped[str] = mapped_column(Nfc(2))
    shipped_on: Mapped[date]
    locale: Mapped[str] = mapped_column(Nfc(5))
    packing_house_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("packing_houses.id"))
    status: Mapped[DossierStatus] = mapped_column(Nfc(10), default=DossierStatus.DRAFT)
    created_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    requested_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    requested_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    progress: Mapped[int] = mapped_column(default=0)
    failure: Mapped[Failure | None] = mapped_column(Nfc(12))
    issued_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    statement: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    pdf_key: Mapped[str | None] = mapped_column(Nfc(120))
    pdf_sha256: Mapped[str | None] = mapped_column(Nfc(64))
    zip_key: Mapped[str | None] = mapped_column(Nfc(120))
    zip_sha256: Mapped[str | None] = mapped_column(Nfc(64))
    replaces_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("dossiers.id"), unique=True)

    producer: Mapped[Producer] = relationship()
    packing_house: Mapped[PackingHouse | None] = relationship()
    replaces: Mapped["Dossier | None"] = relationship(remote_side=[id], lazy="raise", back_populates="replaced_by")
    replaced_by: Mapped["Dossier | None"] = relationship(lazy="raise", back_populates="replaces", viewonly=True)
    withdrawal: Mapped["DossierWithdrawal | None"] = relationship(lazy="raise", viewonly=True)
    lines: Mapped[list["DossierLine"]] = relationship(order_by="DossierLine.id", viewonly=True)


class DossierLine(Model):
    """One line of the packing list: so many grams of a lot, in the crate or on the pallet `sscc` where it has one."""

    __tablename__ = "dossier_lines"
    __table_args__ = (
        UniqueConstraint("dossier_id", "sscc", "lot_id", postgresql_nulls_not_distinct=True),
        CheckConstraint("sscc ~ '^[0-9]{18}$'", name="sscc_form"),
        CheckConstraint("weight_grams BETWEEN 1 AND 1000000000", name="weight_range"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    dossier_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("dossiers.id"))
    sscc: Mapped[str | None] = mapped_column(Nfc(18))
    lot_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("lots.id"), index=True)
    weight_grams: Mapped[int] = mapped_column(BigInteger)

    lot: Mapped[Lot] = relationship()


class DossierWithdrawal(Model):
    """That an issued dossier no longer stands, since when and why. Its files stay. Rows never change."""

    __tablename__ = "dossier_withdrawals"
    __table_args__ = (CheckConstraint("reason <> ''", name="reason_given"),)

    dossier_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("dossiers.id"), primary_key=True)
    reason: Mapped[str] = mapped_column(Nfc(500))
    withdrawn_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))
    withdrawn_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    withdrawer: Mapped[User] = relationship(lazy="raise")
