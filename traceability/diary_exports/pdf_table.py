"""Tables of the printed diary: columns as wide as their words need, and rows in lines."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics

from traceability.diary_exports.document import Section, cell_text
from traceability.diary_exports.pdf_page import LEFT, PALE, WIDTH
from traceability.labels.drawing import BOLD, REGULAR
from traceability.labels.text import wrap

_CELL_SIZE: Final = 7.5
_LEADING: Final = 1.28
_PADDING: Final = 1.2 * mm
_MOST_LINES: Final = 24
"""A cell with more is cut: a row must fit on a page."""

_WIDEST_WORD: Final = 24 * mm
"""A longer word is broken; columns with the longest words together still leave room for the others."""


class Table:
    """A section's rows with their heights, and the header."""

    def __init__(self, section: Section) -> None:
        titles = [column.title for column in section.columns]
        texts = [[cell_text(cell) for cell in row] for row in section.rows]
        widths = _widths([column.width for column in section.columns], [titles, *texts])
        self.header = Row(titles, widths, is_header=True)
        self.rows = [Row(row, widths) for row in texts]


def _widths(shares: Sequence[int], texts: Sequence[Sequence[str]]) -> list[float]:
    """The width of each column: its share of the page, but enough for its longest word, so that no day is broken."""
    needed = [0.0] * len(shares)
    for row in texts:
        for column, text in enumerate(row):
            for word in text.split():
                if len(word) * _CELL_SIZE > needed[column]:  # no letter is wider than high
                    needed[column] = max(needed[column], pdfmetrics.stringWidth(word, BOLD, _CELL_SIZE) + 2 * _PADDING)
    needed = [min(width + 0.1, _WIDEST_WORD) for width in needed]
    widths = [share / sum(shares) * WIDTH for share in shares]
    narrow = {column for column, width in enumerate(widths) if width < needed[column]}
    left = WIDTH - sum(needed[column] for column in narrow)
    wide = sum(width for column, width in enumerate(widths) if column not in narrow)
    return [needed[column] if column in narrow else width * left / wide for column, width in enumerate(widths)]


class Row:
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
            canvas.setFillColorRGB(*PALE)
            canvas.rect(LEFT, top - self.height, WIDTH, self.height, stroke=0, fill=1)
        canvas.setStrokeGray(0.6)
        canvas.setLineWidth(0.4)
        canvas.setFillGray(0)
        canvas.setFont(BOLD if self.is_header else REGULAR, _CELL_SIZE)
        left = LEFT
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
        yield from wrapped(paragraph, font, _CELL_SIZE, width)


def wrapped(text: str, font: str, size: float, width: float) -> list[str]:
    """The text in lines of at most `width` points; no line for no text."""
    if pdfmetrics.stringWidth(text, font, size) <= width:
        return [text] if text else []
    return wrap(text, width, size, lambda part, at: float(pdfmetrics.stringWidth(part, font, at)))
