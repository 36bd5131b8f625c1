"""The printed diary: A4 across, a header and a page number on every page, lines to sign at the end. Fonts are embedded.

Rows are laid out on pages first and drawn afterwards, so that each page can say of how many it is one.
"""

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas

from core.i18n import gettext as _
from core.web.templating import local_time
from traceability.diary_exports.document import DiaryDocument, Section, cell_text
from traceability.labels.drawing import BOLD, REGULAR, register_fonts
from traceability.labels.text import wrap

_PAGE: Final = landscape(A4)
_LEFT: Final = 12 * mm
_RIGHT: Final = _PAGE[0] - 12 * mm
_WIDTH: Final = _RIGHT - _LEFT
_TOP: Final = _PAGE[1] - 18 * mm
_BOTTOM: Final = 16 * mm
_GREEN: Final = (0x17 / 255, 0x4F / 255, 0x2D / 255)
_PALE: Final = (0xEA / 255, 0xF2 / 255, 0xEA / 255)
_CELL_SIZE: Final = 7.5
_LEADING: Final = 1.28
_PADDING: Final = 1.2 * mm
_MOST_LINES: Final = 24
"""A cell with more is cut: a row must fit on a page."""

_WIDEST_WORD: Final = 24 * mm
"""A longer word is broken; columns with the longest words together still leave room for the others."""

_SIGNATURE_HEIGHT: Final = 38 * mm
Draw = Callable[[Any], None]
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
    canvas = Canvas(out, pagesize=_PAGE, pageCompression=1, lang="vi")
    canvas.setTitle(f"{document.title} · {document.producer} · {document.period}")
    canvas.setAuthor(document.producer)
    for number, page in enumerate(layout.pages, 1):
        _draw_frame(canvas, document, number, len(layout.pages))
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
        self.y = _TOP

    def _draw(self, drawing: Draw) -> None:
        self.pages[-1].drawings.append(drawing)

    def _room_for(self, height: float) -> bool:
        return bool(self.y - height >= _BOTTOM)

    def add_facts(self, document: DiaryDocument) -> None:
        """The title and the facts, in two columns."""
        title, scope, y = document.title, f"{document.scope} · {document.period}", self.y
        self._draw(lambda canvas: _line(canvas, title, BOLD, 17, _LEFT, y - 15))
        self._draw(lambda canvas: _line(canvas, scope, REGULAR, 10, _LEFT, y - 31))
        self.y -= 40
        half = (len(document.facts) + 1) // 2
        for pair in zip(document.facts[:half], [*document.facts[half:], None], strict=False):
            lowest = self.y
            for position, fact in enumerate(pair):
                if fact is not None:
                    lowest = min(lowest, self._add_fact(*fact, _LEFT + position * _WIDTH / 2))
            self.y = lowest
        self.y -= 3 * mm

    def _add_fact(self, term: str, value: str, left: float) -> float:
        label_width = 42 * mm
        lines = _wrapped(value or "—", BOLD, 8.5, _WIDTH / 2 - label_width - 4 * mm)
        y = self.y
        self._draw(lambda canvas: _line(canvas, term, REGULAR, 8.5, left, y - 9, grey=0.35))
        for number, line in enumerate(lines):
            self._draw(_line_later(line, BOLD, 8.5, left + label_width, y - 9 - number * 11))
        return y - 12 - (len(lines) - 1) * 11

    def add_section(self, section: Section) -> None:
        """A titled table; its header comes again on every page that it goes on to."""
        table = _Table(section)
        first = table.rows[0].height if table.rows else 0.0
        if not self._room_for(12 * mm + table.header.height + first):
            self._new_page()
        title, y = section.title, self.y
        self._draw(lambda canvas: _line(canvas, title, BOLD, 11, _LEFT, y - 12, colour=_GREEN))
        self.y -= 17
        if section.note:
            for line in _wrapped(section.note, REGULAR, 8, _WIDTH):
                self._draw(_line_later(line, REGULAR, 8, _LEFT, self.y - 8, grey=0.35))
                self.y -= 11
            self.y -= 2
        if not table.rows:
            nothing, y = _("Nothing was recorded in this period."), self.y
            self._draw(lambda canvas: _line(canvas, nothing, REGULAR, 8.5, _LEFT, y - 9))
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

    def _place(self, row: "_Row") -> None:
        top = self.y
        self._draw(lambda canvas: row.draw(canvas, top))
        self.y -= row.height

    def add_signatures(self, labels: Sequence[str]) -> None:
        """Lines for the people who answer for the diary, never apart from each other."""
        if not self._room_for(_SIGNATURE_HEIGHT):
            self._new_page()
        y, width = self.y - 4 * mm, _WIDTH / max(1, len(labels))
        hint = _("(date, signature, full name)")
        for position, label in enumerate(labels):
            middle = _LEFT + (position + 0.5) * width
            self._draw(_centred_later(label, BOLD, 9.5, middle, y - 10))
            self._draw(_centred_later(hint, REGULAR, 8, middle, y - 22))
            self._draw(_rule_later(middle - width * 0.35, middle + width * 0.35, y - _SIGNATURE_HEIGHT + 12 * mm))
        self.y -= _SIGNATURE_HEIGHT


class _Table:
    """A section's rows with their heights, and the header."""

    def __init__(self, section: Section) -> None:
        titles = [column.title for column in section.columns]
        texts = [[cell_text(cell) for cell in row] for row in section.rows]
        widths = _widths([column.width for column in section.columns], [titles, *texts])
        self.header = _Row(titles, widths, is_header=True)
        self.rows = [_Row(row, widths) for row in texts]


