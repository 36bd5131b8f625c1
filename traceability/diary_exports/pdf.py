"""The printed diary: A4 across, a header and a page number on every page, lines to sign at the end. Fonts are embedded.

Rows are laid out on pages first and drawn afterwards, so that each page can say of how many it is one.
"""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from core.i18n import gettext as _
from traceability.diary_exports.document import DiaryDocument, Section
from traceability.diary_exports.pdf_page import (
    BOTTOM,
    GREEN,
    LEFT,
    PAGE,
    TOP,
    WIDTH,
    Draw,
    centred_line_later,
    draw_frame,
    rule_later,
    text_line,
    text_line_later,
)
from traceability.diary_exports.pdf_table import Row, Table, wrapped
from traceability.labels.drawing import BOLD, REGULAR, register_fonts

_SIGNATURE_HEIGHT: Final = 38 * mm
Progress = Callable[[int], None]


@dataclass(slots=True)
class _Page:
    """What is drawn on a page, in order."""

    drawings: list[Draw] = field(default_factory=list)


def write_pdf(document: DiaryDocument, *, fonts: Path, progress: Progress) -> bytes:
    """The document as a PDF. `progress` is told how many rows are laid out so far, about a hundred at a time."""
    register_fonts(fonts)
    layout = _Layout(progress)
    layout.add_facts(document)
    for section in document.sections:
        layout.add_section(section)
    layout.add_signatures(document.signatures)
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=PAGE, pageCompression=1, lang="vi")
    canvas.setTitle(f"{document.title} · {document.producer} · {document.period}")
    canvas.setAuthor(document.producer)
    for number, page in enumerate(layout.pages, 1):
        draw_frame(canvas, document, number, len(layout.pages))
        for draw in page.drawings:
            draw(canvas)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


class _Layout:
    """Puts parts below each other and begins a new page when one is full."""

    def __init__(self, progress: Progress) -> None:
        self.pages: list[_Page] = []
        self.y = 0.0
        self._progress = progress
        self._rows = 0
        self._new_page()

    def _new_page(self) -> None:
        self.pages.append(_Page())
        self.y = TOP

    def _draw(self, drawing: Draw) -> None:
        self.pages[-1].drawings.append(drawing)

    def _room_for(self, height: float) -> bool:
        return bool(self.y - height >= BOTTOM)

    def add_facts(self, document: DiaryDocument) -> None:
        """The title and the facts, in two columns."""
        title, scope, y = document.title, f"{document.scope} · {document.period}", self.y
        self._draw(lambda canvas: text_line(canvas, title, BOLD, 17, LEFT, y - 15))
        self._draw(lambda canvas: text_line(canvas, scope, REGULAR, 10, LEFT, y - 31))
        self.y -= 40
        half = (len(document.facts) + 1) // 2
        for pair in zip(document.facts[:half], [*document.facts[half:], None], strict=False):
            lowest = self.y
            for position, fact in enumerate(pair):
                if fact is not None:
                    lowest = min(lowest, self._add_fact(*fact, LEFT + position * WIDTH / 2))
            self.y = lowest
        self.y -= 3 * mm

    def _add_fact(self, term: str, value: str, left: float) -> float:
        label_width = 42 * mm
        lines = wrapped(value or "—", BOLD, 8.5, WIDTH / 2 - label_width - 4 * mm)
        y = self.y
        self._draw(lambda canvas: text_line(canvas, term, REGULAR, 8.5, left, y - 9, grey=0.35))
        for number, line in enumerate(lines):
            self._draw(text_line_later(line, BOLD, 8.5, left + label_width, y - 9 - number * 11))
        return y - 12 - (len(lines) - 1) * 11

    def add_section(self, section: Section) -> None:
        """A titled table; its header comes again on every page that it goes on to."""
        table = Table(section)
        first = table.rows[0].height if table.rows else 0.0
        if not self._room_for(12 * mm + table.header.height + first):
            self._new_page()
        title, y = section.title, self.y
        self._draw(lambda canvas: text_line(canvas, title, BOLD, 11, LEFT, y - 12, colour=GREEN))
        self.y -= 17
        if section.note:
            for line in wrapped(section.note, REGULAR, 8, WIDTH):
                self._draw(text_line_later(line, REGULAR, 8, LEFT, self.y - 8, grey=0.35))
                self.y -= 11
            self.y -= 2
        if not table.rows:
            nothing, y = _("Nothing was recorded in this period."), self.y
            self._draw(lambda canvas: text_line(canvas, nothing, REGULAR, 8.5, LEFT, y - 9))
            self.y -= 18
            return
        self._place(table.header)
        for row in table.rows:
            if not self._room_for(row.height):
                self._new_page()
                self._place(table.header)
            self._place(row)
            self._rows += 1
            if self._rows % 100 == 0:
                self._progress(self._rows)
        self.y -= 5 * mm

    def _place(self, row: Row) -> None:
        top = self.y
        self._draw(lambda canvas: row.draw(canvas, top))
        self.y -= row.height

    def add_signatures(self, labels: Sequence[str]) -> None:
        """Lines for the people who answer for the diary, never apart from each other."""
        if not self._room_for(_SIGNATURE_HEIGHT):
            self._new_page()
        y, width = self.y - 4 * mm, WIDTH / max(1, len(labels))
        hint = _("(date, signature, full name)")
        for position, label in enumerate(labels):
            middle = LEFT + (position + 0.5) * width
            self._draw(centred_line_later(label, BOLD, 9.5, middle, y - 10))
            self._draw(centred_line_later(hint, REGULAR, 8, middle, y - 22))
            self._draw(rule_later(middle - width * 0.35, middle + width * 0.35, y - _SIGNATURE_HEIGHT + 12 * mm))
        self.y -= _SIGNATURE_HEIGHT
