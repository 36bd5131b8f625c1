"""Tables of sensors: devices, what they stand beside, what they measured, and when that was out of range."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catalog.producers.models import Producer
from core.accounts import User
from core.db import Model, Nfc, UtcDateTime, new_id, utc_now
from traceability.lots.models import Lot
from traceability.tokens.models import ApiToken


class Measure(StrEnum):
    """What is measured: temperatures are kept in degrees Celsius (CEL), relative humidity in percent (P1)."""

    TEMPERATURE = "temperature"
    HUMIDITY = "humidity"


_MEASURE_KNOWN = "measure IN ('temperature', 'humidity')"


class SensorDevice(Model):
    """A device that measures. `giai` is its GS1 Global Individual Asset Identifier (AI 8004), `serial` its maker's.

    `token` is the one it shows; a device without a valid token sends nothing.
    """

    __tablename__ = "sensor_devices"
    __table_args__ = (
        CheckConstraint("giai ~ '^[0-9]{4,12}[0-9A-Z]{1,18}$'", name="giai_form"),
        UniqueConstraint("producer_id", "name"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    producer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("producers.id"))
    giai: Mapped[str] = mapped_column(Nfc(30), unique=True)
    name: Mapped[str] = mapped_column(Nfc(80))
    serial: Mapped[str | None] = mapped_column(Nfc(60))
    token_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("api_tokens.id"), unique=True)
    created_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    producer: Mapped[Producer] = relationship()
    token: Mapped[ApiToken | None] = relationship()
    ranges: Mapped[list["SensorRange"]] = relationship(
        order_by="SensorRange.measure.desc()", cascade="all, delete-orphan"
    )


class SensorRange(Model):
    """What a device measures, and the range that is good for the goods beside it.

    An alarm opens when it was outside for `minutes_allowed` or longer. No bound: that side does not matter.
    """

    __tablename__ = "sensor_ranges"
    __table_args__ = (
        CheckConstraint(_MEASURE_KNOWN, name="measure_known"),
        CheckConstraint("minimum < maximum", name="minimum_below_maximum"),
        CheckConstraint("minutes_allowed BETWEEN 0 AND 10080", name="minutes_range"),
    )

    device_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("sensor_devices.id"), primary_key=True)
    measure: Mapped[Measure] = mapped_column(Nfc(12), primary_key=True)
    minimum: Mapped[float | None]
    maximum: Mapped[float | None]
    minutes_allowed: Mapped[int]


class SensorAttachment(Model):
    """What a device stood beside, from `attached_from` until `attached_until`: a lot, or a crate or parcel (SSCC)."""

    __tablename__ = "sensor_attachments"
    __table_args__ = (
        CheckConstraint("(lot_id IS NULL) <> (sscc IS NULL)", name="lot_or_unit"),
        CheckConstraint("sscc ~ '^[0-9]{18}$'", name="sscc_form"),
        CheckConstraint("attached_until > attached_from", name="ends_after_it_begins"),
        Index(
            "uq_sensor_attachments_current", "device_id", unique=True, postgresql_where=text("attached_until IS NULL")
        ),
        Index("ix_sensor_attachments_device_id", "device_id", "attached_from"),
        Index("ix_sensor_attachments_lot_id", "lot_id"),
        Index("ix_sensor_attachments_sscc", "sscc"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    device_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("sensor_devices.id"))
    lot_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("lots.id"))
    sscc: Mapped[str | None] = mapped_column(Nfc(18))
    attached_from: Mapped[datetime] = mapped_column(UtcDateTime)
    attached_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attached_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))

    lot: Mapped[Lot | None] = relationship()
    device: Mapped[SensorDevice] = relationship()


class SensorReading(Model):
    """One value at one time, copied from the journal's event `event_id` so that charts need not read events.

    A correction of a value is a row beside it, from a later event. The view `undisputed_sensor_readings` has the rows
    whose events were not declared wrong, and `valid_sensor_readings` the newest of them for each time: whoever judges
    or draws reads that. Append-only.
    """

    __tablename__ = "sensor_readings"
    __table_args__ = (CheckConstraint(_MEASURE_KNOWN, name="measure_known"),)

    device_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("sensor_devices.id"), primary_key=True)
    measure: Mapped[Measure] = mapped_column(Nfc(12), primary_key=True)
    measured_at: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    event_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("epcis_events.id"), primary_key=True)
    value: Mapped[float]


class SensorAlarm(Model):
    """It was outside the range for longer than allowed, from `opened_at` until `closed_at` (the first good reading).

    `minimum` and `maximum` are the range as it was then, `worst` the value furthest outside. `withdrawn_at` is when the
    readings behind it were found to be declared wrong: there was no alarm, and it is closed.
    """

    __tablename__ = "sensor_alarms"
    __table_args__ = (
        CheckConstraint(_MEASURE_KNOWN, name="measure_known"),
        CheckConstraint("closed_at > opened_at", name="ends_after_it_begins"),
        CheckConstraint("(acknowledged_at IS NULL) = (acknowledged_by IS NULL)", name="acknowledged_by_somebody"),
        CheckConstraint("withdrawn_at IS NULL OR closed_at IS NOT NULL", name="withdrawn_is_closed"),
        Index(
            "uq_sensor_alarms_opened_at",
            "device_id",
            "measure",
            "opened_at",
            unique=True,
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    device_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("sensor_devices.id"))
    measure: Mapped[Measure] = mapped_column(Nfc(12))
    minimum: Mapped[float | None]
    maximum: Mapped[float | None]
    worst: Mapped[float]
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    noticed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    acknowledged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    acknowledged_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))

    device: Mapped[SensorDevice] = relationship()
    acknowledger: Mapped[User | None] = relationship()
