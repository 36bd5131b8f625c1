"""What the lots of a dossier were made of: a drawing in vectors, and a table that says the same.

The places of boxes and lines are those of the genealogy's page; here they become operators of a PDF.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from reportlab.lib import colors
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Spacer

from core.i18n import current_locale, ngettext
from core.i18n import gettext as _
from core.web.templating import local_date
from traceability.dossiers.typesetting import GREEN, LINE, SECTION, SHADE, SMALL, WIDTH, paragraph, table
from traceability.labels.drawing import BOLD, REGULAR
from traceability.lots.genealogy import Genealogy, Node
from traceability.lots.genealogy_drawing import BOX_HEIGHT, BOX_WIDTH, Box, Drawing, Line, broken_lines, drawn
from traceability.lots.genealogy_rules import EdgeKind, NodeKind

_TALLEST: Final = 190 * mm
"""So that the drawing and its title fit one page."""
_LARGEST_SCALE: Final = 0.7
_NUMBER: Final = re.compile(r"-?[0-9.]+")
_DASHES: Final[Mapping[EdgeKind, tuple[float, ...]]] = {EdgeKind.AGGREGATION: (7, 5), EdgeKind.ITEM_OF_LOT: (2, 5)}
_TEXT_SIZE, _LINE_HEIGHT = 13, 18


def genealogy_section(genealogy: Genealogy) -> list[Any]:
    """Title, drawing and table of what was traced back; a sentence when nothing was mixed or processed."""
    title = paragraph(_("Genealogy"), SECTION)
    if not genealogy.edges:
        return [title, paragraph(_("The lots were shipped as they were harvested; nothing was mixed or processed."))]
    nodes = {node.identifier: node for node in genealogy.nodes}
    rows = [
        (
            local_date(edge.event_time) if edge.event_time else "—",
            " ".join(_words(nodes[edge.source])),
            " ".join(_words(nodes[edge.target])),
        )
        for edge in genealogy.edges
    ]
    drawing = drawn(_oldest_first(genealogy))
    story = [title, GenealogyFigure(drawing), Spacer(1, 6)]
    if drawing.hidden_count:
        hidden = ngettext(
            "%(num)s object has no box of its own; the table has it.",
            "%(num)s objects have no box of their own; the table has them.",
            drawing.hidden_count,
        )
        story.append(paragraph(hidden, SMALL))
    return [*story, table([_("Day"), _("This"), _("went into this")], rows, (20, 60, 60))]


def _oldest_first(genealogy: Genealogy) -> Genealogy:
    """The trace with its depths turned round: the drawing puts the smallest on the left."""
    return replace(genealogy, nodes=tuple(node._replace(depth=-node.depth) for node in genealogy.nodes))


class GenealogyFigure(Flowable):
    """The drawing, made as large as the page allows."""

    def __init__(self, drawing: Drawing) -> None:
        super().__init__()
        self._drawing = drawing
        self._scale = min(_LARGEST_SCALE, WIDTH / drawing.width, _TALLEST / drawing.height)

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        """Its size in points."""
        return self._drawing.width * self._scale, self._drawing.height * self._scale

    def draw(self) -> None:
        """Lines first, so that boxes lie above them. The drawing's y goes down, that of a PDF up."""
        canvas = self.canv
        canvas.saveState()
        canvas.scale(self._scale, self._scale)
        for line in self._drawing.lines:
            self._draw_line(canvas, line)
        canvas.setDash()
        for box in self._drawing.boxes:
            self._draw_box(canvas, box)
        canvas.restoreState()

    def _draw_line(self, canvas: Any, line: Line) -> None:
        numbers = [float(number) for number in _NUMBER.findall(line.path)]
        points = [
            place if position % 2 == 0 else self._drawing.height - place for position, place in enumerate(numbers)
        ]
        canvas.setStrokeColor(GREEN)
        canvas.setLineWidth(2.5)
        canvas.setDash(*((list(_DASHES[line.kind]),) if line.kind in _DASHES else ()))
        canvas.bezier(*points)

    def _draw_box(self, canvas: Any, box: Box) -> None:
        bottom = self._drawing.height - box.y - BOX_HEIGHT
        canvas.setStrokeColor(LINE)
        canvas.setLineWidth(1.5)
        canvas.setFillColor(colors.white if box.node is None else SHADE)
        canvas.roundRect(box.x, bottom, BOX_WIDTH, BOX_HEIGHT, 10, stroke=1, fill=1)
        canvas.setFillColor(colors.black)
        if box.node is None:
            canvas.setFont(REGULAR, _TEXT_SIZE)
            words = ngettext("%(num)s more", "%(num)s more", box.hidden_count)
            canvas.drawCentredString(box.x + BOX_WIDTH / 2, bottom + BOX_HEIGHT / 2 - 5, words)
            return
        fonts = zip((BOLD, REGULAR), _words(box.node), strict=True)
        lines = [(font, text) for font, words in fonts for text in broken_lines(words) if text]
        top = bottom + (BOX_HEIGHT + len(lines) * _LINE_HEIGHT) / 2 - _TEXT_SIZE
        for position, (font, text) in enumerate(lines):
            canvas.setFont(font, _TEXT_SIZE)
            canvas.drawString(box.x + 14, top - position * _LINE_HEIGHT, text)


def _words(node: Node) -> tuple[str, str]:
    """The product of a node, and its lot number or what else it is known by."""
    name = node.product_name(current_locale()) or ("SSCC" if node.kind is NodeKind.LOGISTIC_UNIT else "")
    return name, node.lot_number or node.identifier.rsplit("/", 1)[-1]
