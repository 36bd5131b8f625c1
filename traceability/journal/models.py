"""Tables of the EPCIS journal. They are append-only: the database refuses changes."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, JSON, CheckConstraint, ForeignKey, Index, Sequence, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Model, Nfc, UtcDateTime, db, new_id, utc_now

sscc_serial_reference = Sequence("sscc_serial_reference", metadata=db.metadata)
"""Next serial reference below the site's GS1 company prefix, for logistic units (SSCC, AI 00)."""


class EpcisEvent(Model):
    """One event as it was captured (EPCIS 2.0 §7.4).

    `payload` is the event as it came, in JSON; `context` is what the document around it declared beyond the standard's
    context. The columns beside it are copies to search by, each in one spelling whatever the event's: bare CBV words,
    canonical GS1 URIs. `event_time` is when it happened, `record_time` when it was captured, by `captured_by` on
    behalf of `producer_id`.

    `event_hash` is the CBV 2.0 event hash (§8.9): the same event twice is refused. An error declaration repeats the
    event that it declares wrong, with the same id and hash (EPCIS 2.0 §7.4.1.2), so it is counted apart.

    `terms` holds what queries compare for equality or existence (see `traceability.journal.indexing`).
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
        Index("ix_epcis_events_biz_step", "biz_step", "event_time"),
        Index("ix_epcis_events_biz_location", "biz_location", "event_time"),
        Index("ix_epcis_events_read_point", "read_point", "event_time"),
        Index("ix_epcis_events_producer_id", "producer_id", "event_time"),
        Index("ix_epcis_events_terms", "terms", postgresql_using="gin"),
        Index("uq_epcis_events_event_id", "event_id", unique=True, postgresql_where=text("error_declared_at IS NULL")),
        Index(
            "uq_epcis_events_event_hash", "event_hash", unique=True, postgresql_where=text("error_declared_at IS NULL")
        ),
        Index(
            "uq_epcis_events_error_declaration",
            "event_hash",
            "error_declared_at",
            unique=True,
            postgresql_where=text("error_declared_at IS NOT NULL"),
        ),
        Index("ix_epcis_events_declared_event_id", "event_id", postgresql_where=text("error_declared_at IS NOT NULL")),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    event_id: Mapped[str] = mapped_column(Nfc(1000))
    event_hash: Mapped[str] = mapped_column(Nfc(100))
    event_type: Mapped[str] = mapped_column(Nfc(24))
    action: Mapped[str | None] = mapped_column(Nfc(8))
    event_time: Mapped[datetime] = mapped_column(UtcDateTime)
    event_time_zone_offset: Mapped[str] = mapped_column(Nfc(6))
    record_time: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    biz_step: Mapped[str | None] = mapped_column(Nfc(1000))
    disposition: Mapped[str | None] = mapped_column(Nfc(1000))
    read_point: Mapped[str | None] = mapped_column(Nfc(1000))
    biz_location: Mapped[str | None] = mapped_column(Nfc(1000))
    error_declared_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error_reason: Mapped[str | None] = mapped_column(Nfc(1000))
    terms: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default="{}")
    context: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    captured_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    producer_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("producers.id"))

    identifiers: Mapped[list["EpcisEventIdentifier"]] = relationship(
        back_populates="event", order_by="EpcisEventIdentifier.position", lazy="raise"
    )


class EpcisEventIdentifier(Model):
    """One object that an event is about: an EPC, or a class (lot) with a quantity.

    `role` is the field of the event it stood in: epc, quantity, parent, child, child_quantity, input, input_quantity,
    output, output_quantity. `identifier` is a GS1 Digital Link URI in canonical form, or any other URI as it came.
    `lot` is the canonical URI of the lot that an item was said to be of.
    """

    __tablename__ = "epcis_event_identifiers"
    __table_args__ = (
        Index("ix_epcis_event_identifiers_identifier", "identifier", "event_id"),
        Index("ix_epcis_event_identifiers_lot", "lot", "identifier", postgresql_where=text("lot IS NOT NULL")),
    )

    event_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("epcis_events.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    role: Mapped[str] = mapped_column(Nfc(16))
    identifier: Mapped[str] = mapped_column(Nfc(1000))
    quantity: Mapped[float | None]
    unit_of_measure: Mapped[str | None] = mapped_column(Nfc(20))
    lot: Mapped[str | None] = mapped_column(Nfc(1000))

    event: Mapped[EpcisEvent] = relationship(back_populates="identifiers", lazy="raise")


class EpcisEventMeasure(Model):
    """One number or time of an event that queries compare by order: of a sensor, an extension field, master data.

    `name` is the name of the query parameter without its comparison, as `traceability.journal.indexing` writes it.
    """

    __tablename__ = "epcis_event_measures"
    __table_args__ = (
        CheckConstraint("(number IS NULL) <> (moment IS NULL)", name="one_value"),
        Index("ix_epcis_event_measures_number", "name", "number", postgresql_where=text("number IS NOT NULL")),
        Index("ix_epcis_event_measures_moment", "name", "moment", postgresql_where=text("moment IS NOT NULL")),
    )

    event_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("epcis_events.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Nfc(1000))
    number: Mapped[float | None]
    moment: Mapped[datetime | None] = mapped_column(UtcDateTime)
