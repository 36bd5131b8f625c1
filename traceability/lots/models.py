"""Table of lots."""

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catalog.products.models import Product
from core.db import Model, Nfc, UtcDateTime, new_id, utc_now
from traceability.diary.models import Plot


class Lot(Model):
    """What was harvested (or made) together: a batch of one product, AI 01 + AI 10.

    `lot_number` is at most 20 characters of GS1's character set 82. `quantity` counts `unit`s as the product is sold
    (a code of `market.offers`, for example piece or kg), as harvested; what left since is in the journal.
    """

    __tablename__ = "lots"
    __table_args__ = (
        UniqueConstraint("product_id", "lot_number"),
        # Serial numbers refer to both, so that a lot's numbers are its product's.
        UniqueConstraint("id", "product_id"),
        CheckConstraint("lot_number ~ '^[!-Z_a-z]{1,20}$'", name="lot_number_form"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("packed_quantity BETWEEN 0 AND quantity", name="never_more_out_than_in"),
        Index("ix_lots_created_at", "created_at", "id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    product_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("products.id"))
    plot_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("plots.id"), index=True)
    lot_number: Mapped[str] = mapped_column(Nfc(20))
    harvested_on: Mapped[date]
    quantity: Mapped[int]
    packed_quantity: Mapped[int] = mapped_column(default=0)
    unit: Mapped[str] = mapped_column(Nfc(12))
    best_before: Mapped[date | None]
    note: Mapped[str | None] = mapped_column(Nfc(500))
    created_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    product: Mapped[Product] = relationship()
    plot: Mapped[Plot | None] = relationship()
