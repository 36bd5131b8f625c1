"""Tables of offers and their stock."""

import uuid
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    FetchedValue,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catalog.products.models import Product, ProductVariant
from catalog.products.naming import with_variant
from core.accounts import User
from core.db import Model, Nfc, UtcDateTime, new_id, utc_now
from traceability.lots.models import Lot, one_of


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
    """A product, or the variant of it with `variant_id`, for sale: one unit with one content at one price.

    `content_quantity` is how many units of the product's lots one sold unit takes (a box of 6 pieces: 6); boxes of 6
    and of 12 are two offers, and so are boxes of two variants. Stock counts sold units: `on_hand` is what the producer
    has, `reserved` what unpaid orders hold; what can be bought is the difference. Every change also writes a
    StockMovement, and the database refuses counters that disagree with them.

    An order takes `min_quantity`, and from there on steps of `quantity_step`, up to `max_quantity` where one is given.
    With a `lot_id` only goods of that lot are sold. Goods whose pieces differ in weight have `price_per_kg_vnd`:
    `price_vnd` is then the estimate for a piece of `average_grams`, and the packed weight may cost at most
    `weight_tolerance_percent` more. `shipping_grams` is what one unit adds to a parcel's weight, None where unit or
    average say it; goods with `needs_cool_chain` travel cooled, or are picked up. With `is_preorder` it can be bought
    only while an OrderCycle is open.
    """

    __tablename__ = "offers"
    __table_args__ = (
        UniqueConstraint("product_id", "variant_id", "unit", "content_quantity", postgresql_nulls_not_distinct=True),
        ForeignKeyConstraint(["product_id", "variant_id"], ["product_variants.product_id", "product_variants.id"]),
        CheckConstraint(
            "unit IN ('piece', 'kg', '100g', 'pair', 'box', 'bottle', 'jar', 'bag', 'pack', 'ticket')",
            name="unit_known",
        ),
        CheckConstraint("price_vnd BETWEEN 1000 AND 99999999", name="price_range"),
        CheckConstraint("content_quantity BETWEEN 1 AND 10000", name="content_range"),
        CheckConstraint("reserved >= 0 AND reserved <= on_hand", name="never_oversold"),
        CheckConstraint("status IN ('active', 'paused')", name="status_known"),
        CheckConstraint("min_quantity BETWEEN 1 AND 999", name="min_quantity_range"),
        CheckConstraint("max_quantity BETWEEN min_quantity AND 999", name="max_quantity_range"),
        CheckConstraint("quantity_step BETWEEN 1 AND 999", name="quantity_step_range"),
        CheckConstraint(
            "num_nulls(price_per_kg_vnd, average_grams, weight_tolerance_percent) IN (0, 3)", name="weighed_whole"
        ),
        CheckConstraint("average_grams BETWEEN 10 AND 100000", name="average_grams_range"),
        CheckConstraint("weight_tolerance_percent BETWEEN 0 AND 50", name="weight_tolerance_range"),
        CheckConstraint("shipping_grams BETWEEN 1 AND 100000", name="shipping_grams_range"),
        CheckConstraint("price_vnd = (price_per_kg_vnd * average_grams + 500) / 1000", name="estimate_from_weight"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    product_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("products.id"))
    variant_id: Mapped[uuid.UUID | None]
    unit: Mapped[SaleUnit] = mapped_column(Nfc(12))
    content_quantity: Mapped[int] = mapped_column(default=1)
    price_vnd: Mapped[int] = mapped_column(BigInteger)
    on_hand: Mapped[int] = mapped_column(default=0)
    reserved: Mapped[int] = mapped_column(default=0)
    status: Mapped[OfferStatus] = mapped_column(Nfc(8), default=OfferStatus.ACTIVE)
    lot_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("lots.id"), index=True)
    min_quantity: Mapped[int] = mapped_column(default=1, server_default="1")
    max_quantity: Mapped[int | None]
    quantity_step: Mapped[int] = mapped_column(default=1, server_default="1")
    price_per_kg_vnd: Mapped[int | None] = mapped_column(BigInteger)
    average_grams: Mapped[int | None]
    weight_tolerance_percent: Mapped[int | None]
    is_preorder: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    shipping_grams: Mapped[int | None]
    needs_cool_chain: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    product: Mapped[Product] = relationship()
    variant: Mapped[ProductVariant | None] = relationship(
        primaryjoin="Offer.variant_id == ProductVariant.id", foreign_keys="Offer.variant_id", viewonly=True
    )
    lot: Mapped[Lot | None] = relationship(lazy="raise")

    @property
    def name_vi(self) -> str:
        """What is sold, in Vietnamese."""
        return with_variant(self.product.name_vi, self.variant.name_vi if self.variant is not None else None)

    @property
    def name_en(self) -> str:
        """What is sold, in English."""
        return with_variant(self.product.name_en, self.variant.name_en if self.variant is not None else None)

    @property
    def available(self) -> int:
        """How many sold units can be bought now."""
        return self.on_hand - self.reserved


class StockMovementKind(StrEnum):
    """Why stock changed."""

    HARVEST_IN = "harvest_in"
    COUNT = "count"
    RESERVE = "reserve"
    RELEASE = "release"
    SELL = "sell"
    SPOIL = "spoil"
    RETURN = "return"


