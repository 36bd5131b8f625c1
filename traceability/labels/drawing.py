"""Drawing on PDF pages: QR codes and text that fits its place."""

from collections.abc import Sequence
from typing import Any

from reportlab.pdfbase import pdfmetrics

from traceability.labels.qr import qr_modules
from traceability.labels.text import fit


def draw_code(canvas: Any, link: str, *, left: float, top: float, size: float) -> None:
    """Draw the QR code of `link` with its quiet zone, `size` points wide, as joined bars.

    Bars instead of single modules: viewers show hairlines between rectangles that touch.
    """
    rows = qr_modules(link)
    module = size / len(rows)
    path = canvas.beginPath()
    for y, row in enumerate(rows):
        x = 0
        while x < len(row):
            start = x
            while x < len(row) and row[x]:
                x += 1
            if x > start:
                path.rect(left + start * module, top - (y + 1) * module, (x - start) * module, module)
            x += 1
    canvas.setFillGray(0)
    canvas.drawPath(path, stroke=0, fill=1)


def fit_lines(text: str, font: str, *, width: float, max_lines: int, sizes: Sequence[float]) -> tuple[float, list[str]]:
    """The largest of `sizes` (points) at which `text` takes at most `max_lines` lines of `width`, and the lines."""
    return fit(
        text,
        width=width,
        max_lines=max_lines,
        sizes=sizes,
        measure=lambda part, at: float(pdfmetrics.stringWidth(part, font, at)),
    )
