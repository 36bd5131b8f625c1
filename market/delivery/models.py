"""Tables of delivery methods: where they serve, what they cost, and at which times."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catalog.places.models import Commune, Province
from core.accounts import User
from core.db import Model, Nfc, UtcDateTime, new_id, utc_now
from traceability.lots.models import one_of


class MethodKind(StrEnum):
    """How a parcel reaches its buyer."""

    COURIER = "courier"
    COOL_CHAIN = "cool_chain"
    PICK_UP = "pick_up"


class Carrier(StrEnum):
    """Who drives, and has the fee: the site's courier, or the producer, who may pay somebody else for it."""

    SITE = "site"
    PRODUCER = "producer"


class DeliveryMethod(Model):
    """One way in which a producer's parcels reach their buyers; out of use once `ended_at` is set.

    A pick-up point has an address, a commune and its opening hours in words, and costs nothing. The others serve the
    zones they have, for nothing from `free_from_vnd` worth of goods on. The fee is its carrier's; what the
    site's courier drives has the zones and fees that the site sets (`site_courier.py`), its own wait until it changes
    back.
    """

    __tablename__ = "delivery_methods"
    __table_args__ = (
        CheckConstraint(one_of("kind", MethodKind), name="kind_known"),
        CheckConstraint(one_of("carrier", Carrier), name="carrier_known"),
        CheckConstraint(
            "num_nulls(address, commune_code, opening_hours) = CASE kind WHEN 'pick_up' THEN 0 ELSE 3 END",
            name="pick_up_has_a_place",
        ),
        CheckConstraint("free_from_vnd > 0", name="free_from_positive"),
        CheckConstraint(
            "carrier = 'producer' OR kind = 'courier' AND free_from_vnd IS NULL", name="site_courier_as_the_site_says"
        ),
        Index("ix_delivery_methods_producer_id", "producer_id", "id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    producer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("producers.id"))
    kind: Mapped[MethodKind] = mapped_column(Nfc(12))
    carrier: Mapped[Carrier] = mapped_column(Nfc(12), default=Carrier.PRODUCER)
    name: Mapped[str] = mapped_column(Nfc(80))
    free_from_vnd: Mapped[int | None] = mapped_column(BigInteger)
    address: Mapped[str | None] = mapped_column(Nfc(200))
    commune_code: Mapped[str | None] = mapped_column(ForeignKey("communes.code"))
    opening_hours: Mapped[str | None] = mapped_column(Nfc(200))
    created_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    commune: Mapped[Commune | None] = relationship(lazy="raise")
    zones: Mapped[list["DeliveryZone"]] = relationship(
        back_populates="method", order_by="DeliveryZone.id", cascade="all, delete-orphan", lazy="raise"
    )
    slots: Mapped[list["DeliverySlot"]] = relationship(
        order_by="(DeliverySlot.weekday, DeliverySlot.from_hour, DeliverySlot.id)", lazy="raise"
    )


class DeliveryZone(Model):
    """Provinces and communes that a method serves at the same rates; with `is_elsewhere`, all that no other zone names.

    `extra_kg_vnd` is the fee for each kilogram begun above the last bracket; without it, nothing heavier is taken.
    Orders keep a copy of their rates, so a zone may change or go at any time.
    """

    __tablename__ = "delivery_zones"
    __table_args__ = (
        CheckConstraint("extra_kg_vnd BETWEEN 0 AND 10000000", name="extra_kg_range"),
        Index("ix_delivery_zones_method_id", "method_id", "id"),
        Index("uq_delivery_zones_one_elsewhere", "method_id", unique=True, postgresql_where=text("is_elsewhere")),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    method_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("delivery_methods.id"))
    name: Mapped[str] = mapped_column(Nfc(80))
    extra_kg_vnd: Mapped[int | None] = mapped_column(BigInteger)
    is_elsewhere: Mapped[bool] = mapped_column(default=False, server_default=text("false"))

    method: Mapped[DeliveryMethod] = relationship(back_populates="zones", lazy="raise")
    places: Mapped[list["DeliveryZonePlace"]] = relationship(
        order_by="DeliveryZonePlace.id", cascade="all, delete-orphan", lazy="raise"
    )
    rates: Mapped[list["DeliveryRate"]] = relationship(
        order_by="DeliveryRate.up_to_grams", cascade="all, delete-orphan", lazy="raise"
    )


class DeliveryZonePlace(Model):
    """A province or a commune of a zone; a commune counts more than the province around it."""

    __tablename__ = "delivery_zone_places"
    __table_args__ = (
        CheckConstraint("num_nonnulls(province_code, commune_code) = 1", name="one_place"),
        UniqueConstraint("zone_id", "province_code"),
        UniqueConstraint("zone_id", "commune_code"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    zone_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("delivery_zones.id", ondelete="CASCADE"))
    province_code: Mapped[str | None] = mapped_column(ForeignKey("provinces.code"))
    commune_code: Mapped[str | None] = mapped_column(ForeignKey("communes.code"))

    province: Mapped[Province | None] = relationship(lazy="raise")
    commune: Mapped[Commune | None] = relationship(lazy="raise")


class DeliveryRate(Model):
    """What a parcel of up to so many grams costs in a zone, in dong."""

    __tablename__ = "delivery_rates"
    __table_args__ = (
        CheckConstraint("up_to_grams BETWEEN 1 AND 1000000", name="up_to_grams_range"),
        CheckConstraint("fee_vnd BETWEEN 0 AND 10000000", name="fee_range"),
    )

    zone_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("delivery_zones.id", ondelete="CASCADE"), primary_key=True)
    up_to_grams: Mapped[int] = mapped_column(primary_key=True)
    fee_vnd: Mapped[int] = mapped_column(BigInteger)


class DeliverySlot(Model):
    """A window of every week in which a method delivers, for `capacity` parcels a day; out of use with `ended_at`.

    `weekday` is ISO 8601's, 1 is Monday; the hours are those of clocks in Vietnam. It can be chosen until
    `cutoff_hours` before it begins.
    """

    __tablename__ = "delivery_slots"
    __table_args__ = (
        UniqueConstraint("method_id", "weekday", "from_hour", "until_hour"),
        CheckConstraint("weekday BETWEEN 1 AND 7", name="weekday_range"),
        CheckConstraint("0 <= from_hour AND from_hour < until_hour AND until_hour <= 24", name="hours_range"),
        CheckConstraint("capacity BETWEEN 1 AND 1000", name="capacity_range"),
        CheckConstraint("cutoff_hours BETWEEN 0 AND 336", name="cutoff_range"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    method_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("delivery_methods.id"))
    weekday: Mapped[int]
    from_hour: Mapped[int]
    until_hour: Mapped[int]
    capacity: Mapped[int]
    cutoff_hours: Mapped[int]
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SiteCourierFees(Model):
    """What the site's courier costs from `set_at` on, in dong, whatever a parcel weighs. The last one counts."""

    __tablename__ = "site_courier_fees"
    __table_args__ = (
        CheckConstraint(
            "same_province_vnd BETWEEN 0 AND 10000000 AND other_province_vnd BETWEEN 0 AND 10000000", name="fee_range"
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    same_province_vnd: Mapped[int] = mapped_column(BigInteger)
    other_province_vnd: Mapped[int] = mapped_column(BigInteger)
    set_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))
    set_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    setter: Mapped[User] = relationship(lazy="raise")