class StockMovement(Model):
    """One change of an offer's stock, a line of its stock card; append-only. Counts sold units.

    The database numbers the movements of an offer and writes what was on hand and reserved after each; at the commit
    the last one must say what the offer says. An order reserves an offer once, and releases or sells it once.
    """

    __tablename__ = "stock_movements"
    __table_args__ = (
        UniqueConstraint("offer_id", "number"),
        CheckConstraint(one_of("kind", StockMovementKind), name="kind_known"),
        CheckConstraint(
            "CASE WHEN kind IN ('reserve', 'release', 'sell') THEN order_id IS NOT NULL "
            "WHEN kind = 'return' THEN true ELSE order_id IS NULL END",
            name="order_where_there_is_one",
        ),
        CheckConstraint(
            "CASE kind WHEN 'reserve' THEN on_hand_change = 0 AND reserved_change > 0 "
            "WHEN 'release' THEN on_hand_change = 0 AND reserved_change < 0 "
            "WHEN 'sell' THEN on_hand_change < 0 AND reserved_change = on_hand_change "
            "WHEN 'spoil' THEN on_hand_change < 0 AND reserved_change = 0 "
            "WHEN 'count' THEN on_hand_change <> 0 AND reserved_change = 0 "
            "ELSE on_hand_change > 0 AND reserved_change = 0 END",
            name="changes_fit_kind",
        ),
        CheckConstraint("0 <= reserved_after AND reserved_after <= on_hand_after", name="never_oversold"),
        Index("ix_stock_movements_lot_id", "lot_id", postgresql_where=text("lot_id IS NOT NULL")),
        Index("ix_stock_movements_order_id", "order_id", postgresql_where=text("order_id IS NOT NULL")),
        Index(
            "uq_stock_movements_reserved_once",
            "order_id",
            "offer_id",
            unique=True,
            postgresql_where=text("kind = 'reserve'"),
        ),
        Index(
            "uq_stock_movements_ended_once",
            "order_id",
            "offer_id",
            unique=True,
            postgresql_where=text("kind IN ('release', 'sell')"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    offer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("offers.id"))
    number: Mapped[int] = mapped_column(server_default=FetchedValue())
    kind: Mapped[StockMovementKind] = mapped_column(Nfc(12))
    on_hand_change: Mapped[int]
    reserved_change: Mapped[int]
    on_hand_after: Mapped[int] = mapped_column(server_default=FetchedValue())
    reserved_after: Mapped[int] = mapped_column(server_default=FetchedValue())
    order_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("orders.id"))
    lot_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("lots.id"))
    note: Mapped[str | None] = mapped_column(Nfc(200))
    actor_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    lot: Mapped[Lot | None] = relationship(lazy="raise")


class PriceTier(Model):
    """From so many sold units on in one line, each costs `price_vnd`."""

    __tablename__ = "price_tiers"
    __table_args__ = (
        CheckConstraint("from_quantity BETWEEN 2 AND 999", name="from_quantity_range"),
        CheckConstraint("price_vnd BETWEEN 1000 AND 99999999", name="price_range"),
    )

    offer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("offers.id"), primary_key=True)
    from_quantity: Mapped[int] = mapped_column(primary_key=True)
    price_vnd: Mapped[int] = mapped_column(BigInteger)


class PriceList(Model):
    """Prices that a producer gives to named business buyers; over once `ended_at` is set."""

    __tablename__ = "price_lists"
    __table_args__ = (Index("ix_price_lists_producer_id", "producer_id", "id"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    producer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("producers.id"))
    name: Mapped[str] = mapped_column(Nfc(80))
    created_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PriceListPrice(Model):
    """What an offer costs on a price list, from so many sold units on in one line."""

    __tablename__ = "price_list_prices"
    __table_args__ = (
        CheckConstraint("from_quantity BETWEEN 1 AND 999", name="from_quantity_range"),
        CheckConstraint("price_vnd BETWEEN 1000 AND 99999999", name="price_range"),
    )

    price_list_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("price_lists.id"), primary_key=True)
    offer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("offers.id"), primary_key=True, index=True)
    from_quantity: Mapped[int] = mapped_column(primary_key=True)
    price_vnd: Mapped[int] = mapped_column(BigInteger)


class PriceListBuyer(Model):
    """An account that buys at the prices of a list."""

    __tablename__ = "price_list_buyers"

    price_list_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("price_lists.id"), primary_key=True)
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"), primary_key=True, index=True)
    added_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    user: Mapped[User] = relationship(lazy="raise")


class OrderCycle(Model):
    """A harvest that can be ordered beforehand: from when until when, and when it is picked.

    Paid in full when it is ordered, or `deposit_percent` of it and the rest before it is picked. `cancelled_at` is set
    when the harvest fails.
    """

    __tablename__ = "order_cycles"
    __table_args__ = (
        CheckConstraint("opens_at < closes_at", name="opens_before_it_closes"),
        CheckConstraint("harvest_from <= harvest_until", name="harvest_in_order"),
        CheckConstraint("deposit_percent BETWEEN 10 AND 90", name="deposit_range"),
        CheckConstraint("num_nulls(cancelled_at, cancel_reason) IN (0, 2)", name="cancelled_with_reason"),
        Index("ix_order_cycles_offer_id", "offer_id", "opens_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    offer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("offers.id"))
    opens_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closes_at: Mapped[datetime] = mapped_column(UtcDateTime)
    harvest_from: Mapped[date]
    harvest_until: Mapped[date]
    deposit_percent: Mapped[int | None]
    created_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancelled_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    cancel_reason: Mapped[str | None] = mapped_column(Nfc(300))

    offer: Mapped[Offer] = relationship(lazy="raise")
