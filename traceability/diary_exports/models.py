"""Table of exports."""

import uuid
from datetime import date
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catalog.producers.models import Producer
from core.db import Model, Nfc
from core.jobs.work import Work
from traceability.diary.models import Plot


class FileFormat(StrEnum):
    """The kinds of file that a diary is exported as; also how their names end."""

    PDF = "pdf"
    XLSX = "xlsx"


class DiaryExport(Work, Model):
    """A diary on its way into a file, and then the file: of one plot, or of all plots of a producer.

    The days from `first_day` to `last_day` are those on which something was done. `storage_key` leads to the file in
    the private storage; finished without one, the export failed, or the file was removed after its time (`is_removed`).
    """

    __tablename__ = "diary_exports"
    __table_args__ = (
        CheckConstraint("file_format IN ('pdf', 'xlsx')", name="file_format_known"),
        CheckConstraint("locale IN ('vi', 'en')", name="locale_known"),
        CheckConstraint("first_day <= last_day", name="days_in_order"),
        CheckConstraint("num_nulls(storage_key, size_bytes) IN (0, 2)", name="file_whole"),
        CheckConstraint("storage_key IS NULL OR finished_at IS NOT NULL", name="file_when_finished"),
        CheckConstraint("NOT is_removed OR (finished_at IS NOT NULL AND storage_key IS NULL)", name="removed_is_gone"),
        Index("ix_diary_exports_producer_id", "producer_id", "id"),
        Index("ix_diary_exports_running", "progress_at", postgresql_where=text("finished_at IS NULL")),
        Index("ix_diary_exports_kept", "finished_at", postgresql_where=text("storage_key IS NOT NULL")),
    )

    producer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("producers.id"))
    plot_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("plots.id"))
    first_day: Mapped[date]
    last_day: Mapped[date]
    file_format: Mapped[FileFormat] = mapped_column(Nfc(4))
    locale: Mapped[str] = mapped_column(Nfc(2))
    storage_key: Mapped[str | None] = mapped_column(Nfc(120))
    size_bytes: Mapped[int | None] = mapped_column(BigInteger)
    is_removed: Mapped[bool] = mapped_column(default=False)
    created_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))

    producer: Mapped[Producer] = relationship()
    plot: Mapped[Plot | None] = relationship()

    @property
    def is_ready(self) -> bool:
        """Whether there is a file to fetch."""
        return self.storage_key is not None

    @property
    def has_failed(self) -> bool:
        """Whether no file came of it."""
        return self.finished_at is not None and self.storage_key is None and not self.is_removed
