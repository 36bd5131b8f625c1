"""Tables of lots, of what was done to them, and of who holds how much.

Weights balance like money in a ledger. `lot_movements` only grows, and `lot_holdings` are its sums, which the database
itself keeps: nothing else may write them, and none falls below zero. See the migration for the rules in full.
"""

import uuid
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catalog.producers.models import Producer
from catalog.products.models import Product
from core.db import Model, Nfc, UtcDateTime, new_id, utc_now
from traceability.diary.models import Plot
from traceability.lots.amounts import Amount, amount_of


class OperationKind(StrEnum):
    """What was done to lots after the harvest."""

    GRADING = "grading"
    MIXING = "mixing"
    SPLITTING = "splitting"
    PROCESSING = "processing"
    PACKING = "packing"
    UNPACKING = "unpacking"
    SHIPPING = "shipping"
    RECEIVING = "receiving"
    SELLING = "selling"
    TAKING_BACK = "taking_back"
    DESTROYING = "destroying"
    CORRECTION = "correction"


class HoldingStatus(StrEnum):
    """Where a part of a lot is, or where it went.

    Loose, packed (in a crate, pallet or parcel) and in transit are with the holder still. The others have left the
    holder: used for other lots, sold, destroyed, lost (spoiled, dried, missing).
    """

    LOOSE = "loose"
    PACKED = "packed"
    IN_TRANSIT = "in_transit"
    USED = "used"
    SOLD = "sold"
    DESTROYED = "destroyed"
    LOST = "lost"


class LogisticUnitKind(StrEnum):
    """What goods are packed into."""

    CRATE = "crate"
    PALLET = "pallet"
    PARCEL = "parcel"


class LogisticUnitStatus(StrEnum):
    """What became of a crate, pallet or parcel."""

    PACKED = "packed"
    IN_TRANSIT = "in_transit"
    DISPATCHED = "dispatched"
    UNPACKED = "unpacked"


def one_of(column: str, kinds: type[StrEnum]) -> str:
    """The SQL of a constraint that lets a column hold these words only."""
    return f"{column} IN ({', '.join(repr(str(kind)) for kind in kinds)})"


class LotOperation(Model):
    """One thing that was done to lots on behalf of a producer, with its event in the journal. Rows never change.

    `tolerance_grams` is how much more the lots made may weigh than what was used for them (scales differ, washed fruit
    is wet). `counterpart` says in private who bought; `reason` is required where goods are destroyed. `source` names
    what made a parcel's goods come back, which is written down once.
    """

    __tablename__ = "lot_operations"
    __table_args__ = (
        CheckConstraint(one_of("kind", OperationKind), name="kind_known"),
        CheckConstraint("tolerance_grams >= 0", name="tolerance_not_negative"),
        CheckConstraint("kind <> 'destroying' OR reason IS NOT NULL", name="destroying_explained"),
        CheckConstraint("(kind = 'taking_back') = (source IS NOT NULL)", name="taken_back_once"),
        Index("ix_lot_operations_holder_id", "holder_id", "id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[OperationKind] = mapped_column(Nfc(12))
    holder_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("producers.id"))
    event_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("epcis_events.id"), index=True)
    tolerance_grams: Mapped[int] = mapped_column(BigInteger, default=0)
    reason: Mapped[str | None] = mapped_column(Nfc(500))
    counterpart: Mapped[str | None] = mapped_column(Nfc(160))
    photo_key: Mapped[str | None] = mapped_column(Nfc(80))
    source: Mapped[str | None] = mapped_column(Nfc(60), unique=True)
    created_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)


class Lot(Model):
    """What was harvested (or made) together: a batch of one product, AI 01 + AI 10.

    `lot_number` is at most 20 characters of GS1's character set 82. `weight_grams` and `quantity` say how much it was
    when it was made: `quantity` counts whole `unit`s as the product is sold (a code of `market.offers`, for example
    piece or kg). Who has how much of it now is in `lot_holdings`; at most `tolerance_grams` more may be found there
    when it is weighed again.

    A harvest has `made_by_id` None and its `plots`; any other lot was made of lots by that operation, and was
    harvested, in its oldest part, on `harvested_on`.
    """

    __tablename__ = "lots"
    __table_args__ = (
        UniqueConstraint("product_id", "lot_number"),
        # Serial numbers refer to both, so that a lot's numbers are its product's.
        UniqueConstraint("id", "product_id"),
        CheckConstraint("lot_number ~ '^[!-Z_a-z]{1,20}$'", name="lot_number_form"),
        CheckConstraint(
            "CASE unit WHEN 'kg' THEN quantity = weight_grams / 1000 WHEN '100g' THEN quantity = weight_grams / 100 "
            "ELSE quantity > 0 END",
            name="quantity_fits_weight",
        ),
        CheckConstraint("weight_grams > 0", name="weight_positive"),
        CheckConstraint("tolerance_grams >= 0", name="tolerance_not_negative"),
        Index("ix_lots_created_at", "created_at", "id"),
        Index("ix_lots_made_by_id", "made_by_id", postgresql_where=text("made_by_id IS NOT NULL")),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    product_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("products.id"))
    made_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("lot_operations.id"))
    lot_number: Mapped[str] = mapped_column(Nfc(20))
    harvested_on: Mapped[date]
    quantity: Mapped[int]
    unit: Mapped[str] = mapped_column(Nfc(12))
    weight_grams: Mapped[int] = mapped_column(BigInteger)
    tolerance_grams: Mapped[int] = mapped_column(BigInteger, default=0)
    grade: Mapped[str | None] = mapped_column(Nfc(60))
    best_before: Mapped[date | None]
    note: Mapped[str | None] = mapped_column(Nfc(500))
    created_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    product: Mapped[Product] = relationship()
    made_by: Mapped[LotOperation | None] = relationship(lazy="raise")
    plots: Mapped[list["LotPlot"]] = relationship(order_by="LotPlot.position")

    @property
    def amount(self) -> Amount:
        """How much it was when it was made."""
        return amount_of(self.unit, units=self.quantity, weight_grams=self.weight_grams)


