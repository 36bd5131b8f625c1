"""Tables of orders, parcels, lines and what happened to them."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catalog.places.models import Commune
from catalog.producers.models import Producer
from core.db import Model, Nfc, UtcDateTime, new_id, utc_now
from market.offers.models import Offer, SaleUnit
from traceability.lots.models import Lot


class OrderStatus(StrEnum):
    """State of an order as a whole; the transitions are in `rules.py`."""

    AWAITING_PAYMENT = "awaiting_payment"
    PAID = "paid"
    SHIPPED = "shipped"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    NEEDS_REVIEW = "needs_review"


class ParcelStatus(StrEnum):
    """State of one producer's part of an order."""

    WAITING = "waiting"
    TO_PACK = "to_pack"
    PACKED = "packed"
    SHIPPED = "shipped"
    CANCELLED = "cancelled"


class Order(Model):
    """What one buyer bought at once, possibly from several producers.

    `number` is what people read and say; `token` is the secret in the buyer's link, 43 characters of base64url.
    Amounts in dong; the total is goods plus delivery (constraint). `locale` is the language of the buyer's mails.
    """

    __tablename__ = "orders"
    __table_args__ = (
        CheckConstraint("total_vnd = goods_vnd + delivery_vnd", name="total_adds_up"),
        CheckConstraint("goods_vnd > 0 AND delivery_vnd >= 0", name="amounts_positive"),
        CheckConstraint(
            "status IN ('awaiting_payment', 'paid', 'shipped', 'expired', 'cancelled', 'needs_review')",
            name="status_known",
        ),
        Index("ix_orders_status_placed_at", "status", "placed_at"),
        Index("ix_orders_user_id", "user_id", "placed_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    number: Mapped[str] = mapped_column(Nfc(16), unique=True)
    token: Mapped[str] = mapped_column(Nfc(43), unique=True)
    user_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    buyer_name: Mapped[str] = mapped_column(Nfc(120))
    buyer_phone: Mapped[str] = mapped_column(Nfc(16))
    buyer_email: Mapped[str | None] = mapped_column(Nfc(254))
    commune_code: Mapped[str] = mapped_column(ForeignKey("communes.code"))
    address: Mapped[str] = mapped_column(Nfc(200))
    note: Mapped[str | None] = mapped_column(Nfc(500))
    locale: Mapped[str] = mapped_column(Nfc(5))
    goods_vnd: Mapped[int] = mapped_column(BigInteger)
    delivery_vnd: Mapped[int] = mapped_column(BigInteger)
    total_vnd: Mapped[int] = mapped_column(BigInteger)
    status: Mapped[OrderStatus] = mapped_column(Nfc(20), default=OrderStatus.AWAITING_PAYMENT)
    placed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    paid_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    commune: Mapped[Commune] = relationship()
    parcels: Mapped[list["Parcel"]] = relationship(back_populates="order", order_by="Parcel.id", lazy="raise")


class Parcel(Model):
    """One producer's part of an order: packed, shipped and paid out on its own.

    `sscc` is its logistic unit number (AI 00) once packed. `commission_basis_points` is frozen at placement.
    """

    __tablename__ = "parcels"
    __table_args__ = (
        UniqueConstraint("order_id", "producer_id"),
        CheckConstraint("status IN ('waiting', 'to_pack', 'packed', 'shipped', 'cancelled')", name="status_known"),
        CheckConstraint("goods_vnd > 0 AND delivery_vnd >= 0", name="amounts_positive"),
        CheckConstraint("sscc ~ '^[0-9]{18}$'", name="sscc_form"),
        Index("ix_parcels_producer_id_status", "producer_id", "status", "id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    order_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("orders.id"))
    producer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("producers.id"))
    goods_vnd: Mapped[int] = mapped_column(BigInteger)
    delivery_vnd: Mapped[int] = mapped_column(BigInteger)
    commission_basis_points: Mapped[int]
    status: Mapped[ParcelStatus] = mapped_column(Nfc(12), default=ParcelStatus.WAITING)
    sscc: Mapped[str | None] = mapped_column(Nfc(18), unique=True)
    packed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    shipped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    order: Mapped[Order] = relationship(back_populates="parcels", lazy="raise")
    producer: Mapped[Producer] = relationship(lazy="raise")
    lines: Mapped[list["OrderLine"]] = relationship(back_populates="parcel", order_by="OrderLine.id", lazy="raise")


class OrderLine(Model):
    """So many units of one offer, with name and price as they were when the order was placed.

    `lot_id` is the lot it was packed from. `cancelled_quantity` of the units were given back before packing, and are
    not packed any more; quantity and total stay what was ordered.
    """

    __tablename__ = "order_lines"
    __table_args__ = (
        UniqueConstraint("parcel_id", "offer_id"),
        CheckConstraint("quantity BETWEEN 1 AND 999", name="quantity_range"),
        CheckConstraint("line_total_vnd = unit_price_vnd * quantity", name="total_adds_up"),
        CheckConstraint("cancelled_quantity BETWEEN 0 AND quantity", name="cancelled_range"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    parcel_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("parcels.id"))
    offer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("offers.id"))
    product_name_vi: Mapped[str] = mapped_column(Nfc(120))
    product_name_en: Mapped[str] = mapped_column(Nfc(120))
    unit: Mapped[SaleUnit] = mapped_column(Nfc(12))
    content_quantity: Mapped[int]
    quantity: Mapped[int]
    cancelled_quantity: Mapped[int] = mapped_column(default=0, server_default="0")
    unit_price_vnd: Mapped[int] = mapped_column(BigInteger)
    line_total_vnd: Mapped[int] = mapped_column(BigInteger)
    lot_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("lots.id"), index=True)

    parcel: Mapped[Parcel] = relationship(back_populates="lines", lazy="raise")
    offer: Mapped[Offer] = relationship(lazy="raise")
    lot: Mapped[Lot | None] = relationship(lazy="raise")


class OrderChange(Model):
    """One change of state of an order or parcel: what, when, by whom, why. Append-only."""

    __tablename__ = "order_changes"
    __table_args__ = (Index("ix_order_changes_order_id", "order_id", "id"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    order_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("orders.id"))
    parcel_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("parcels.id"))
    from_status: Mapped[str | None] = mapped_column(Nfc(20))
    to_status: Mapped[str] = mapped_column(Nfc(20))
    actor_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str] = mapped_column(Nfc(200))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
