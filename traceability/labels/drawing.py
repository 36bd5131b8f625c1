"""Drawing on PDF pages: QR codes, stars, and text that fits its place. Fonts are embedded."""

import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from traceability.labels.layout import CodePlace, Star
from traceability.labels.qr import QUIET_ZONE, qr_modules
from traceability.labels.text import fit

REGULAR: Final = "BeVietnamPro"
BOLD: Final = "BeVietnamPro-Bold"
RUN: Final = re.compile("1+")
"""A run of dark modules in a row that is written in binary."""


def register_fonts(folder: Path) -> None:
    """Make the two typefaces of labels known to reportlab, once a process."""
    known = pdfmetrics.getRegisteredFontNames()
    for name, file in ((REGULAR, "BeVietnamPro-Regular.ttf"), (BOLD, "BeVietnamPro-Bold.ttf")):
        if name not in known:
            pdfmetrics.registerFont(TTFont(name, str(folder / file)))


def text_width(text: str, is_bold: bool, size: float) -> float:
    """The width of `text` in millimetres, set at `size` points. The fonts must be registered."""
    return float(pdfmetrics.stringWidth(text, BOLD if is_bold else REGULAR, size) / mm)


def code_operators(rows: Sequence[int], place: CodePlace, *, height: float) -> str:
    """The PDF operators that draw a code on a label `height` millimetres high, as joined bars.

    Bars instead of single modules: viewers show hairlines between rectangles that touch. Coordinates are modules, so
    that the text is short, and the same for codes of every size.
    """
    size = len(rows)
    module = place.module * mm
    left = place.x * mm + QUIET_ZONE * module
    top = (height - place.y) * mm - QUIET_ZONE * module
    bars = [
        f"{run.start()} {y} {run.end() - run.start()} 1 re"
        for y, row in enumerate(rows)
        for run in RUN.finditer(f"{row:0{size}b}")
    ]
    return f"q {module:.5f} 0 0 {-module:.5f} {left:.4f} {top:.4f} cm 0 g\n" + "\n".join(bars) + "\nf Q\n"


def draw_star(canvas: Any, star: Star, *, height: float) -> None:
    """Draw a star of a label that is `height` millimetres high."""
    path = canvas.beginPath()
    for corner in range(10):
        radius = star.radius * (1 if corner % 2 == 0 else 0.4)
        angle = math.pi / 2 + corner * math.pi / 5
        point = (star.x + radius * math.cos(angle)) * mm, (height - star.y + radius * math.sin(angle)) * mm
        (path.lineTo if corner else path.moveTo)(*point)
    path.close()
    canvas.drawPath(path, stroke=0, fill=1)


def draw_code(canvas: Any, link: str, *, left: float, top: float, size: float) -> None:
    """Draw the QR code of `link` with its quiet zone, `size` points wide."""
    rows = qr_modules(link)
    module = size / len(rows) / mm
    bits = [int("".join("01"[dark] for dark in row), 2) for row in rows]
    place = CodePlace(left / mm - QUIET_ZONE * module, -QUIET_ZONE * module, module)
    canvas.addLiteral(code_operators(bits, place, height=top / mm))


def fit_lines(text: str, font: str, *, width: float, max_lines: int, sizes: Sequence[float]) -> tuple[float, list[str]]:
    """The largest of `sizes` (points) at which `text` takes at most `max_lines` lines of `width`, and the lines."""
    return fit(
        text,
        width=width,
        max_lines=max_lines,
        sizes=sizes,
        measure=lambda part, at: float(pdfmetrics.stringWidth(part, font, at)),
    )
