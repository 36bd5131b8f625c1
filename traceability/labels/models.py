"""Tables of print runs and of the pieces of their files."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, Integer, LargeBinary, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Model, Nfc, UtcDateTime, new_id, utc_now
from traceability.items.models import SerialBlock
from traceability.lots.models import Lot


class RunState(StrEnum):
    """How far a print run is."""

    WAITING = "waiting"
    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"
    REMOVED = "removed"


class LabelRun(Model):
    """Labels that were asked for together and are one PDF: of a lot, or of items of a block of serial numbers.

    Items are those from the position `first_item` (from 0) of the block on. `start` is the first cell that is used on
    the first sheet. `content` is what stands on the labels, frozen when the run was asked for. `drawn` of `label_count`
    labels are in the file so far. `reprint` counts how often some of the serial numbers were printed before.
    """

    __tablename__ = "label_runs"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'running', 'ready', 'failed', 'removed')", name="state_known"),
        CheckConstraint("label_count BETWEEN 1 AND 10000", name="label_count_in_range"),
        CheckConstraint("label_count = copies * coalesce(item_count, 1)", name="label_count_right"),
        CheckConstraint("drawn BETWEEN 0 AND label_count", name="drawn_in_range"),
        CheckConstraint("start >= 0", name="start_positive"),
        CheckConstraint(
            "(block_id IS NULL) = (first_item IS NULL) AND (block_id IS NULL) = (item_count IS NULL)",
            name="items_of_block",
        ),
        CheckConstraint("(reprint = 0) = (reprint_reason IS NULL)", name="reprint_has_reason"),
        Index("ix_label_runs_lot_id", "lot_id", "id"),
        Index("ix_label_runs_block_id", "block_id", "first_item"),
        Index("ix_label_runs_unfinished", "progress_at", postgresql_where=text("state IN ('waiting', 'running')")),
        Index("ix_label_runs_ready", "finished_at", postgresql_where=text("state = 'ready'")),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    lot_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("lots.id"))
    block_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("serial_blocks.id"))
    first_item: Mapped[int | None]
    item_count: Mapped[int | None]
    copies: Mapped[int]
    label_count: Mapped[int]
    design: Mapped[str] = mapped_column(Nfc(20))
    start: Mapped[int]
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    state: Mapped[RunState] = mapped_column(Nfc(8), default=RunState.WAITING)
    drawn: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    progress_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    file_length: Mapped[int | None]
    reprint: Mapped[int] = mapped_column(default=0)
    reprint_reason: Mapped[str | None] = mapped_column(Nfc(200))
    created_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    lot: Mapped[Lot] = relationship()
    block: Mapped[SerialBlock | None] = relationship()

    @property
    def is_under_way(self) -> bool:
        """Whether the file is still being made."""
        return self.state in (RunState.WAITING, RunState.RUNNING)


class LabelPiece(Model):
    """A piece of the file of a run; the pieces behind one another are the file.

    In the database every worker finds them, each comes in one transaction with the note that it is done, and nobody
    else can read them. `page_lengths` are the bytes of each page in it.
    """

    __tablename__ = "label_pieces"

    run_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("label_runs.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    page_lengths: Mapped[list[int]] = mapped_column(ARRAY(Integer), default=list, server_default="{}")
