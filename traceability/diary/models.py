"""Tables of plots, their codes, who and what works on them, and the exceptions that officers grant."""

import uuid
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catalog.places.models import Commune
from catalog.producers.models import Producer
from core.accounts import User
from core.db import Model, Nfc, UtcDateTime, new_id, utc_now


class Plot(Model):
    """A piece of land that one producer works, or the place where its hives or pens stand.

    `gln` is its location trace code (AI 414). `area_m2` in square metres. The coordinates are public, so they are
    stored coarsely (three decimals, about 100 m). `shape` is private: a GeoJSON Polygon (RFC 7946 §3.1.6) in WGS 84.
    `planted_on` is the day of planting in `planting_year`, where it is known. `crop` is the code of a growing
    calendar; `tree_count` stays empty for what is sown each season.
    """

    __tablename__ = "plots"
    __table_args__ = (
        UniqueConstraint("producer_id", "name"),
        CheckConstraint("gln ~ '^[0-9]{13}$'", name="gln_form"),
        CheckConstraint("area_m2 BETWEEN 1 AND 100000000", name="area_range"),
        CheckConstraint("latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180", name="on_earth"),
        CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name="place_whole"),
        CheckConstraint("crop ~ '^[a-z0-9_]{1,40}$'", name="crop_form"),
        CheckConstraint("planting_year BETWEEN 1900 AND 2200", name="planting_year_range"),
        CheckConstraint(
            "planted_on IS NULL OR (planting_year IS NOT NULL AND date_part('year', planted_on) = planting_year)",
            name="planted_in_its_year",
        ),
        CheckConstraint("tree_count BETWEEN 1 AND 10000000", name="tree_count_range"),
        CheckConstraint("shape->>'type' = 'Polygon' AND jsonb_typeof(shape->'coordinates') = 'array'", name="polygon"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    producer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("producers.id"))
    gln: Mapped[str] = mapped_column(Nfc(13), unique=True)
    name: Mapped[str] = mapped_column(Nfc(120))
    commune_code: Mapped[str] = mapped_column(ForeignKey("communes.code"))
    area_m2: Mapped[int]
    crop: Mapped[str | None] = mapped_column(Nfc(40))
    planting_year: Mapped[int | None]
    planted_on: Mapped[date | None]
    tree_count: Mapped[int | None]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    shape: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    producer: Mapped[Producer] = relationship()
    commune: Mapped[Commune] = relationship()
    planting_area_codes: Mapped[list["PlantingAreaCode"]] = relationship(order_by="PlantingAreaCode.id", viewonly=True)


class PlantingAreaCodeStatus(StrEnum):
    """What its issuer says of a planting-area code."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    REVOKED = "revoked"


class PlantingAreaCode(Model):
    """A code that an authority gave a plot for one market (mã số vùng trồng); `code` is opaque text of its issuer.

    `market` is a country in two letters (ISO 3166-1, or EU). Issuer, market and dates are empty where unknown. It is
    valid on the days from `valid_from` to `valid_until`, both included, while it is active.
    """

    __tablename__ = "planting_area_codes"
    __table_args__ = (
        UniqueConstraint(
            "plot_id",
            "code",
            "market",
            name="uq_planting_area_codes_plot_code_market",
            postgresql_nulls_not_distinct=True,
        ),
        CheckConstraint("code <> ''", name="code_given"),
        CheckConstraint("market ~ '^[A-Z]{2}$'", name="market_form"),
        CheckConstraint("status IN ('active', 'suspended', 'revoked')", name="status_known"),
        CheckConstraint("valid_from <= valid_until", name="ends_after_it_begins"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    plot_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("plots.id"))
    code: Mapped[str] = mapped_column(Nfc(60))
    issuer: Mapped[str | None] = mapped_column(Nfc(160))
    market: Mapped[str | None] = mapped_column(Nfc(2))
    status: Mapped[PlantingAreaCodeStatus] = mapped_column(Nfc(12), default=PlantingAreaCodeStatus.ACTIVE)
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    def is_valid_on(self, day: date) -> bool:
        """Whether the code may be named on papers of that day."""
        begun = self.valid_from is None or self.valid_from <= day
        ended = self.valid_until is not None and self.valid_until < day
        return self.status == PlantingAreaCodeStatus.ACTIVE and begun and not ended


class FarmWorker(Model):
    """A person who works on a producer's plots. The phone number is private. `trained_on`: last training, if any."""

    __tablename__ = "farm_workers"
    __table_args__ = (
        UniqueConstraint("producer_id", "name"),
        CheckConstraint("name <> ''", name="name_given"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    producer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("producers.id"))
    name: Mapped[str] = mapped_column(Nfc(120))
    phone: Mapped[str | None] = mapped_column(Nfc(16))
    trained_on: Mapped[date | None]
    left_on: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)


class EquipmentKind(StrEnum):
    """Kinds of equipment, as a diary tells them apart."""

    SPRAYER = "sprayer"
    PUMP = "pump"
    CUTTER = "cutter"
    MACHINE = "machine"
    CONTAINER = "container"
    OTHER = "other"


class Equipment(Model):
    """Something a producer works with. `serviced_on`: last cleaned through, repaired or calibrated."""

    __tablename__ = "equipment"
    __table_args__ = (
        UniqueConstraint("producer_id", "name"),
        CheckConstraint("name <> ''", name="name_given"),
        CheckConstraint("kind IN ('sprayer', 'pump', 'cutter', 'machine', 'container', 'other')", name="kind_known"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    producer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("producers.id"))
    name: Mapped[str] = mapped_column(Nfc(120))
    kind: Mapped[EquipmentKind] = mapped_column(Nfc(12))
    serviced_on: Mapped[date | None]
    retired_on: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)


class HarvestOverride(Model):
    """An officer's permission to harvest a plot inside a pre-harvest interval, on stated days; never changed.

    `spray_entry_ids` are the sprays that it overrules: one that is written down or corrected later is not among them.
    The signature is the officer's account, the moment, and the name as they typed it.
    """

    __tablename__ = "harvest_overrides"
    __table_args__ = (
        CheckConstraint("valid_from <= valid_until", name="ends_after_it_begins"),
        CheckConstraint("length(reason) >= 10", name="reason_given"),
        CheckConstraint("signed_name <> ''", name="signed"),
        CheckConstraint("cardinality(spray_entry_ids) > 0", name="overrules_something"),
        Index("ix_harvest_overrides_plot_id", "plot_id", "valid_from", "id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    plot_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("plots.id"))
    valid_from: Mapped[date]
    valid_until: Mapped[date]
    reason: Mapped[str] = mapped_column(Nfc(1000))
    spray_entry_ids: Mapped[list[uuid.UUID]] = mapped_column(ARRAY(Uuid))
    granted_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))
    signed_name: Mapped[str] = mapped_column(Nfc(120))
    granted_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    plot: Mapped[Plot] = relationship()
    granter: Mapped[User] = relationship()
