"""Table of exports."""

import uuid
from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catalog.producers.models import Producer
from core.db import Model
from core.jobs.files import FileWork, file_work_arguments
from traceability.diary.models import Plot


class FileFormat(StrEnum):
    """The kinds of file that a diary is exported as; also how their names end."""

    PDF = "pdf"
    XLSX = "xlsx"


class DiaryExport(FileWork, Model):
    """A diary on its way into a file, and then the file: of one plot, or of all plots of a producer.

    The days from `first_day` to `last_day` are those on which something was done.
    """

    __tablename__ = "diary_exports"
    __table_args__ = (
        CheckConstraint("file_format IN ('pdf', 'xlsx')", name="file_format_known"),
        CheckConstraint("first_day <= last_day", name="days_in_order"),
        Index("ix_diary_exports_producer_id", "producer_id", "id"),
        *file_work_arguments("diary_exports"),
    )

    producer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("producers.id"))
    plot_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("plots.id"))
    first_day: Mapped[date]
    last_day: Mapped[date]
    created_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))

    producer: Mapped[Producer] = relationship()
    plot: Mapped[Plot | None] = relationship()
