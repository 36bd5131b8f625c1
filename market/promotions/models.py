"""Tables of promotions, of their uses, and of the discounts that orders got."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catalog.producers.models import Producer
from core.db import Model, Nfc, UtcDateTime, new_id, utc_now
from traceability.lots.models import one_of


class PromotionKind(StrEnum):
    """What a promotion gives."""

    PERCENTAGE = "percentage"
    AMOUNT = "amount"
    FREE_DELIVERY = "free_delivery"


class Bearer(StrEnum):
    """Who pays for a promotion."""

    PRODUCER = "producer"
    SITE = "site"


class Stacking(StrEnum):
    """Whether a promotion adds to others: ALONE applies only where it gives more than all the others together."""

    TOGETHER = "together"
    ALONE = "alone"


class UseStatus(StrEnum):
    """What became of a use: held by an unpaid order, spent, or let go."""

    RESERVED = "reserved"
    SPENT = "spent"
    RELEASED = "released"


class Promotion(Model):
    """A voucher (with a `code` that buyers type) or a campaign (without one: it applies by itself).

    It counts for the goods of one producer, or of all where `producer_id` is None. `percent` and `amount_vnd` belong
    to the kinds of those names; `max_discount_vnd` caps a percentage. `minimum_spend_vnd` is compared with the price
    of the goods it counts for. `uses` and `spent_vnd` count what orders hold or have used up, within `max_uses`,
    `max_uses_per_person` and `budget_vnd`. It runs from `starts_at` up to, not including, `ends_at`.
    """

    __tablename__ = "promotions"
    __table_args__ = (
        UniqueConstraint("code"),
        CheckConstraint(one_of("kind", PromotionKind), name="kind_known"),
        CheckConstraint(one_of("borne_by", Bearer), name="bearer_known"),
        CheckConstraint(one_of("stacking", Stacking), name="stacking_known"),
        CheckConstraint("borne_by = 'site' OR producer_id IS NOT NULL", name="bearer_is_there"),
        CheckConstraint("(kind = 'percentage') = (percent IS NOT NULL)", name="percent_with_its_kind"),
        CheckConstraint("(kind = 'amount') = (amount_vnd IS NOT NULL)", name="amount_with_its_kind"),
        CheckConstraint("max_discount_vnd IS NULL OR kind = 'percentage'", name="cap_with_its_kind"),
        CheckConstraint("percent BETWEEN 1 AND 90", name="percent_range"),
        CheckConstraint("amount_vnd BETWEEN 1000 AND 99999999", name="amount_range"),
        CheckConstraint("max_discount_vnd BETWEEN 1000 AND 99999999", name="cap_range"),
        CheckConstraint("minimum_spend_vnd BETWEEN 0 AND 99999999", name="minimum_spend_range"),
        CheckConstraint("uses >= 0 AND (max_uses IS NULL OR uses <= max_uses)", name="never_used_too_often"),
        CheckConstraint("spent_vnd >= 0 AND (budget_vnd IS NULL OR spent_vnd <= budget_vnd)", name="within_budget"),
        CheckConstraint("max_uses > 0 AND max_uses_per_person > 0 AND budget_vnd > 0", name="limits_positive"),
        CheckConstraint("starts_at < ends_at", name="starts_before_it_ends"),
        CheckConstraint("code ~ '^[A-Z0-9]{4,20}$'", name="code_form"),
        Index("ix_promotions_producer_id", "producer_id", "id"),
        Index("ix_promotions_running", "ends_at", postgresql_where=text("code IS NULL AND ended_at IS NULL")),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    name_vi: Mapped[str] = mapped_column(Nfc(80))
    name_en: Mapped[str] = mapped_column(Nfc(80))
    code: Mapped[str | None] = mapped_column(Nfc(20))
    kind: Mapped[PromotionKind] = mapped_column(Nfc(16))
    percent: Mapped[int | None]
    amount_vnd: Mapped[int | None] = mapped_column(BigInteger)
    max_discount_vnd: Mapped[int | None] = mapped_column(BigInteger)
    producer_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("producers.id"))
    borne_by: Mapped[Bearer] = mapped_column(Nfc(8))
    stacking: Mapped[Stacking] = mapped_column(Nfc(8), default=Stacking.TOGETHER)
    minimum_spend_vnd: Mapped[int] = mapped_column(BigInteger, default=0)
    budget_vnd: Mapped[int | None] = mapped_column(BigInteger)
    spent_vnd: Mapped[int] = mapped_column(BigInteger, default=0)
    max_uses: Mapped[int | None]
    max_uses_per_person: Mapped[int | None]
    uses: Mapped[int] = mapped_column(default=0)
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    producer: Mapped[Producer | None] = relationship(lazy="raise")


class PromotionUse(Model):
    """One order's use of a promotion. A person is known by the account or by the phone number of the order."""

    __tablename__ = "promotion_uses"
    __table_args__ = (
        UniqueConstraint("promotion_id", "order_id"),
        CheckConstraint(one_of("status", UseStatus), name="status_known"),
        CheckConstraint("discount_vnd > 0", name="discount_positive"),
        CheckConstraint("(status = 'reserved') = (settled_at IS NULL)", name="settled_once"),
        Index("ix_promotion_uses_order_id", "order_id"),
        Index("ix_promotion_uses_phone", "promotion_id", "phone"),
        Index("ix_promotion_uses_user_id", "promotion_id", "user_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    promotion_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("promotions.id"))
    order_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("orders.id"))
    user_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    phone: Mapped[str] = mapped_column(Nfc(16))
    discount_vnd: Mapped[int] = mapped_column(BigInteger)
    status: Mapped[UseStatus] = mapped_column(Nfc(8), default=UseStatus.RESERVED)
    reserved_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class OrderDiscount(Model):
    """How much of a promotion fell on one line of an order, or on the delivery of a parcel (`line_id` None)."""

    __tablename__ = "order_discounts"
    __table_args__ = (
        CheckConstraint("amount_vnd > 0", name="amount_positive"),
        CheckConstraint(one_of("borne_by", Bearer), name="bearer_known"),
        UniqueConstraint("parcel_id", "line_id", "promotion_id", postgresql_nulls_not_distinct=True),
        Index("ix_order_discounts_order_id", "order_id", "id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    order_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("orders.id"))
    parcel_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("parcels.id"))
    line_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("order_lines.id"))
    promotion_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("promotions.id"))
    borne_by: Mapped[Bearer] = mapped_column(Nfc(8))
    amount_vnd: Mapped[int] = mapped_column(BigInteger)
