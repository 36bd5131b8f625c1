"""Tables of orders, parcels, lines and what happened to them."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catalog.places.models import Commune
from catalog.producers.models import Producer
from catalog.products.naming import with_variant
from core.db import Model, Nfc, UtcDateTime, new_id, utc_now
from market.delivery.models import Carrier, MethodKind
from market.offers.models import Offer, SaleUnit
from market.orders.charged_line import ChargedLine
from market.orders.chosen_delivery import ChosenDelivery
from traceability.lots.models import Lot, one_of


class OrderStatus(StrEnum):
    """State of an order as a whole; the transitions are in `rules.py`."""

    AWAITING_PAYMENT = "awaiting_payment"
    PAID = "paid"
    CASH_DUE = "cash_due"
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
    RETURNED = "returned"


class Order(Model):
    """What one buyer bought at once, possibly from several producers.

    `number` is what people read and say; `token` is the secret in the buyer's link, 43 characters of base64url.
    Amounts in dong; the total is goods plus delivery less discounts (constraint). `locale` is the language of the
    buyer's mails; one that it waits for payment is sent once (`payment_reminded_at`). The goods are held until
    `reserved_until`, or until the payment page that is open then closes. With `pays_cash` there is no payment page:
    it is paid when the parcels are handed over.
    """

    __tablename__ = "orders"
    __table_args__ = (
        CheckConstraint("total_vnd = goods_vnd + delivery_vnd - discount_vnd", name="total_adds_up"),
        CheckConstraint("discount_vnd BETWEEN 0 AND goods_vnd + delivery_vnd", name="discount_range"),
        CheckConstraint("goods_vnd > 0 AND delivery_vnd >= 0", name="amounts_positive"),
        CheckConstraint(
            "status IN ('awaiting_payment', 'paid', 'cash_due', 'shipped', 'expired', 'cancelled', 'needs_review')",
            name="status_known",
        ),
        CheckConstraint("status <> 'cash_due' OR pays_cash", name="cash_where_agreed"),
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
    discount_vnd: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    total_vnd: Mapped[int] = mapped_column(BigInteger)
    reserved_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    pays_cash: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    status: Mapped[OrderStatus] = mapped_column(Nfc(20), default=OrderStatus.AWAITING_PAYMENT)
    placed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    paid_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    payment_reminded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    commune: Mapped[Commune] = relationship()
    parcels: Mapped[list["Parcel"]] = relationship(back_populates="order", order_by="Parcel.id", lazy="raise")

    @property
    def due_now_vnd(self) -> int:
        """What is paid when it is ordered, in dong: all but the balances of deposits. The parcels are loaded."""
        return self.total_vnd - sum(parcel.due_vnd for parcel in self.parcels if parcel.deposit_vnd)

    @property
    def rest_vnd(self) -> int:
        """What of a paid order is still to be paid by card, in dong: balances of deposits, heavier goods.

        The parcels are loaded.
        """
        return sum(parcel.due_vnd for parcel in self.parcels)

    @property
    def is_deposit_paid(self) -> bool:
        """Whether so far only a deposit is paid of something that is still to be sent. The parcels are loaded."""
        open_deposits = (parcel.deposit_vnd for parcel in self.parcels if parcel.status != ParcelStatus.CANCELLED)
        return self.status == OrderStatus.PAID and any(open_deposits)

    @property
    def all_fetched(self) -> bool:
        """Whether the buyer picks up everything. The parcels are loaded."""
        return all(parcel.delivery_kind == "pick_up" for parcel in self.parcels)


class Parcel(ChosenDelivery, Model):
    """One producer's part of an order: packed, shipped and paid out on its own.

    `sscc` is its logistic unit number (AI 00) once packed. `commission_basis_points` is frozen at placement. Of what
    the buyer pays less, the producer bears `producer_discount_vnd` and the site `site_discount_vnd`. Once the packed
    weight is known, `repriced_vnd` is what the buyer owes more (or, below zero, gets back). It is not handed over
    before `due_vnd` is paid or let go. With a harvest ordered with a deposit, `deposit_vnd` is until then what was paid
    of the whole parcel: nobody's share yet.
    """

    __tablename__ = "parcels"
    __table_args__ = (
        UniqueConstraint("order_id", "producer_id"),
        CheckConstraint(
            "status IN ('waiting', 'to_pack', 'packed', 'shipped', 'cancelled', 'returned')", name="status_known"
        ),
        CheckConstraint("goods_vnd > 0 AND delivery_vnd >= 0", name="amounts_positive"),
        CheckConstraint(
            "producer_discount_vnd >= 0 AND site_discount_vnd >= 0 "
            "AND producer_discount_vnd + site_discount_vnd <= goods_vnd + delivery_vnd",
            name="discounts_range",
        ),
        CheckConstraint("due_vnd >= 0 AND (due_vnd = 0 OR status <> 'shipped')", name="paid_before_it_ships"),
        CheckConstraint(
            "deposit_vnd >= 0 AND (deposit_vnd = 0 OR status IN ('waiting', 'to_pack', 'cancelled'))",
            name="deposit_waits",
        ),
        CheckConstraint("sscc ~ '^[0-9]{18}$'", name="sscc_form"),
        CheckConstraint(one_of("delivery_kind", MethodKind), name="delivery_kind_known"),
        CheckConstraint(one_of("delivery_carrier", Carrier), name="delivery_carrier_known"),
        CheckConstraint(
            "num_nulls(delivery_slot_id, delivery_day, delivery_from_hour, delivery_until_hour) IN (0, 4)",
            name="delivery_time_whole",
        ),
        CheckConstraint("final_delivery_vnd BETWEEN 0 AND delivery_vnd", name="final_delivery_range"),
        Index("ix_parcels_producer_id_status", "producer_id", "status", "id"),
        Index(
            "ix_parcels_delivery_slot_id",
            "delivery_slot_id",
            "delivery_day",
            postgresql_where=text("delivery_slot_id IS NOT NULL"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    order_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("orders.id"))
    producer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("producers.id"))
    goods_vnd: Mapped[int] = mapped_column(BigInteger)
    delivery_vnd: Mapped[int] = mapped_column(BigInteger)
    producer_discount_vnd: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    site_discount_vnd: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    repriced_vnd: Mapped[int | None] = mapped_column(BigInteger)
    due_vnd: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    deposit_vnd: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    commission_basis_points: Mapped[int]
    status: Mapped[ParcelStatus] = mapped_column(Nfc(12), default=ParcelStatus.WAITING)
    sscc: Mapped[str | None] = mapped_column(Nfc(18), unique=True)
    packed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    shipped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    order: Mapped[Order] = relationship(back_populates="parcels", lazy="raise")
    producer: Mapped[Producer] = relationship(lazy="raise")
    lines: Mapped[list["OrderLine"]] = relationship(back_populates="parcel", order_by="OrderLine.id", lazy="raise")

    @property
    def was_taken(self) -> bool:
        """Whether the buyer has it, or soon will: it was handed over, and not refused."""
        return self.status == ParcelStatus.SHIPPED

    @property
    def discount_vnd(self) -> int:
        """What the buyer pays less for this parcel, in dong."""
        return (self.producer_discount_vnd or 0) + (self.site_discount_vnd or 0)

    @property
    def earned_vnd(self) -> int:
        """What the producer takes in for the goods, in dong: the commission is a share of it. The lines are loaded.

        What they let go of their own delivery fee is no discount on the goods.
        """
        discount = (self.producer_discount_vnd or 0) - self.own_fee_discount_vnd
        return max(self.goods_vnd - discount, 0) + self.collected_vnd

    @property
    def delivery_earned_vnd(self) -> int:
        """What the producer takes in for delivering, in dong: nothing where the site does. The lines are loaded."""
        return self.delivery_vnd - self.own_fee_discount_vnd if self.delivery_carrier == Carrier.PRODUCER else 0

    @property
    def own_fee_discount_vnd(self) -> int:
        """What a producer who delivers bears of the discounts on the fee; the site's share comes first."""
        if self.delivery_carrier != Carrier.PRODUCER:
            return 0
        discount = self.delivery_vnd - self.delivery_paid_vnd
        return discount - min(discount, self.site_discount_vnd or 0)

    @property
    def collected_vnd(self) -> int:
        """What the buyer paid later for the weight of the goods, in dong. The lines are loaded."""
        return sum(line.collected_vnd or 0 for line in self.lines)

    @property
    def delivery_paid_vnd(self) -> int:
        """What the buyer paid for the delivery of a parcel whose lines are loaded, in dong: the fee less discounts."""
        return self.delivery_vnd - (self.discount_vnd - sum(line.discount_vnd for line in self.lines))

    @property
    def delivery_too_much_vnd(self) -> int:
        """What of it goes back since the packed parcel is lighter; at most what was paid."""
        if self.final_delivery_vnd is None:
            return 0
        return min(self.delivery_vnd - self.final_delivery_vnd, self.delivery_paid_vnd)


