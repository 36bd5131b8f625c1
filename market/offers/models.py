"""Tables of offers and their stock."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catalog.products.models import Product
from core.db import Model, Nfc, UtcDateTime, new_id, utc_now


class SaleUnit(StrEnum):
    """What one sold unit is."""

    PIECE = "piece"
    KILOGRAM = "kg"
    HUNDRED_GRAMS = "100g"
    PAIR = "pair"
    BOX = "box"
    BOTTLE = "bottle"
    JAR = "jar"
    BAG = "bag"
    PACK = "pack"
    TICKET = "ticket"


class OfferStatus(StrEnum):
    """Whether an offer can be bought."""

    ACTIVE = "active"
    PAUSED = "paused"


class Offer(Model):
    """A product for sale by one unit at one price.

    `content_quantity` is how many units of the product's lots one sold unit takes (a box of 6 pieces: 6). Stock counts
    sold units: `on_hand` is what the producer has, `reserved` what unpaid orders hold; what can be bought is the
    difference. Every change also writes a StockMovement.
    """

    __tablename__ = "offers"
    __table_args__ = (
        UniqueConstraint("product_id", "unit"),
        CheckConstraint(
            "unit IN ('piece', 'kg', '100g', 'pair', 'box', 'bottle', 'jar', 'bag', 'pack', 'ticket')",
            name="unit_known",
        ),
        CheckConstraint("price_vnd BETWEEN 1000 AND 99999999", name="price_range"),
        CheckConstraint("content_quantity BETWEEN 1 AND 10000", name="content_range"),
        CheckConstraint("reserved >= 0 AND reserved <= on_hand", name="never_oversold"),
        CheckConstraint("status IN ('active', 'paused')", name="status_known"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    product_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("products.id"))
    unit: Mapped[SaleUnit] = mapped_column(Nfc(12))
    content_quantity: Mapped[int] = mapped_column(default=1)
    price_vnd: Mapped[int] = mapped_column(BigInteger)
    on_hand: Mapped[int] = mapped_column(default=0)
    reserved: Mapped[int] = mapped_column(default=0)
    status: Mapped[OfferStatus] = mapped_column(Nfc(8), default=OfferStatus.ACTIVE)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    product: Mapped[Product] = relationship()

    @property
    def available(self) -> int:
        """How many sold units can be bought now."""
        return self.on_hand - self.reserved


class StockMovementKind(StrEnum):
    """Why stock changed."""

    COUNT = "count"
    RESERVE = "reserve"
    RELEASE = "release"
    SELL = "sell"


class StockMovement(Model):
    """One change of an offer's stock; append-only. The sums over an offer's rows are its two counters.

    An order reserves, releases and sells an offer at most once each (unique).
    """

    __tablename__ = "stock_movements"
    __table_args__ = (
        UniqueConstraint("order_id", "offer_id", "kind"),
        CheckConstraint("kind IN ('count', 'reserve', 'release', 'sell')", name="kind_known"),
        CheckConstraint("(kind = 'count') = (order_id IS NULL)", name="orders_do_not_count"),
        Index("ix_stock_movements_offer_id", "offer_id", "id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    offer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("offers.id"))
    kind: Mapped[StockMovementKind] = mapped_column(Nfc(12))
    on_hand_change: Mapped[int]
    reserved_change: Mapped[int]
    order_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("orders.id"))
    actor_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
