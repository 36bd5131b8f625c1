"""Table of disputes."""

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Model, Nfc, UtcDateTime, new_id, utc_now
from market.payments.gateway import DisputeStage
from market.payments.models import Payment


class Dispute(Model):
    """One dispute about one payment, as the vendor said last. Amounts in dong.

    `reason` is the vendor's word for what the buyer says; `fee_vnd` what the vendor charges for it. While it is open
    the vendor holds the money; an inquiry only asks.
    """

    __tablename__ = "payment_disputes"
    __table_args__ = (
        CheckConstraint("amount_vnd > 0", name="amount_positive"),
        CheckConstraint("fee_vnd >= 0", name="fee_not_negative"),
        CheckConstraint("stage IN ('inquiry', 'open', 'won', 'lost', 'closed')", name="stage_known"),
        CheckConstraint("(closed_at IS NOT NULL) = (stage IN ('won', 'lost', 'closed'))", name="closed_when_decided"),
        Index("ix_payment_disputes_payment_id", "payment_id"),
        Index("ix_payment_disputes_open", "opened_at", postgresql_where=text("stage IN ('inquiry', 'open')")),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    payment_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("payments.id"))
    external_id: Mapped[str] = mapped_column(Nfc(255), unique=True)
    stage: Mapped[DisputeStage] = mapped_column(Nfc(12))
    reason: Mapped[str] = mapped_column(Nfc(60))
    amount_vnd: Mapped[int] = mapped_column(BigInteger)
    fee_vnd: Mapped[int] = mapped_column(BigInteger, default=0)
    respond_by: Mapped[datetime | None] = mapped_column(UtcDateTime)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    payment: Mapped[Payment] = relationship(lazy="raise")
