"""Tables of the administrative units."""

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Model, Nfc


class Province(Model):
    """A province or centrally run city; `code` is the General Statistics Office's two-digit code."""

    __tablename__ = "provinces"
    __table_args__ = (CheckConstraint("code ~ '^[0-9]{2}$'", name="code_form"),)

    code: Mapped[str] = mapped_column(Nfc(2), primary_key=True)
    name: Mapped[str] = mapped_column(Nfc(80), unique=True)


class Commune(Model):
    """A commune, ward or special zone; `code` is the five-digit code. The coordinates are approximate centres."""

    __tablename__ = "communes"
    __table_args__ = (CheckConstraint("code ~ '^[0-9]{5}$'", name="code_form"),)

    code: Mapped[str] = mapped_column(Nfc(5), primary_key=True)
    province_code: Mapped[str] = mapped_column(ForeignKey("provinces.code"), index=True)
    name: Mapped[str] = mapped_column(Nfc(120))
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]

    province: Mapped[Province] = relationship()