class LotPlot(Model):
    """A plot that a lot was harvested from; `grams` of it, when that was weighed plot by plot."""

    __tablename__ = "lot_plots"
    __table_args__ = (
        CheckConstraint("grams > 0", name="grams_positive"),
        UniqueConstraint("lot_id", "position"),
    )

    lot_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("lots.id"), primary_key=True)
    plot_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("plots.id"), primary_key=True, index=True)
    position: Mapped[int] = mapped_column(default=0)
    grams: Mapped[int | None] = mapped_column(BigInteger)

    plot: Mapped[Plot] = relationship()


class LotMovement(Model):
    """A part of a lot that went from one place of the ledger to another. Rows never change.

    Without a source it came into being: by the harvest (`operation_id` None), by the operation that made the lot, by a
    correction of its weight, or because it weighed more than before, within the lot's tolerance. Without a target it
    never was, as a correction found. `*_sscc` is the crate, pallet or parcel it is in, empty for none.
    """

    __tablename__ = "lot_movements"
    __table_args__ = (
        CheckConstraint("grams >= 0 AND units >= 0 AND grams + units > 0", name="amount_positive"),
        CheckConstraint("num_nulls(from_holder_id, from_status, from_sscc) IN (0, 3)", name="source_whole"),
        CheckConstraint("num_nulls(to_holder_id, to_status, to_sscc) IN (0, 3)", name="target_whole"),
        CheckConstraint("num_nonnulls(from_status, to_status) > 0", name="somewhere"),
        CheckConstraint(one_of("from_status", HoldingStatus), name="from_status_known"),
        Index("ix_lot_movements_lot_id", "lot_id", "id"),
        Index("ix_lot_movements_operation_id", "operation_id", postgresql_where=text("operation_id IS NOT NULL")),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    lot_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("lots.id"))
    operation_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("lot_operations.id"))
    grams: Mapped[int] = mapped_column(BigInteger)
    units: Mapped[int]
    from_holder_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("producers.id"))
    from_status: Mapped[HoldingStatus | None] = mapped_column(Nfc(12))
    from_sscc: Mapped[str | None] = mapped_column(Nfc(18))
    to_holder_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("producers.id"))
    to_status: Mapped[HoldingStatus | None] = mapped_column(Nfc(12))
    to_sscc: Mapped[str | None] = mapped_column(Nfc(18))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)


class LotHolding(Model):
    """How much of a lot a holder has, or had when it left: the sum of movements, written by the database alone.

    `units` counts what is counted and is 0 for lots that are weighed. `sscc` is the crate, pallet or parcel that the
    goods are in, or left in; empty for none.
    """

    __tablename__ = "lot_holdings"
    __table_args__ = (
        CheckConstraint("grams >= 0 AND units >= 0", name="never_more_out_than_in"),
        CheckConstraint(one_of("status", HoldingStatus), name="status_known"),
        CheckConstraint("status <> 'packed' OR sscc <> ''", name="packed_into_something"),
        CheckConstraint("status <> 'loose' OR sscc = ''", name="loose_in_nothing"),
        CheckConstraint("sscc ~ '^([0-9]{18})?$'", name="sscc_form"),
        Index("ix_lot_holdings_holder_id", "holder_id", "status", "lot_id"),
        Index("ix_lot_holdings_sscc", "sscc", postgresql_where=text("sscc <> ''")),
    )

    lot_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("lots.id"), primary_key=True)
    holder_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("producers.id"), primary_key=True)
    status: Mapped[HoldingStatus] = mapped_column(Nfc(12), primary_key=True)
    sscc: Mapped[str] = mapped_column(Nfc(18), primary_key=True)
    grams: Mapped[int] = mapped_column(BigInteger)
    units: Mapped[int]


class LogisticUnit(Model):
    """A crate, pallet or parcel with its SSCC (AI 00). What is in it is in `lot_holdings`; crates stand on a pallet."""

    __tablename__ = "logistic_units"
    __table_args__ = (
        CheckConstraint("sscc ~ '^[0-9]{18}$'", name="sscc_form"),
        CheckConstraint(one_of("kind", LogisticUnitKind), name="kind_known"),
        CheckConstraint(one_of("status", LogisticUnitStatus), name="status_known"),
        CheckConstraint("parent_sscc IS NULL OR kind = 'crate'", name="crates_on_pallets_only"),
        Index("ix_logistic_units_holder_id", "holder_id", "sscc"),
    )

    sscc: Mapped[str] = mapped_column(Nfc(18), primary_key=True)
    kind: Mapped[LogisticUnitKind] = mapped_column(Nfc(8))
    status: Mapped[LogisticUnitStatus] = mapped_column(Nfc(12), default=LogisticUnitStatus.PACKED)
    holder_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("producers.id"))
    parent_sscc: Mapped[str | None] = mapped_column(ForeignKey("logistic_units.sscc"), index=True)
    created_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    holder: Mapped[Producer] = relationship()
