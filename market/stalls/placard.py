"""The sign on a stall: its code to scan and pay, as a picture and as a sheet to print. Fonts are embedded."""

import io
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from reportlab.lib.pagesizes import A4, A5
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from traceability.labels.drawing import BOLD, REGULAR, draw_code, fit_lines, register_fonts

_WIDTH, _HEIGHT = A5
_MARGIN: Final = 11 * mm
_TEXT_WIDTH: Final = _WIDTH - 2 * _MARGIN
_QR_SIZE: Final = 102 * mm
_BAND: Final = 40 * mm
_GREEN: Final = (0x17 / 255, 0x4F / 255, 0x2D / 255)


@dataclass(frozen=True, slots=True)
class PlacardContent:
    """What stands on the sign; the texts are in the languages of the sign already."""

    address: str
    market: str
    stall: str
    name: str
    holder: str
    invitation: str
    invitation_en: str
    warning: str


def draw_placard(content: PlacardContent, *, large: bool, fonts: Path) -> bytes:
    """A PDF of one page, A5, or A4 when `large`: the same sign √2 times as large."""
    register_fonts(fonts)
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4 if large else A5, invariant=True, pageCompression=1)
    canvas.setTitle(f"{content.stall} · {content.market}")
    if large:
        canvas.scale(math.sqrt(2), math.sqrt(2))
    _draw(canvas, content)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def _draw(canvas: Any, content: PlacardContent) -> None:
    canvas.setFillColorRGB(*_GREEN)
    canvas.rect(0, _HEIGHT - _BAND, _WIDTH, _BAND, stroke=0, fill=1)
    canvas.setFillGray(1)
    top = _text(canvas, content.market, REGULAR, _HEIGHT - 6 * mm, max_lines=1, sizes=(13, 12, 11, 10, 9, 8))
    top = _text(canvas, content.stall, BOLD, top - 0.5 * mm, max_lines=1, sizes=(34, 30, 26, 22, 18))
    _text(canvas, content.name, REGULAR, top, max_lines=1, sizes=(14, 13, 12, 11, 10, 9, 8))

    canvas.setFillGray(0)
    top = _text(canvas, content.invitation, BOLD, _HEIGHT - _BAND - 4 * mm, max_lines=1, sizes=(22, 20, 18, 16))
    top = _text(canvas, content.invitation_en, REGULAR, top, max_lines=1, sizes=(10.5, 10, 9, 8))
    draw_code(canvas, content.address, left=(_WIDTH - _QR_SIZE) / 2, top=top, size=_QR_SIZE)
    top -= _QR_SIZE
    top = _text(canvas, content.holder, BOLD, top, max_lines=2, sizes=(19, 17, 15, 13, 11, 10))
    top = _text(canvas, content.address, REGULAR, top - 1 * mm, max_lines=2, sizes=(11, 10, 9, 8, 7))
    canvas.setStrokeGray(0.6)
    canvas.line(_MARGIN, top - 3.5 * mm, _WIDTH - _MARGIN, top - 3.5 * mm)
    _text(canvas, content.warning, REGULAR, top - 5 * mm, max_lines=4, sizes=(12, 11, 10, 9.5, 9, 8.5, 8, 7.5, 7))


def _text(canvas: Any, text: str, font: str, top: float, *, max_lines: int, sizes: tuple[float, ...]) -> float:
    """Draw `text` centred below `top`; the new top."""
    size, lines = fit_lines(text, font, width=_TEXT_WIDTH, max_lines=max_lines, sizes=sizes)
    canvas.setFont(font, size)
    for line in lines:
        top -= size * 1.25
        canvas.drawCentredString(_WIDTH / 2, top + size * 0.28, line)
    return top
