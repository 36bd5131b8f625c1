"""Tables of the EPCIS journal. They are append-only: the database refuses changes."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Sequence
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Model, Nfc, UtcDateTime, db, new_id, utc_now

sscc_serial_reference = Sequence("sscc_serial_reference", metadata=db.metadata)
"""Next serial reference below the site's GS1 company prefix, for logistic units (SSCC, AI 00)."""


class EpcisEvent(Model):
    """One event as it was captured (EPCIS 2.0 §7.4).

    `payload` is the whole event as JSON-LD; the columns beside it are copies to search by. `event_hash` is the CBV 2.0
    event hash (§8.9): the same event twice is refused. `event_time` is when it happened, `record_time` when it was
    captured.
    """

    __tablename__ = "epcis_events"
    __table_args__ = (
        CheckConstraint(
            "event_type IN ('ObjectEvent', 'AggregationEvent', 'AssociationEvent', 'TransactionEvent', "
            "'TransformationEvent')",
            name="event_type_known",
        ),
        CheckConstraint("action IN ('ADD', 'OBSERVE', 'DELETE')", name="action_known"),
        Index("ix_epcis_events_event_time", "event_time", "id"),
        Index("ix_epcis_events_record_time", "record_time", "id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    event_id: Mapped[str] = mapped_column(Nfc(200), unique=True)
    event_hash: Mapped[str] = mapped_column(Nfc(100), unique=True)
    event_type: Mapped[str] = mapped_column(Nfc(24))
    action: Mapped[str | None] = mapped_column(Nfc(8))
    event_time: Mapped[datetime] = mapped_column(UtcDateTime)
    event_time_zone_offset: Mapped[str] = mapped_column(Nfc(6))
    record_time: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    biz_step: Mapped[str | None] = mapped_column(Nfc(80))
    disposition: Mapped[str | None] = mapped_column(Nfc(80))
    read_point: Mapped[str | None] = mapped_column(Nfc(200))
    biz_location: Mapped[str | None] = mapped_column(Nfc(200))
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB)
    captured_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))

    identifiers: Mapped[list["EpcisEventIdentifier"]] = relationship(
        back_populates="event", order_by="EpcisEventIdentifier.position", lazy="raise"
    )


class EpcisEventIdentifier(Model):
    """One object that an event is about: an EPC, or a class (lot) with a quantity.

    `role` is the field of the event it stood in: epc, quantity, parent, child, child_quantity, input, input_quantity,
    output, output_quantity. `identifier` is a GS1 Digital Link URI.
    """

    __tablename__ = "epcis_event_identifiers"
    __table_args__ = (Index("ix_epcis_event_identifiers_identifier", "identifier", "event_id"),)

    event_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("epcis_events.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    role: Mapped[str] = mapped_column(Nfc(16))
    identifier: Mapped[str] = mapped_column(Nfc(200))
    quantity: Mapped[float | None]
    unit_of_measure: Mapped[str | None] = mapped_column(Nfc(3))

    event: Mapped[EpcisEvent] = relationship(back_populates="identifiers", lazy="raise")
