"""The diary as a workbook: a sheet of facts, and a sheet for every table."""

from collections.abc import Callable, Iterator, Sequence
from typing import IO

from core.i18n import gettext as _
from core.tables import Cell, Column, Sheet, write_xlsx
from traceability.diary_exports.document import DiaryDocument, Section


def write_workbook(file: IO[bytes], document: DiaryDocument, *, progress: Callable[[int], None]) -> None:
    """Write the document into `file`. `progress` is told how many rows are written, about a hundred at a time."""
    written = 0

    def counted(section: Section) -> Iterator[Sequence[Cell]]:
        nonlocal written
        for row in section.rows:
            yield row
            written += 1
            if written % 100 == 0:
                progress(written)

    def sheets() -> Iterator[Sheet]:
        yield Sheet(_("Facts"), [Column(document.title, 34), Column(document.period, 60)], _facts(document))
        for section in document.sections:
            columns = [Column(column.title, column.width) for column in section.columns]
            yield Sheet(section.title, columns, counted(section))

    write_xlsx(file, sheets())


def _facts(document: DiaryDocument) -> Iterator[Sequence[Cell]]:
    yield (document.producer, document.scope)
    yield from document.facts
    yield (_("Made at"), document.made_at)
