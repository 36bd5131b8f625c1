"""Table of plots."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catalog.places.models import Commune
from catalog.producers.models import Producer
from core.db import Model, Nfc, UtcDateTime, new_id, utc_now


class Plot(Model):
    """A piece of land that one producer works.

    `gln` is its location trace code (AI 414). `area_m2` in square metres. The coordinates are public, so they are
    stored coarsely (three decimals, about 100 m). `planting_area_code` is opaque text of its issuer.
    """

    __tablename__ = "plots"
    __table_args__ = (
        UniqueConstraint("producer_id", "name"),
        CheckConstraint("gln ~ '^[0-9]{13}$'", name="gln_form"),
        CheckConstraint("area_m2 BETWEEN 1 AND 100000000", name="area_range"),
        CheckConstraint("latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180", name="on_earth"),
        CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name="place_whole"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    producer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("producers.id"))
    gln: Mapped[str] = mapped_column(Nfc(13), unique=True)
    name: Mapped[str] = mapped_column(Nfc(120))
    commune_code: Mapped[str] = mapped_column(ForeignKey("communes.code"))
    area_m2: Mapped[int]
    planting_area_code: Mapped[str | None] = mapped_column(Nfc(60))
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    producer: Mapped[Producer] = relationship()
    commune: Mapped[Commune] = relationship()
