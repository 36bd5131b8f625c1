"""The diary as a workbook: a sheet of facts, and a sheet for every table."""

from collections.abc import Callable, Iterator, Sequence
from typing import IO

from core.i18n import gettext as _
from core.tables import Cell, Column, Sheet, counted, write_xlsx
from traceability.diary_exports.document import DiaryDocument


def write_workbook(file: IO[bytes], document: DiaryDocument, *, progress: Callable[[int], None]) -> None:
    """Write the document into `file`. `progress` is told how many rows are written, about a hundred at a time."""

    def sheets() -> Iterator[Sheet]:
        yield Sheet(_("Facts"), [Column(document.title, 34), Column(document.period, 60)], _facts(document))
        for section in document.sections:
            columns = [Column(column.title, column.width) for column in section.columns]
            yield Sheet(section.title, columns, section.rows)

    write_xlsx(file, counted(sheets(), progress, every=100))


def _facts(document: DiaryDocument) -> Iterator[Sequence[Cell]]:
    yield (document.producer, document.scope)
    yield from document.facts
    yield (_("Made at"), document.made_at)
