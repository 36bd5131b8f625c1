"""Labels as PDF: one, a sheet, or so many that they are made part by part."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from traceability.items.rules import CODE_LENGTH
from traceability.labels.code_family import CodeFamily, code_family
from traceability.labels.content import LabelContent
from traceability.labels.designs import Design
from traceability.labels.drawing import BOLD, REGULAR, code_operators, draw_star, register_fonts, text_width
from traceability.labels.growing_pdf import Beginning
from traceability.labels.layout import Layout, Text, lay_out
from traceability.labels.qr import QUIET_ZONE, code_rows

_FORM: Final = "label"
_REGULAR_IN_FILE: Final = "/F2+0"
"""How reportlab calls the part of the first typeface that holds ASCII; every sign of it has its own number there."""


@dataclass(frozen=True, slots=True)
class Labels:
    """Labels of one design: all alike with the `code` of their lot, or of items, each with a code of its `family`."""

    design: Design
    content: LabelContent
    layout: Layout
    code: Sequence[int] | None
    family: CodeFamily | None

    def first_part(self) -> bytes:
        """A PDF with what all labels share; its own page is a mere holder of fonts."""
        out = io.BytesIO()
        page = self.design.page_width * mm, self.design.page_height * mm
        canvas = Canvas(out, pagesize=page, invariant=True, pageCompression=1)
        canvas.setTitle(f"{self.content.product} {''.join(f'({ai}){value}' for ai, value in self.content.keys[:2])}")
        canvas.setAuthor(self.content.producer)
        for font in (REGULAR, BOLD):  # in this order: pages refer to the first
            canvas.setFont(font, 1)
            canvas.drawString(0, 0, "0")
        canvas.beginForm(_FORM, 0, 0, self.design.width * mm, self.design.height * mm)
        self._draw_shared(canvas)
        canvas.endForm()
        canvas.doForm(_FORM)
        canvas.showPage()
        canvas.save()
        return out.getvalue()

    def page(self, labels: Iterable[tuple[int, str]]) -> bytes:
        """What a page shows: in each cell (from 0) a label, of the item whose serial number is given, or of the lot."""
        parts = []
        for cell, serial in labels:
            x, y = self.design.place(cell)
            bottom = self.design.page_height - y - self.design.height
            own = self._own_part(serial) if self.family is not None else ""
            parts.append(f"q 1 0 0 1 {x * mm:.4f} {bottom * mm:.4f} cm /FormXob.{_FORM} Do\n{own}Q\n")
        return "".join(parts).encode("ascii")

    def _own_part(self, serial: str) -> str:
        """The operators of what only this item's label has: its code, and its number for people."""
        assert self.family is not None
        end = serial[-CODE_LENGTH:]
        drawn = [code_operators(self.family.rows(end), self.layout.code, height=self.design.height)]
        for text in self.layout.texts:
            if text.is_serial:
                words = text.text[:-CODE_LENGTH] + end
                x = text.x - (text_width(words, False, text.size) / 2 if text.is_centred else 0)
                y = self.design.height - text.y
                escaped = words.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
                drawn.append(
                    f"BT {_REGULAR_IN_FILE} {text.size:.3f} Tf {x * mm:.4f} {y * mm:.4f} Td ({escaped}) Tj ET\n"
                )
        return "".join(drawn)

    def _draw_shared(self, canvas: Any) -> None:
        height = self.design.height
        if self.design.is_cut:
            canvas.setStrokeGray(0.75)
            canvas.setLineWidth(0.3)
            canvas.rect(0, 0, self.design.width * mm, height * mm)
        if self.code is not None:
            canvas.addLiteral(code_operators(self.code, self.layout.code, height=height))
        for text in self.layout.texts:
            if not (text.is_serial and self.family is not None):
                _draw_text(canvas, text, height)
        for star in self.layout.stars:
            draw_star(canvas, star, height=height)


def prepare_labels(design: Design, content: LabelContent, *, fonts: Path) -> Labels:
    """Lay the labels out; `fonts` is the folder of the typefaces. Raises LabelTooSmall."""
    register_fonts(fonts)
    code = family = None
    if content.serial:
        family = code_family(content.link, CODE_LENGTH)
        size = family.size
    else:
        code = code_rows(content.link)
        size = len(code)
    layout = lay_out(design, content, modules=size + 2 * QUIET_ZONE, width_of=text_width)
    return Labels(design, content, layout, code, family)


def single_page(labels: Labels, cells: Iterable[int]) -> bytes:
    """A PDF of one page with the same label in each of `cells`."""
    first = labels.first_part()
    beginning = Beginning.of(first)
    page = beginning.page(0, labels.page((cell, labels.content.serial) for cell in cells))
    return first + page + beginning.end([len(page)])


def _draw_text(canvas: Any, text: Text, height: float) -> None:
    canvas.setFont(BOLD if text.is_bold else REGULAR, text.size)
    draw = canvas.drawCentredString if text.is_centred else canvas.drawString
    draw(text.x * mm, (height - text.y) * mm, text.text)
