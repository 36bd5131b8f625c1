"""Table of reports."""

import uuid
from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Model, Nfc
from core.jobs.files import FileWork, file_work_arguments


class ReportKind(StrEnum):
    """What a report tells; `sources.py` says who writes it."""

    PRODUCER_STATEMENT = "producer_statement"
    STALL_STATEMENT = "stall_statement"
    LEDGER_MONTH = "ledger_month"


class ReportFormat(StrEnum):
    """The kinds of file; also how their names end."""

    CSV = "csv"
    XLSX = "xlsx"


_KINDS = ", ".join(f"'{kind}'" for kind in ReportKind)


class Report(FileWork, Model):
    """A report on its way into a file, and then the file: of the days from `first_day` to `last_day`.

    `owner_id` says whose figures they are: a producer's, a stall's, or the site's own (the nil UUID). `subject` and
    `file_name` are what the owner and the file were called when `requested_by` asked. Of what is being made, nobody has
    the same twice.
    """

    __tablename__ = "reports"
    __table_args__ = (
        CheckConstraint(f"kind IN ({_KINDS})", name="kind_known"),
        CheckConstraint("file_format IN ('csv', 'xlsx')", name="file_format_known"),
        CheckConstraint("first_day <= last_day", name="days_in_order"),
        Index("ix_reports_requested_by", "requested_by", "id"),
        Index(
            "uq_reports_running",
            *("requested_by", "kind", "owner_id", "first_day", "last_day", "file_format", "locale"),
            unique=True,
            postgresql_where=text("finished_at IS NULL"),
        ),
        *file_work_arguments("reports"),
    )

    kind: Mapped[ReportKind] = mapped_column(Nfc(20))
    owner_id: Mapped[uuid.UUID]
    first_day: Mapped[date]
    last_day: Mapped[date]
    subject: Mapped[str] = mapped_column(Nfc(160))
    file_name: Mapped[str] = mapped_column(Nfc(160))
    requested_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))