class OrderLine(ChargedLine, Model):
    """So many units of one offer, with name and price as they were when the order was placed.

    `lot_id` is the lot it was packed from, `promised_lot_id` the one it must be packed from. `cancelled_quantity` of
    the units were given back before packing, and are not packed any more; quantity and total stay what was ordered.
    `discount_vnd` is its share of the discounts. Goods priced by weight keep what was agreed: price of a kilogram,
    estimated weight, tolerance; `packed_grams` and `final_vnd`, the price of that weight, come with the packing.
    `unit_grams` is what one unit adds to the parcel's weight.
    """

    __tablename__ = "order_lines"
    __table_args__ = (
        UniqueConstraint("parcel_id", "offer_id"),
        Index(
            "ix_order_lines_promised_lot_id",
            "promised_lot_id",
            postgresql_where=text("promised_lot_id IS NOT NULL AND lot_id IS NULL"),
        ),
        CheckConstraint("quantity BETWEEN 1 AND 999", name="quantity_range"),
        CheckConstraint("line_total_vnd = unit_price_vnd * quantity", name="total_adds_up"),
        CheckConstraint("cancelled_quantity BETWEEN 0 AND quantity", name="cancelled_range"),
        CheckConstraint("discount_vnd BETWEEN 0 AND line_total_vnd", name="discount_range"),
        CheckConstraint(
            "num_nulls(price_per_kg_vnd, estimated_grams, weight_tolerance_percent) IN (0, 3)", name="weighed_whole"
        ),
        CheckConstraint("num_nulls(packed_grams, final_vnd) IN (0, 2)", name="weighed_with_price"),
        CheckConstraint("packed_grams IS NULL OR price_per_kg_vnd IS NOT NULL", name="only_weighed_goods_weigh"),
        CheckConstraint("packed_grams > 0 AND final_vnd >= 0", name="packed_positive"),
        CheckConstraint("collected_vnd = 0 OR final_vnd IS NOT NULL", name="only_weighed_goods_collect"),
        CheckConstraint("line_total_vnd - discount_vnd + collected_vnd >= 0", name="charged_not_negative"),
        CheckConstraint("unit_grams > 0", name="unit_grams_positive"),
        CheckConstraint("num_nulls(variant_name_vi, variant_name_en) IN (0, 2)", name="variant_named_in_both"),
        CheckConstraint(
            "balance_vnd >= 0 AND withdrawn_vnd >= 0 AND balance_vnd + withdrawn_vnd <= line_total_vnd - discount_vnd",
            name="balance_of_what_is_left",
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    parcel_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("parcels.id"))
    offer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("offers.id"))
    product_name_vi: Mapped[str] = mapped_column(Nfc(120))
    product_name_en: Mapped[str] = mapped_column(Nfc(120))
    variant_name_vi: Mapped[str | None] = mapped_column(Nfc(60))
    variant_name_en: Mapped[str | None] = mapped_column(Nfc(60))
    unit: Mapped[SaleUnit] = mapped_column(Nfc(12))
    content_quantity: Mapped[int]
    unit_price_vnd: Mapped[int] = mapped_column(BigInteger)
    lot_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("lots.id"), index=True)
    promised_lot_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("lots.id"))
    cycle_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("order_cycles.id"), index=True)
    price_per_kg_vnd: Mapped[int | None] = mapped_column(BigInteger)
    unit_grams: Mapped[int | None]
    estimated_grams: Mapped[int | None]
    weight_tolerance_percent: Mapped[int | None]
    packed_grams: Mapped[int | None]

    parcel: Mapped[Parcel] = relationship(back_populates="lines", lazy="raise")
    offer: Mapped[Offer] = relationship(lazy="raise")
    lot: Mapped[Lot | None] = relationship(lazy="raise", foreign_keys=[lot_id])

    def name(self, locale: str) -> str:
        """What was ordered, in this language: the product with its variant, as they were called then."""
        if locale == "en":
            return with_variant(self.product_name_en, self.variant_name_en)
        return with_variant(self.product_name_vi, self.variant_name_vi)
