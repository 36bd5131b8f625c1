"""How the document of a dossier is set: styles, paragraphs, tables and numbers. Whoever draws registers the fonts."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from reportlab.lib import colors
from reportlab.lib.enums import TA_LEFT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Paragraph, Table, TableStyle

from core.i18n import current_locale
from traceability.labels.drawing import BOLD, REGULAR

GREEN: Final = colors.HexColor("#1c6b3c")
LINE: Final = colors.HexColor("#c9c0ad")
SHADE: Final = colors.HexColor("#f2ecdf")
TEXT: Final = ParagraphStyle("text", fontName=REGULAR, fontSize=9, leading=12.5, alignment=TA_LEFT)
CELL: Final = ParagraphStyle("cell", parent=TEXT, fontSize=8, leading=10.5)
SMALL: Final = ParagraphStyle("small", parent=TEXT, fontSize=7, leading=9.5)
HEAD: Final = ParagraphStyle("head", parent=TEXT, fontName=BOLD, fontSize=8, leading=10.5, textColor=GREEN)
TITLE: Final = ParagraphStyle("title", parent=TEXT, fontName=BOLD, fontSize=18, leading=23, textColor=GREEN)
SECTION: Final = ParagraphStyle(
    "section", parent=TEXT, fontName=BOLD, fontSize=12, leading=16, spaceBefore=12, spaceAfter=5, keepWithNext=1
)
MARGIN: Final = 18 * mm
PADDING: Final = 6
"""What reportlab's frame leaves free inside the margins, in points."""
WIDTH: Final = A4[0] - 2 * MARGIN - 2 * PADDING


def paragraph(text: object, style: ParagraphStyle = TEXT, *, link: str = "") -> Paragraph:
    """`text` as it is, whatever signs are in it; a click on it opens `link`."""
    words = escape(str(text))
    return Paragraph(f"<link href={quoteattr(link)}>{words}</link>" if link else words, style)


def table(columns: Sequence[str], rows: Sequence[Sequence[object]], widths: Sequence[float]) -> Table:
    """A table over the whole width; `widths` are parts of it. Its head comes again on every page.

    A cell is a paragraph already, or is set as one.
    """
    total = sum(widths)
    cells = [[paragraph(label, HEAD) for label in columns]]
    cells += [[cell if isinstance(cell, Paragraph) else paragraph(cell, CELL) for cell in row] for row in rows]
    made = Table(cells, colWidths=[WIDTH * width / total for width in widths], repeatRows=1)
    made.setStyle(
        TableStyle(
            [
                ("BACKGROUND", (0, 0), (-1, 0), SHADE),
                ("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LEFTPADDING", (0, 0), (-1, -1), 3),
                ("RIGHTPADDING", (0, 0), (-1, -1), 3),
            ]
        )
    )
    return made


def amount(value: Decimal) -> str:
    """A number without the zeros that its column adds, with the sign of the reader's language before its decimals."""
    text = f"{value:f}"
    bare = text.rstrip("0").rstrip(".") if "." in text else text
    return bare if current_locale() == "en" else bare.replace(".", ",")
