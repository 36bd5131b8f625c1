"""The preview of a label as SVG inside a page: the same layout as on paper."""

import math

from markupsafe import Markup, escape

from traceability.items.rules import CODE_LENGTH
from traceability.labels.drawing import text_width
from traceability.labels.layout import Star, Text
from traceability.labels.pdf import Labels
from traceability.labels.qr import QUIET_ZONE

_POINT = 25.4 / 72


def label_svg(labels: Labels, *, title: str) -> Markup:
    """The first of `labels`; its unit is the millimetre. `title` says what the picture shows."""
    design, content = labels.design, labels.content
    rows = labels.family.rows(content.serial[-CODE_LENGTH:]) if labels.family is not None else labels.code or ()
    place = labels.layout.code
    quiet = QUIET_ZONE * place.module
    modules = "".join(
        f"M{x} {y}h1v1h-1z"
        for y, row in enumerate(rows)
        for x, dark in enumerate(f"{row:0{len(rows)}b}")
        if dark == "1"
    )
    parts = [
        f'<svg class="label-preview" viewBox="0 0 {design.width:g} {design.height:g}" role="img" '
        f'aria-label="{escape(title)}" font-family="Be Vietnam Pro, sans-serif">',
        f'<rect class="label-paper" width="{design.width:g}" height="{design.height:g}"/>',
        f'<path transform="translate({place.x + quiet:.3f} {place.y + quiet:.3f}) scale({place.module:g})" '
        f'shape-rendering="crispEdges" d="{modules}"/>',
        *map(_text, labels.layout.texts),
        *map(_star, labels.layout.stars),
        "</svg>",
    ]
    return Markup("".join(parts))  # noqa: S704 - every text in it was escaped


def _text(text: Text) -> str:
    # The browser may lack the typeface: its own then takes the same room.
    width = text_width(text.text, text.is_bold, text.size)
    weight = ' font-weight="700"' if text.is_bold else ""
    anchor = ' text-anchor="middle"' if text.is_centred else ""
    return (
        f'<text x="{text.x:.3f}" y="{text.y:.3f}" font-size="{text.size * _POINT:.3f}" textLength="{width:.3f}" '
        f'lengthAdjust="spacingAndGlyphs"{weight}{anchor}>{escape(text.text)}</text>'
    )


def _star(star: Star) -> str:
    points = []
    for corner in range(10):
        radius = star.radius * (1 if corner % 2 == 0 else 0.4)
        angle = math.pi / 2 + corner * math.pi / 5
        points.append(f"{star.x + radius * math.cos(angle):.3f},{star.y - radius * math.sin(angle):.3f}")
    return f'<polygon points="{" ".join(points)}"/>'
