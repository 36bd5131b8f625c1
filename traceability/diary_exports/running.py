"""The work of an export: its file made, however often that is begun."""

import uuid
from pathlib import Path
from typing import IO

from core.db import utc_now
from core.jobs.files import Tell, make_work_file
from core.storage.backends import Storage
from traceability.diary_exports.contents import make_document
from traceability.diary_exports.models import DiaryExport, FileFormat
from traceability.diary_exports.pdf import write_pdf
from traceability.diary_exports.queries import read_contents
from traceability.diary_exports.workbook import write_workbook


def make_file(*, export_id: uuid.UUID, storage: Storage, fonts: Path) -> None:
    """Make the file of an export and keep it in the private `storage`; harmless when it is there, or being made.

    Commits by itself, for progress is told while it runs. After too many attempts the export ends without a file.
    """
    make_work_file(
        DiaryExport,
        export_id,
        storage=storage,
        folder="diary-exports",
        write=lambda export, file, tell: _write(export, file, tell, fonts),
    )


def _write(export: DiaryExport, file: IO[bytes], tell: Tell, fonts: Path) -> None:
    contents = read_contents(export.producer_id, export.plot_id, export.first_day, export.last_day)
    document = make_document(
        contents,
        whole_farm=export.plot_id is None,
        first_day=export.first_day,
        last_day=export.last_day,
        made_at=utc_now(),
    )
    rows, total = max(1, document.row_count), export.total_count

    def progress(done: int) -> None:
        tell(total * done // rows)

    if export.file_format == FileFormat.PDF:
        file.write(write_pdf(document, fonts=fonts, progress=progress))
    else:
        write_workbook(file, document, progress=progress)
