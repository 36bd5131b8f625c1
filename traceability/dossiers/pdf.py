"""The document that a buyer reads: A4 pages with everything that was checked. Fonts are embedded.

Words come in the language that is in force while it is drawn.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.platypus import SimpleDocTemplate, Spacer, Table, TableStyle

from core.i18n import gettext as _
from core.web.templating import local_date, local_time
from traceability.attestations.markets import market_name
from traceability.dossiers.archive import Attachment
from traceability.dossiers.facts import ShipmentFacts
from traceability.dossiers.genealogy_figure import genealogy_section
from traceability.dossiers.links import check_path
from traceability.dossiers.rules import Gap
from traceability.dossiers.sections import certificates, laboratory, origin, packing_list, sprays
from traceability.dossiers.typesetting import HEAD, LINE, MARGIN, PADDING, SECTION, SMALL, TITLE, WIDTH, paragraph
from traceability.dossiers.wording import gap_words
from traceability.labels.drawing import REGULAR, draw_code, register_fonts
from traceability.lots.amounts import format_kilograms
from traceability.lots.genealogy import Genealogy

_CODE_SIZE = 30 * mm


@dataclass(frozen=True)
class Paper:
    """What the document is made of."""

    shipment: ShipmentFacts
    gaps: Sequence[Gap]
    genealogy: Genealogy
    attachments: Sequence[Attachment]
    issued_at: datetime
    site_name: str
    site_url: str

    @property
    def check_link(self) -> str:
        """Where whoever holds the document sees whether it still stands."""
        return self.site_url + check_path(self.shipment.number)


def unprintable(text: str, *, fonts: Path) -> str:
    """The signs of `text` that the document's typeface does not have, each once."""
    register_fonts(fonts)
    known = pdfmetrics.getFont(REGULAR).face.charToGlyph
    return "".join(dict.fromkeys(sign for sign in text if ord(sign) not in known))


def draw_dossier(paper: Paper, *, fonts: Path) -> bytes:
    """The unsigned PDF. The same paper gives the same bytes."""
    register_fonts(fonts)
    out = io.BytesIO()
    document = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=18 * mm,
        bottomMargin=20 * mm,
        title=_("Export dossier %(number)s", number=paper.shipment.number),
        author=paper.shipment.producer,
        creator=paper.site_name,
        invariant=True,
    )
    story = [
        *_heading(paper),
        *packing_list(paper.shipment, site_url=paper.site_url),
        *origin(paper.shipment),
        *sprays(paper.shipment),
        *certificates(paper.shipment),
        *laboratory(paper.shipment),
        *genealogy_section(paper.genealogy),
        *_remarks(paper),
        *_attachments(paper),
    ]
    foot = partial(_foot, paper)
    document.build(story, onFirstPage=foot, onLaterPages=foot)
    return out.getvalue()


def _heading(paper: Paper) -> list[Any]:
    shipment = paper.shipment
    rows = [
        (_("Producer"), f"{shipment.producer}, {shipment.producer_address}"),
        ("GLN", shipment.producer_gln),
        (_("Buyer"), shipment.buyer),
        (_("Country of destination"), f"{market_name(shipment.market)} ({shipment.market})"),
        (_("Day of shipping"), local_date(shipment.shipped_on)),
        (_("Weight"), format_kilograms(shipment.weight_grams)),
        (_("Residue rules"), shipment.rules.version if shipment.rules else "—"),
        (_("Signed by"), f"{paper.site_name}, {local_time(paper.issued_at)}"),
    ]
    if shipment.replaces:
        rows.append((_("Takes the place of"), shipment.replaces))
    cells = [[paragraph(label, HEAD), paragraph(value)] for label, value in rows]
    cells.append([paragraph(_("Does it still stand?"), HEAD), paragraph(paper.check_link, link=paper.check_link)])
    facts = Table(cells, colWidths=[38 * mm, WIDTH - 42 * mm - _CODE_SIZE], hAlign="LEFT")
    facts.setStyle(TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0)]))
    return [paragraph(_("Export dossier %(number)s", number=shipment.number), TITLE), Spacer(1, 6), facts]


def _remarks(paper: Paper) -> list[Any]:
    if not paper.gaps:
        return []
    return [paragraph(_("Remarks"), SECTION), *(paragraph(f"• {gap_words(gap)}") for gap in paper.gaps)]


def _attachments(paper: Paper) -> list[Any]:
    rows = [(attachment.name, attachment.sha256) for attachment in paper.attachments]
    head = [paragraph(_("File"), HEAD), paragraph("SHA-256", HEAD)]
    cells = [head, *([paragraph(name), paragraph(digest, SMALL)] for name, digest in rows)]
    table = Table(cells, colWidths=[WIDTH * 0.32, WIDTH * 0.68], repeatRows=1)
    table.setStyle(TableStyle([("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE), ("VALIGN", (0, 0), (-1, -1), "TOP")]))
    words = _("The signature of this document covers these digests, and so the files that come with it.")
    return [paragraph(_("Files that come with it"), SECTION), table, Spacer(1, 4), paragraph(words, SMALL)]


def _foot(paper: Paper, canvas: Any, document: Any) -> None:
    """The line below every page, and on the first one the code that leads to where it can be checked."""
    canvas.saveState()
    canvas.setFont(REGULAR, 7.5)
    canvas.setFillGray(0.35)
    canvas.drawString(MARGIN + PADDING, 11 * mm, f"{paper.site_name} · {paper.shipment.number}")
    canvas.drawRightString(A4[0] - MARGIN - PADDING, 11 * mm, _("Page %(number)s", number=document.page))
    if document.page == 1:
        draw_code(canvas, paper.check_link, left=A4[0] - MARGIN - _CODE_SIZE, top=A4[1] - 14 * mm, size=_CODE_SIZE)
    canvas.restoreState()
