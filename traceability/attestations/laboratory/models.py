"""Tables of laboratory results."""

import uuid
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Numeric, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catalog.producers.models import Producer
from core.db import Model, Nfc, UtcDateTime, new_id, utc_now
from traceability.attestations.files.models import PrivateFile
from traceability.lots.models import Lot


class AnalyteVerdict(StrEnum):
    """How a measured value compares with its limit."""

    WITHIN = "within"
    ABOVE = "above"
    UNCLEAR = "unclear"
    NO_LIMIT = "no_limit"


class LaboratoryResult(Model):
    """The report of a laboratory on a sample of one lot. Rows are never changed; a wrong one is marked as void."""

    __tablename__ = "laboratory_results"
    __table_args__ = (
        UniqueConstraint("lot_id", "laboratory", "report_number"),
        CheckConstraint("reported_on >= sampled_on", name="reported_after_sampling"),
        CheckConstraint("(voided_at IS NULL) = (void_reason IS NULL)", name="voided_with_a_reason"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    producer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("producers.id"), index=True)
    lot_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("lots.id"))
    laboratory: Mapped[str] = mapped_column(Nfc(160))
    report_number: Mapped[str] = mapped_column(Nfc(60))
    sampled_on: Mapped[date]
    reported_on: Mapped[date]
    file_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("private_files.id"), index=True)
    entered_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    voided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    void_reason: Mapped[str | None] = mapped_column(Nfc(500))

    producer: Mapped[Producer] = relationship()
    lot: Mapped[Lot] = relationship()
    file: Mapped[PrivateFile] = relationship()
    analytes: Mapped[list["Analyte"]] = relationship(order_by="Analyte.position", cascade="all, delete-orphan")


class Analyte(Model):
    """One substance or germ that was looked for.

    `value` and `limit` are in `unit`. With `is_below` the value is the limit of quantification: less than that was
    found, if anything.
    """

    __tablename__ = "laboratory_analytes"
    __table_args__ = (
        CheckConstraint('value >= 0 AND "limit" >= 0', name="not_negative"),
        CheckConstraint("verdict IN ('within', 'above', 'unclear', 'no_limit')", name="verdict_known"),
        CheckConstraint("(verdict = 'no_limit') = (\"limit\" IS NULL)", name="judged_by_a_limit"),
        CheckConstraint("verdict <> 'within' OR value <= \"limit\"", name="within_is_within"),
    )

    result_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("laboratory_results.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(Nfc(120))
    is_below: Mapped[bool]
    value: Mapped[Decimal] = mapped_column(Numeric(14, 6))
    unit: Mapped[str] = mapped_column(Nfc(20))
    limit: Mapped[Decimal | None] = mapped_column(Numeric(14, 6))
    verdict: Mapped[AnalyteVerdict] = mapped_column(Nfc(10))
