"""A page to try a printer with: the outlines of all labels of a design, and rulers to see whether the size is right."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from core.i18n import gettext as _
from traceability.labels.designs import Design
from traceability.labels.drawing import REGULAR, fit_lines, register_fonts

_FINE: Final = 0.2
"""Width of lines in points: thinner than what the paper may be off by."""


def alignment_page(design: Design, *, fonts: Path) -> bytes:
    """A PDF of one page for `design`: to be laid upon the labels against the light, or measured."""
    register_fonts(fonts)
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(design.page_width * mm, design.page_height * mm), invariant=True, pageCompression=1)
    canvas.setTitle(_("Test print: %(design)s", design=design.name))
    canvas.setLineWidth(_FINE)
    _outlines(canvas, design)
    _rulers(canvas, design)
    _words(canvas, design)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def ticks(length: float) -> Iterator[tuple[int, float]]:
    """The marks of a ruler: each whole millimetre within `length`, and how long its mark is."""
    for position in range(int(length) + 1):
        yield position, 4.0 if position % 10 == 0 else 2.5 if position % 5 == 0 else 1.2


def _outlines(canvas: Any, design: Design) -> None:
    """The edge of every label, and a cross in its middle."""
    for cell in range(design.labels_a_page):
        x, y = design.place(cell)
        bottom = design.page_height - y - design.height
        canvas.rect(x * mm, bottom * mm, design.width * mm, design.height * mm)
        middle, centre = (x + design.width / 2) * mm, (bottom + design.height / 2) * mm
        canvas.line(middle - 2 * mm, centre, middle + 2 * mm, centre)
        canvas.line(middle, centre - 2 * mm, middle, centre + 2 * mm)


def _rulers(canvas: Any, design: Design) -> None:
    """Rulers along the upper and the left edge, with numbers where there is room for them."""
    canvas.setFont(REGULAR, 5)
    top = design.page_height * mm
    for position, length in ticks(design.page_width):
        canvas.line(position * mm, top, position * mm, top - length * mm)
        if position % 10 == 0 and 0 < position < design.page_width - 5:
            canvas.drawString(position * mm + 1, top - 4 * mm, str(position))
    for position, length in ticks(design.page_height):
        canvas.line(0, top - position * mm, length * mm, top - position * mm)
        if position % 10 == 0 and 0 < position < design.page_height - 5:
            canvas.drawString(4.3 * mm, top - position * mm - 5, str(position))


def _words(canvas: Any, design: Design) -> None:
    """What to look at, across the middle of the first label and below its cross."""
    x, y = design.place(0)
    text = _("Print at %(scale)s. Marks are millimetres. Lines must meet the edges of the labels.", scale="100 %")
    left, room = max(x, 8) + 1, design.width - (max(x, 8) - x) - 3
    below = (design.height / 2 - 3) * mm
    for size in (9, 8, 7, 6, 5, 4, 3.5):
        _size, lines = fit_lines(text, REGULAR, width=room * mm, max_lines=9, sizes=(size,))
        if len(lines) * size * 1.2 <= below:
            break
    canvas.setFont(REGULAR, size)
    baseline = (design.page_height - y - design.height / 2 - 3) * mm - size
    for line in lines:
        canvas.drawString(left * mm, baseline, line)
        baseline -= size * 1.2
