"""A page of the printed diary: its measures, what stands on every one, and lines of text."""

from collections.abc import Callable
from typing import Any, Final

from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics

from core.i18n import gettext as _
from core.web.templating import local_time
from traceability.diary_exports.document import DiaryDocument
from traceability.labels.drawing import BOLD, REGULAR

PAGE: Final = landscape(A4)
LEFT: Final = 12 * mm
RIGHT: Final = PAGE[0] - 12 * mm
WIDTH: Final = RIGHT - LEFT
TOP: Final = PAGE[1] - 18 * mm
BOTTOM: Final = 16 * mm
"""Measures are points, from the lower left corner of the sheet."""

GREEN: Final = (0x17 / 255, 0x4F / 255, 0x2D / 255)
PALE: Final = (0xEA / 255, 0xF2 / 255, 0xEA / 255)
Draw = Callable[[Any], None]
"""Draws something on the canvas that it is given, once the pages are known."""


def draw_frame(canvas: Any, document: DiaryDocument, number: int, count: int) -> None:
    """What stands on every page: whose diary it is, of which days, when it was printed, and the page's number."""
    about = f"{document.title} · {document.period}"
    canvas.setFillColorRGB(*GREEN)
    canvas.setFont(BOLD, 9.5)
    canvas.drawString(LEFT, PAGE[1] - 11 * mm, _shortened(document.producer, BOLD, 9.5, WIDTH * 0.55))
    canvas.setFont(REGULAR, 8.5)
    canvas.drawRightString(RIGHT, PAGE[1] - 11 * mm, _shortened(about, REGULAR, 8.5, WIDTH * 0.42))
    canvas.setStrokeColorRGB(*GREEN)
    canvas.setLineWidth(1.2)
    canvas.line(LEFT, PAGE[1] - 13.5 * mm, RIGHT, PAGE[1] - 13.5 * mm)
    canvas.setFillGray(0.35)
    canvas.setFont(REGULAR, 7.5)
    canvas.drawString(
        LEFT, 8.5 * mm, _("Printed from the electronic diary at %(time)s.", time=local_time(document.made_at))
    )
    canvas.drawRightString(RIGHT, 8.5 * mm, _("Page %(page)s of %(pages)s", page=number, pages=count))
    canvas.setFillGray(0)


def _shortened(text: str, font: str, size: float, width: float) -> str:
    while text and pdfmetrics.stringWidth(text, font, size) > width:
        text = text.removesuffix("…")[:-1].rstrip() + "…"
    return text


def text_line(
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
    """Write one line of text at the left; `grey` is 0 for black to 1 for white, unless there is a `colour`."""
    canvas.setFillGray(grey)
    if colour is not None:
        canvas.setFillColorRGB(*colour)
    canvas.setFont(font, size)
    canvas.drawString(left, y, text)


def text_line_later(text: str, font: str, size: float, left: float, y: float, *, grey: float = 0) -> Draw:
    """`text_line` for when the page is drawn; the arguments are settled now."""
    return lambda canvas: text_line(canvas, text, font, size, left, y, grey=grey)


def centred_line_later(text: str, font: str, size: float, middle: float, y: float) -> Draw:
    """A line of text around `middle`, for when the page is drawn."""

    def draw(canvas: Any) -> None:
        canvas.setFillGray(0)
        canvas.setFont(font, size)
        canvas.drawCentredString(middle, y, text)

    return draw


def rule_later(left: float, right: float, y: float) -> Draw:
    """A dotted line to write on, for when the page is drawn."""

    def draw(canvas: Any) -> None:
        canvas.setStrokeGray(0.4)
        canvas.setDash(1, 2)
        canvas.line(left, y, right, y)
        canvas.setDash()

    return draw
