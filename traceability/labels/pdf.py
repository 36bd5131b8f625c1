"""Printable labels: one of 100 × 50 mm for a roll, or ten on an A4 sheet. Fonts are embedded."""

import io
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from traceability.labels.drawing import draw_code, fit_lines

LABEL_WIDTH: Final = 100 * mm
LABEL_HEIGHT: Final = 50 * mm
COLUMNS: Final = 2
ROWS: Final = 5
REGULAR: Final = "BeVietnamPro"
BOLD: Final = "BeVietnamPro-Bold"

_QR_SIZE: Final = 41 * mm
_MARGIN: Final = 3 * mm
_TEXT_LEFT: Final = 45 * mm
_TEXT_WIDTH: Final = LABEL_WIDTH - _TEXT_LEFT - _MARGIN


@dataclass(frozen=True, slots=True)
class LabelContent:
    """What stands on a label; texts are in the language of the label already."""

    link: str
    product: str
    producer: str
    stars: int
    facts: tuple[tuple[str, str], ...]
    human_readable: str


def register_fonts(folder: Path) -> None:
    """Make the two typefaces of labels known to reportlab, once a process."""
    known = pdfmetrics.getRegisteredFontNames()
    for name, file in ((REGULAR, "BeVietnamPro-Regular.ttf"), (BOLD, "BeVietnamPro-Bold.ttf")):
        if name not in known:
            pdfmetrics.registerFont(TTFont(name, str(folder / file)))


def roll_label(content: LabelContent, *, fonts: Path) -> bytes:
    """A PDF of one page, 100 × 50 mm."""
    register_fonts(fonts)
    return _document(content, (LABEL_WIDTH, LABEL_HEIGHT), [(0, 0)], frame=False)


def a4_sheet(content: LabelContent, *, fonts: Path) -> bytes:
    """A PDF of one A4 page with ten equal labels and fine lines to cut along."""
    register_fonts(fonts)
    left = (A4[0] - COLUMNS * LABEL_WIDTH) / 2
    bottom = (A4[1] - ROWS * LABEL_HEIGHT) / 2
    places = [
        (left + column * LABEL_WIDTH, bottom + row * LABEL_HEIGHT)
        for row in reversed(range(ROWS))
        for column in range(COLUMNS)
    ]
    return _document(content, A4, places, frame=True)


def _document(
    content: LabelContent, size: tuple[float, float], places: list[tuple[float, float]], *, frame: bool
) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=size, invariant=True, pageCompression=1)
    canvas.setTitle(f"{content.product} {content.human_readable}")
    canvas.beginForm("label", 0, 0, LABEL_WIDTH, LABEL_HEIGHT)
    _draw(canvas, content)
    canvas.endForm()
    for x, y in places:
        canvas.saveState()
        canvas.translate(x, y)
        if frame:
            canvas.setStrokeGray(0.75)
            canvas.setLineWidth(0.3)
            canvas.rect(0, 0, LABEL_WIDTH, LABEL_HEIGHT)
        canvas.doForm("label")
        canvas.restoreState()
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def _draw(canvas: Any, content: LabelContent) -> None:
    draw_code(canvas, content.link, left=1.5 * mm, top=LABEL_HEIGHT - 1.5 * mm, size=_QR_SIZE)
    top = LABEL_HEIGHT - 4.5 * mm
    top = _text(canvas, content.product, BOLD, top, max_lines=3, sizes=(13, 12, 11, 10, 9, 8, 7))
    if content.stars:
        top = _stars(canvas, content.stars, top - 1 * mm)
    top = _text(canvas, content.producer, REGULAR, top - 0.8 * mm, max_lines=2, sizes=(8.5, 8, 7.5, 7, 6.5, 6))
    for label, value in content.facts:
        top = _text(canvas, f"{label}: {value}", BOLD, top - 0.6 * mm, max_lines=1, sizes=(8.5, 8, 7.5, 7, 6.5, 6, 5))
    line_sizes = (9, 8.5, 8, 7.5, 7, 6.5, 6)
    size, lines = fit_lines(
        content.human_readable, REGULAR, width=LABEL_WIDTH - 2 * _MARGIN, max_lines=1, sizes=line_sizes
    )
    canvas.setFont(REGULAR, size)
    canvas.drawString(_MARGIN, 2.6 * mm, lines[0])


def _text(canvas: Any, text: str, font: str, top: float, *, max_lines: int, sizes: tuple[float, ...]) -> float:
    """Draw `text` below `top` in the column beside the code; the new top."""
    size, lines = fit_lines(text, font, width=_TEXT_WIDTH, max_lines=max_lines, sizes=sizes)
    canvas.setFont(font, size)
    for line in lines:
        top -= size * 1.18
        canvas.drawString(_TEXT_LEFT, top + size * 0.2, line)
    return top


def _stars(canvas: Any, count: int, top: float) -> float:
    canvas.setFont(BOLD, 7.5)
    baseline = top - 7.5
    canvas.drawString(_TEXT_LEFT, baseline, "OCOP")
    x = _TEXT_LEFT + pdfmetrics.stringWidth("OCOP ", BOLD, 7.5) + 4
    for _number in range(count):
        path = canvas.beginPath()
        for corner in range(10):
            radius = 4.0 if corner % 2 == 0 else 1.6
            angle = math.pi / 2 + corner * math.pi / 5
            point = (x + radius * math.cos(angle), baseline + 2.6 + radius * math.sin(angle))
            (path.lineTo if corner else path.moveTo)(*point)
        path.close()
        canvas.drawPath(path, stroke=0, fill=1)
        x += 9.5
    return float(baseline - 1)
