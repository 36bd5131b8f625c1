"""Table of imports."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catalog.producers.models import Producer
from core.db import Model, Nfc, UtcDateTime
from core.jobs.work import Work


class ImportKind(StrEnum):
    """What the rows of a table are."""

    ENTRIES = "entries"
    RECEIPTS = "receipts"
    PLOTS = "plots"


class ImportState(StrEnum):
    """How far an import is. Only WRITTEN has changed anything but its own row."""

    CHECKING = "checking"
    REFUSED = "refused"
    CHECKED = "checked"
    WRITING = "writing"
    WRITTEN = "written"
    FAILED = "failed"


class DiaryImport(Work, Model):
    """A table on its way into a producer's books.

    `content` is the file as it came, until the import has ended. Of `error_count` errors the first are kept in
    `errors`, and of the doubts that somebody has to confirm in `doubts`: objects with `row`, `column` and `message`,
    in the language of who brought the file. `unknown_columns` were passed over.
    """

    __tablename__ = "diary_imports"
    __table_args__ = (
        CheckConstraint("kind IN ('entries', 'receipts', 'plots')", name="kind_known"),
        CheckConstraint("locale IN ('vi', 'en')", name="locale_known"),
        CheckConstraint(
            "state IN ('checking', 'refused', 'checked', 'writing', 'written', 'failed')", name="state_known"
        ),
        CheckConstraint("(finished_at IS NULL) = (state IN ('checking', 'writing'))", name="running_or_finished"),
        CheckConstraint("state NOT IN ('checking', 'writing') OR content IS NOT NULL", name="running_with_content"),
        CheckConstraint("octet_length(content_hash) = 32", name="hash_form"),
        CheckConstraint(
            "state NOT IN ('writing', 'written') OR confirmed_at IS NOT NULL", name="written_when_confirmed"
        ),
        Index("ix_diary_imports_producer_id", "producer_id", "id"),
        Index("ix_diary_imports_content_hash", "producer_id", "content_hash"),
        Index("ix_diary_imports_running", "progress_at", postgresql_where=text("finished_at IS NULL")),
        Index("ix_diary_imports_kept", "created_at", postgresql_where=text("content IS NOT NULL")),
    )

    producer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("producers.id"))
    kind: Mapped[ImportKind] = mapped_column(Nfc(10))
    state: Mapped[ImportState] = mapped_column(Nfc(10), default=ImportState.CHECKING)
    file_name: Mapped[str] = mapped_column(Nfc(160))
    locale: Mapped[str] = mapped_column(Nfc(2))
    content: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True, deferred_raiseload=True)
    content_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    error_count: Mapped[int] = mapped_column(default=0)
    errors: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    doubts: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    unknown_columns: Mapped[list[str]] = mapped_column(JSON, default=list)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))

    producer: Mapped[Producer] = relationship()
