"""The picture that is shown beside a shared link of a record: 1200 × 630 pixels, as Open Graph readers want it."""

import hashlib
import io
import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from traceability.labels.qr import qr_modules
from traceability.labels.text import fit

SIZE: Final = (1200, 630)
_PAPER, _INK, _SOFT, _LEAF, _CITRUS, _DANGER = "#faf7ef", "#1d2a21", "#55604f", "#1c6b3c", "#f5a91d", "#b3262e"
"""The light colours of `static/css/tokens.css`."""
_LEFT: Final = 72
_TEXT_WIDTH: Final = 690
_QR_BOX: Final = (800, 118, 340)
"""Left, top, and the longest side."""
_CODE_TOP: Final = SIZE[1] - 74
_ABOVE_CODE: Final = 12
"""What stays free above the line with the code."""
_VERSION: Final = 2
"""Of the drawing: raise it when the card looks different, so that kept pictures are drawn anew."""


@dataclass(frozen=True, slots=True)
class CardContent:
    """What stands on a card. `lines` are small facts, `warning` stands over all else; `link` is in the QR code."""

    site_name: str
    title: str
    lines: Sequence[str]
    stars: int
    warning: str
    code: str
    link: str

    @property
    def key(self) -> str:
        """The name under which the picture of exactly this content is kept."""
        content = json.dumps([_VERSION, asdict(self)], ensure_ascii=False, sort_keys=True)
        return f"share-cards/{hashlib.sha256(content.encode()).hexdigest()[:40]}.png"


def draw_card(content: CardContent, *, fonts: Path) -> bytes:
    """The card as PNG, with the site's fonts from the folder `fonts`."""
    image = Image.new("RGB", SIZE, _PAPER)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, SIZE[0], 14), fill=_DANGER if content.warning else _LEAF)
    draw.text((_LEFT, 56), content.site_name, font=_font(fonts, 34, bold=True), fill=_LEAF)
    top = 128
    if content.warning:
        top = _paragraph(draw, content.warning, top, fonts, size=48, fill=_DANGER) + 16
    top = _paragraph(draw, content.title, top, fonts, size=48 if content.warning else 68, fill=_INK) + 6
    if content.stars and not content.warning:
        for number in range(content.stars):
            _star(draw, _LEFT + 20 + 46 * number, top + 22)
        top += 56
    for line in content.lines:
        top = _paragraph(draw, line, top, fonts, size=34, fill=_SOFT, bold=False) + 6
    draw.text((_LEFT, _CODE_TOP), content.code, font=_font(fonts, 28, bold=False), fill=_SOFT)
    _qr(draw, content.link)
    encoded = io.BytesIO()
    image.quantize(32).save(encoded, "PNG", optimize=True)
    return encoded.getvalue()


def _font(fonts: Path, size: int, *, bold: bool) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(fonts / f"BeVietnamPro-{'Bold' if bold else 'Regular'}.ttf", size)


def _paragraph(
    draw: ImageDraw.ImageDraw,
    words: str,
    top: int,
    fonts: Path,
    *,
    size: int,
    fill: str,
    bold: bool = True,
) -> int:
    """Write `words` in two lines at most, smaller where they do not fit; gives where the next may begin.

    What would run into the code at the bottom is left out.
    """

    def measure(text: str, at_size: float) -> float:
        return draw.textlength(text, _font(fonts, int(at_size), bold=bold))

    sizes = range(size, 23, -4)
    fitting, lines = fit(words, width=_TEXT_WIDTH, max_lines=2, sizes=sizes, measure=measure)
    if top + len(lines) * round(fitting * 1.25) > _CODE_TOP - _ABOVE_CODE:
        return top
    for line in lines:
        draw.text((_LEFT, top), line, font=_font(fonts, int(fitting), bold=bold), fill=fill)
        top += round(fitting * 1.25)
    return top


def _star(draw: ImageDraw.ImageDraw, x: int, y: int) -> None:
    """A star of five points, as OCOP awards them."""
    points = []
    for corner in range(10):
        angle, reach = math.pi * (corner / 5 - 0.5), 20 if corner % 2 == 0 else 8.5
        points.append((x + reach * math.cos(angle), y + reach * math.sin(angle)))
    draw.polygon(points, fill=_CITRUS)


def _qr(draw: ImageDraw.ImageDraw, link: str) -> None:
    rows = qr_modules(link)
    left, top, side = _QR_BOX
    module = side // len(rows)
    draw.rectangle((left, top, left + module * len(rows), top + module * len(rows)), fill="#ffffff")
    for row, cells in enumerate(rows):
        for column, is_dark in enumerate(cells):
            if is_dark:
                x, y = left + column * module, top + row * module
                draw.rectangle((x, y, x + module - 1, y + module - 1), fill="#000000")
