"""Papers of the demo world: one page each, and every one says that it is a sample."""

import io
from collections.abc import Sequence
from typing import Final

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from traceability.labels.drawing import BOLD, REGULAR, register_fonts
from traceability.labels.fonts import fonts_folder

_LEFT: Final = 25 * mm
_TOP: Final = 260 * mm
_LINE: Final = 9 * mm


def sample_paper(title: str, lines: Sequence[str]) -> bytes:
    """A PDF of one A4 page with a title and a few lines below it."""
    register_fonts(fonts_folder())
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=True)
    canvas.setTitle(title)
    canvas.setFont(BOLD, 18)
    canvas.drawString(_LEFT, _TOP, title)
    canvas.setFont(REGULAR, 12)
    for number, line in enumerate([*lines, "Giấy tờ mẫu, không có giá trị."], start=2):
        canvas.drawString(_LEFT, _TOP - number * _LINE, line)
    canvas.showPage()
    canvas.save()
    return out.getvalue()
