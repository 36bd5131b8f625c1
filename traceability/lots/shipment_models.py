"""Tables of shipments between two parties on the site, their crates and pallets, and what was received of each line."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catalog.producers.models import Producer
from core.db import Model, Nfc, UtcDateTime, new_id, utc_now
from traceability.lots.amounts import Amount
from traceability.lots.models import LogisticUnit, Lot, one_of


class ShipmentStatus(StrEnum):
    """How far a shipment between two parties came."""

    SENT = "sent"
    RECEIVED = "received"
    PARTLY_RECEIVED = "partly_received"
    REFUSED = "refused"


class Difference(StrEnum):
    """What became of goods that a receiver did not take over."""

    LOST = "lost"
    RETURNED = "returned"


class Shipment(Model):
    """Goods on the way from one party on the site to another. `number` is what people say to each other."""

    __tablename__ = "shipments"
    __table_args__ = (
        CheckConstraint(one_of("status", ShipmentStatus), name="status_known"),
        CheckConstraint("sender_id <> receiver_id", name="between_two_parties"),
        CheckConstraint("(status = 'sent') = (settled_at IS NULL)", name="settled_once"),
        CheckConstraint(
            "status NOT IN ('partly_received', 'refused') OR reason IS NOT NULL", name="difference_explained"
        ),
        Index("ix_shipments_sender_id", "sender_id", "id"),
        Index("ix_shipments_receiver_id", "receiver_id", "id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    number: Mapped[str] = mapped_column(Nfc(12), unique=True)
    sender_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("producers.id"))
    receiver_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("producers.id"))
    status: Mapped[ShipmentStatus] = mapped_column(Nfc(16), default=ShipmentStatus.SENT)
    note: Mapped[str | None] = mapped_column(Nfc(500))
    sent_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    settled_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str | None] = mapped_column(Nfc(500))

    sender: Mapped[Producer] = relationship(foreign_keys=[sender_id])
    receiver: Mapped[Producer] = relationship(foreign_keys=[receiver_id])
    lines: Mapped[list["ShipmentLine"]] = relationship(order_by="ShipmentLine.position", lazy="raise")
    units: Mapped[list["ShipmentUnit"]] = relationship(order_by="ShipmentUnit.sscc", lazy="raise")


class ShipmentUnit(Model):
    """A crate or pallet that a shipment consists of; `parent_sscc` is the pallet that a crate stood on."""

    __tablename__ = "shipment_units"

    shipment_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("shipments.id"), primary_key=True)
    sscc: Mapped[str] = mapped_column(ForeignKey("logistic_units.sscc"), primary_key=True, index=True)
    parent_sscc: Mapped[str | None] = mapped_column(Nfc(18))

    unit: Mapped[LogisticUnit] = relationship()


class ShipmentLine(Model):
    """So much of one lot in a shipment, in the crate `sscc` or (empty) loose; what was received of it, once settled."""

    __tablename__ = "shipment_lines"
    __table_args__ = (
        UniqueConstraint("shipment_id", "position"),
        UniqueConstraint("shipment_id", "lot_id", "sscc"),
        CheckConstraint("grams >= 0 AND units >= 0 AND grams + units > 0", name="amount_positive"),
        CheckConstraint("num_nulls(received_grams, received_units) IN (0, 2)", name="received_whole"),
        CheckConstraint(
            "received_grams BETWEEN 0 AND grams AND received_units BETWEEN 0 AND units", name="never_more_than_sent"
        ),
        CheckConstraint(one_of("difference", Difference), name="difference_known"),
        Index("ix_shipment_lines_lot_id", "lot_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    shipment_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("shipments.id"))
    position: Mapped[int]
    lot_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("lots.id"))
    sscc: Mapped[str] = mapped_column(Nfc(18))
    grams: Mapped[int] = mapped_column(BigInteger)
    units: Mapped[int]
    received_grams: Mapped[int | None] = mapped_column(BigInteger)
    received_units: Mapped[int | None]
    difference: Mapped[Difference | None] = mapped_column(Nfc(8))

    lot: Mapped[Lot] = relationship()

    @property
    def sent(self) -> Amount:
        """How much was sent."""
        return Amount(self.grams, self.units)