def _widths(shares: Sequence[int], texts: Sequence[Sequence[str]]) -> list[float]:
    """The width of each column: its share of the page, but enough for its longest word, so that no day is broken."""
    needed = [0.0] * len(shares)
    for row in texts:
        for column, text in enumerate(row):
            for word in text.split():
                if len(word) * _CELL_SIZE > needed[column]:  # no letter is wider than high
                    needed[column] = max(needed[column], pdfmetrics.stringWidth(word, BOLD, _CELL_SIZE) + 2 * _PADDING)
    needed = [min(width + 0.1, _WIDEST_WORD) for width in needed]
    widths = [share / sum(shares) * _WIDTH for share in shares]
    narrow = {column for column, width in enumerate(widths) if width < needed[column]}
    left = _WIDTH - sum(needed[column] for column in narrow)
    wide = sum(width for column, width in enumerate(widths) if column not in narrow)
    return [needed[column] if column in narrow else width * left / wide for column, width in enumerate(widths)]


class _Row:
    """One row: its cells in lines, and how high it is."""

    __slots__ = ("height", "is_header", "lines", "widths")

    def __init__(self, texts: Sequence[str], widths: Sequence[float], *, is_header: bool = False) -> None:
        font = BOLD if is_header else REGULAR
        self.widths = widths
        self.is_header = is_header
        self.lines = [
            _at_most(list(_paragraphs(text, font, width - 2 * _PADDING)))
            for text, width in zip(texts, widths, strict=True)
        ]
        highest = max((len(lines) for lines in self.lines), default=1)
        self.height = max(1, highest) * _CELL_SIZE * _LEADING + 2 * _PADDING

    def draw(self, canvas: Any, top: float) -> None:
        """Draw the row with its frame below `top`."""
        if self.is_header:
            canvas.setFillColorRGB(*_PALE)
            canvas.rect(_LEFT, top - self.height, _WIDTH, self.height, stroke=0, fill=1)
        canvas.setStrokeGray(0.6)
        canvas.setLineWidth(0.4)
        canvas.setFillGray(0)
        canvas.setFont(BOLD if self.is_header else REGULAR, _CELL_SIZE)
        left = _LEFT
        for lines, width in zip(self.lines, self.widths, strict=True):
            canvas.rect(left, top - self.height, width, self.height, stroke=1, fill=0)
            y = top - _PADDING
            for line in lines:
                y -= _CELL_SIZE * _LEADING
                canvas.drawString(left + _PADDING, y + _CELL_SIZE * 0.3, line)
            left += width


def _at_most(lines: list[str]) -> list[str]:
    return lines if len(lines) <= _MOST_LINES else [*lines[: _MOST_LINES - 1], "…"]


def _paragraphs(text: str, font: str, width: float) -> Iterator[str]:
    for paragraph in text.splitlines():
        yield from _wrapped(paragraph, font, _CELL_SIZE, width)


def _wrapped(text: str, font: str, size: float, width: float) -> list[str]:
    if pdfmetrics.stringWidth(text, font, size) <= width:
        return [text] if text else []
    return wrap(text, width, size, lambda part, at: float(pdfmetrics.stringWidth(part, font, at)))


def _draw_frame(canvas: Any, document: DiaryDocument, number: int, count: int) -> None:
    """What stands on every page: whose diary it is, of which days, when it was printed, and the page's number."""
    about = f"{document.title} · {document.period}"
    canvas.setFillColorRGB(*_GREEN)
    canvas.setFont(BOLD, 9.5)
    canvas.drawString(_LEFT, _PAGE[1] - 11 * mm, _shortened(document.producer, BOLD, 9.5, _WIDTH * 0.55))
    canvas.setFont(REGULAR, 8.5)
    canvas.drawRightString(_RIGHT, _PAGE[1] - 11 * mm, _shortened(about, REGULAR, 8.5, _WIDTH * 0.42))
    canvas.setStrokeColorRGB(*_GREEN)
    canvas.setLineWidth(1.2)
    canvas.line(_LEFT, _PAGE[1] - 13.5 * mm, _RIGHT, _PAGE[1] - 13.5 * mm)
    canvas.setFillGray(0.35)
    canvas.setFont(REGULAR, 7.5)
    canvas.drawString(
        _LEFT, 8.5 * mm, _("Printed from the electronic diary at %(time)s.", time=local_time(document.made_at))
    )
    canvas.drawRightString(_RIGHT, 8.5 * mm, _("Page %(page)s of %(pages)s", page=number, pages=count))
    canvas.setFillGray(0)


def _shortened(text: str, font: str, size: float, width: float) -> str:
    while text and pdfmetrics.stringWidth(text, font, size) > width:
        text = text.removesuffix("…")[:-1].rstrip() + "…"
    return text


def _line(
    canvas: Any,
    text: str,
    font: str,
    size: float,
    left: float,
    y: float,
    *,
    grey: float = 0,
    colour: tuple[float, float, float] | None = None,
) -> None:
    canvas.setFillGray(grey)
    if colour is not None:
        canvas.setFillColorRGB(*colour)
    canvas.setFont(font, size)
    canvas.drawString(left, y, text)


def _line_later(text: str, font: str, size: float, left: float, y: float, *, grey: float = 0) -> Draw:
    return lambda canvas: _line(canvas, text, font, size, left, y, grey=grey)


def _centred_later(text: str, font: str, size: float, middle: float, y: float) -> Draw:
    def draw(canvas: Any) -> None:
        canvas.setFillGray(0)
        canvas.setFont(font, size)
        canvas.drawCentredString(middle, y, text)

    return draw


def _rule_later(left: float, right: float, y: float) -> Draw:
    def draw(canvas: Any) -> None:
        canvas.setStrokeGray(0.4)
        canvas.setDash(1, 2)
        canvas.line(left, y, right, y)
        canvas.setDash()

    return draw
