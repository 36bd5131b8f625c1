"""Tables of serial numbers."""

import uuid
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Model, Nfc, UtcDateTime, new_id, utc_now
from traceability.items.rules import Block
from traceability.lots.models import Lot


class SerialSequence(Model):
    """How many serial numbers of a product were issued, and the secret that makes numbers of them.

    Numbers are unique for the product, as AI 21 asks (General Specifications §3.5.2), whatever lot they are in. The
    key is the product's own and stays: derived from the site's secret, all printed numbers would turn into unknown
    ones on the day that secret is changed.
    """

    __tablename__ = "serial_sequences"
    __table_args__ = (
        CheckConstraint("octet_length(key) = 32", name="key_form"),
        CheckConstraint("issued >= 0", name="issued_positive"),
    )

    product_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("products.id"), primary_key=True)
    key: Mapped[bytes] = mapped_column(LargeBinary(32))
    issued: Mapped[int] = mapped_column(BigInteger, default=0)


class SerialBlock(Model):
    """Serial numbers of a lot that were issued together: `count` of the product's numbers, from the `first` on.

    The blocks of a product lie behind one another without gap or overlap: each but the first begins where another
    ends (`follows` refers to `ends`). `commissioned` of the items are in the journal already.
    """

    __tablename__ = "serial_blocks"
    __table_args__ = (
        CheckConstraint("first >= 0", name="first_positive"),
        CheckConstraint("count BETWEEN 1 AND 100000", name="count_in_range"),
        CheckConstraint("prefix ~ '^([0-9A-Za-z][0-9A-Za-z./_-]{0,9})?$'", name="prefix_form"),
        CheckConstraint("commissioned BETWEEN 0 AND count", name="commissioned_in_range"),
        UniqueConstraint("product_id", "first"),
        UniqueConstraint("product_id", "ends"),
        ForeignKeyConstraint(["lot_id", "product_id"], ["lots.id", "lots.product_id"], name="fk_serial_blocks_lot"),
        ForeignKeyConstraint(
            ["product_id", "follows"],
            ["serial_blocks.product_id", "serial_blocks.ends"],
            name="fk_serial_blocks_follows",
        ),
        Index("ix_serial_blocks_lot_id", "lot_id", "first"),
        Index("ix_serial_blocks_unfinished", "progress_at", postgresql_where=text("commissioned < count")),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    product_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("serial_sequences.product_id"))
    lot_id: Mapped[uuid.UUID]
    first: Mapped[int] = mapped_column(BigInteger)
    count: Mapped[int]
    ends: Mapped[int] = mapped_column(BigInteger, Computed("first + count", persisted=True))
    follows: Mapped[int | None] = mapped_column(BigInteger, Computed("nullif(first, 0)", persisted=True))
    prefix: Mapped[str] = mapped_column(Nfc(10), default="")
    issued_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    commissioned: Mapped[int] = mapped_column(default=0)
    progress_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    lot: Mapped[Lot] = relationship(
        primaryjoin=lambda: SerialBlock.lot_id == Lot.id, foreign_keys=lambda: [SerialBlock.lot_id], viewonly=True
    )
    sequence: Mapped[SerialSequence] = relationship(viewonly=True)

    @property
    def numbers(self) -> Block:
        """What the rules need to tell its numbers."""
        return Block(self.first, self.count, self.prefix)
