"""The work of a report: its file written, however often that is begun."""

import uuid
from typing import IO

from core.jobs.files import Tell, make_work_file
from core.outbox import publish
from core.storage.backends import Storage
from core.tables import counted, write_csv, write_xlsx
from market.reports.events import ReportFinished
from market.reports.models import Report, ReportFormat
from market.reports.queries import scope_of
from market.reports.sources import source_of


def write_report(*, report_id: uuid.UUID, storage: Storage, is_awaited: bool = False) -> None:
    """Write the file of a report and keep it in the private `storage`; harmless when it is there, or being written.

    Commits by itself, for progress is told while it runs. After too many attempts the report ends without a file. Its
    end is news, unless somebody waits for it (`is_awaited`).
    """
    make_work_file(
        Report,
        report_id,
        storage=storage,
        folder="reports",
        write=_write,
        when_ended=None if is_awaited else _publish_end,
    )


def _write(report: Report, file: IO[bytes], tell: Tell) -> None:
    sheets = counted(source_of(report.kind).sheets(scope_of(report)), tell)
    if report.file_format == ReportFormat.XLSX:
        write_xlsx(file, sheets)
    else:
        file.writelines(write_csv(next(sheets)))


def _publish_end(report: Report) -> None:
    publish(ReportFinished(report.id, report.is_ready))
