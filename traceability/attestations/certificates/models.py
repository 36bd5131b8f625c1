"""Tables of certificates, what they cover, and what became of them."""

import uuid
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catalog.producers.models import Producer
from catalog.products.models import Product
from core.db import Model, Nfc, UtcDateTime, new_id, utc_now
from traceability.attestations.files.models import PrivateFile
from traceability.diary.models import Plot


class CertificateStatus(StrEnum):
    """What the issuer says of a certificate. Whether its time has passed is another matter."""

    VALID = "valid"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"


class Certificate(Model):
    """A certificate of a producer for some plots and products, from `valid_from` until the end of `valid_until`.

    It follows from an inspection on the site (`self_check_id`) or is entered with its scan (`file_id`). `verified_at`
    says that somebody outside the producer has compared it with the issuer's own records.
    """

    __tablename__ = "certificates"
    __table_args__ = (
        UniqueConstraint("producer_id", "issuer", "number"),
        CheckConstraint("valid_until > valid_from", name="ends_after_it_begins"),
        CheckConstraint("self_check_id IS NOT NULL OR file_id IS NOT NULL", name="has_a_ground"),
        CheckConstraint("(verified_at IS NULL) = (verified_by IS NULL)", name="verified_by_somebody"),
        Index("ix_certificates_valid_until", "valid_until", "id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    producer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("producers.id"))
    standard: Mapped[str] = mapped_column(Nfc(80))
    number: Mapped[str] = mapped_column(Nfc(60))
    issuer: Mapped[str] = mapped_column(Nfc(160))
    valid_from: Mapped[date]
    valid_until: Mapped[date]
    self_check_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("self_checks.id"), unique=True)
    file_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("private_files.id"), index=True)
    entered_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    verified_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    verified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    producer: Mapped[Producer] = relationship()
    file: Mapped[PrivateFile | None] = relationship()
    plots: Mapped[list[Plot]] = relationship(secondary="certificate_plots", order_by=Plot.name, viewonly=True)
    products: Mapped[list[Product]] = relationship(
        secondary="certificate_products", order_by=Product.name_vi, viewonly=True
    )
    changes: Mapped[list["CertificateStatusChange"]] = relationship(
        order_by="CertificateStatusChange.id.desc()", viewonly=True
    )


class CertificatePlot(Model):
    """A plot within the scope of a certificate."""

    __tablename__ = "certificate_plots"

    certificate_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("certificates.id"), primary_key=True)
    plot_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("plots.id"), primary_key=True, index=True)


class CertificateProduct(Model):
    """A product within the scope of a certificate."""

    __tablename__ = "certificate_products"

    certificate_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("certificates.id"), primary_key=True)
    product_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("products.id"), primary_key=True, index=True)


class CertificateStatusChange(Model):
    """A certificate was suspended, withdrawn or put back in force from `effective_on`. Rows only grow."""

    __tablename__ = "certificate_status_changes"
    __table_args__ = (
        CheckConstraint("status IN ('valid', 'suspended', 'withdrawn')", name="status_known"),
        CheckConstraint("reason <> ''", name="reason_given"),
        Index("ix_certificate_status_changes_certificate_id_id", "certificate_id", "id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    certificate_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("certificates.id"))
    status: Mapped[CertificateStatus] = mapped_column(Nfc(12))
    effective_on: Mapped[date]
    reason: Mapped[str] = mapped_column(Nfc(500))
    changed_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)


class CertificateWarning(Model):
    """Members were told that a certificate ends in so many days; once each."""

    __tablename__ = "certificate_warnings"

    certificate_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("certificates.id"), primary_key=True)
    days: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
