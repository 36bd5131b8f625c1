"""The document that a buyer reads: A4 pages with everything that was checked. Fonts are embedded.

Words come in the language that is in force while it is drawn.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.enums import TA_LEFT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from core.i18n import current_locale
from core.i18n import gettext as _
from core.web.templating import local_date, local_time
from traceability.attestations.laboratory.models import AnalyteVerdict
from traceability.attestations.markets import market_name
from traceability.attestations.queries import CertificateFacts, LaboratoryFacts
from traceability.dossiers.archive import Attachment
from traceability.dossiers.facts import LotFacts, PlotFacts, ShipmentFacts
from traceability.dossiers.rules import Gap
from traceability.dossiers.wording import gap_words
from traceability.labels.drawing import BOLD, REGULAR, draw_code, register_fonts
from traceability.lots.amounts import format_kilograms
from traceability.lots.genealogy import Genealogy

_GREEN: Final = colors.HexColor("#1c6b3c")
_LINE: Final = colors.HexColor("#c9c0ad")
_SHADE: Final = colors.HexColor("#f2ecdf")
_TEXT: Final = ParagraphStyle("text", fontName=REGULAR, fontSize=9, leading=12.5, alignment=TA_LEFT)
_CELL: Final = ParagraphStyle("cell", parent=_TEXT, fontSize=8, leading=10.5)
_SMALL: Final = ParagraphStyle("small", parent=_TEXT, fontSize=7.5, leading=10)
_HEAD: Final = ParagraphStyle("head", parent=_TEXT, fontName=BOLD, fontSize=8, leading=10.5, textColor=_GREEN)
_TITLE: Final = ParagraphStyle("title", parent=_TEXT, fontName=BOLD, fontSize=18, leading=23, textColor=_GREEN)
_SECTION: Final = ParagraphStyle(
    "section", parent=_TEXT, fontName=BOLD, fontSize=12, leading=16, spaceBefore=12, spaceAfter=5, keepWithNext=1
)
_MARGIN: Final = 18 * mm
_PADDING: Final = 6
"""What reportlab's frame leaves free inside the margins, in points."""
_WIDTH: Final = A4[0] - 2 * _MARGIN - 2 * _PADDING
_CODE_SIZE: Final = 30 * mm


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
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        topMargin=18 * mm,
        bottomMargin=20 * mm,
        title=_("Export dossier %(number)s", number=paper.shipment.number),
        author=paper.shipment.producer,
        creator=paper.site_name,
        invariant=True,
    )
    story = [
        *_heading(paper),
        *_packing_list(paper.shipment),
        *_origin(paper.shipment),
        *_sprays(paper.shipment),
        *_certificates(paper.shipment),
        *_laboratory(paper.shipment),
        *_genealogy(paper),
        *_remarks(paper),
        *_attachments(paper),
    ]
    foot = partial(_foot, paper)
    document.build(story, onFirstPage=foot, onLaterPages=foot)
    return out.getvalue()


def _p(text: object, style: ParagraphStyle = _TEXT) -> Paragraph:
    return Paragraph(escape(str(text)), style)


def _table(columns: Sequence[str], rows: Sequence[Sequence[object]], widths: Sequence[float]) -> Table:
    """A table over the whole width; `widths` are parts of it. Its head comes again on every page."""
    total = sum(widths)
    cells = [[_p(label, _HEAD) for label in columns], *([_p(cell, _CELL) for cell in row] for row in rows)]
    table = Table(cells, colWidths=[_WIDTH * width / total for width in widths], repeatRows=1)
    table.setStyle(
        TableStyle(
            [
                ("BACKGROUND", (0, 0), (-1, 0), _SHADE),
                ("LINEBELOW", (0, 0), (-1, -1), 0.4, _LINE),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LEFTPADDING", (0, 0), (-1, -1), 3),
                ("RIGHTPADDING", (0, 0), (-1, -1), 3),
            ]
        )
    )
    return table


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
    facts = Table(
        [[_p(label, _HEAD), _p(value)] for label, value in rows], colWidths=[38 * mm, _WIDTH - 38 * mm - _CODE_SIZE]
    )
    facts.setStyle(TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0)]))
    return [_p(_("Export dossier %(number)s", number=shipment.number), _TITLE), Spacer(1, 6), facts]


def _packing_list(shipment: ShipmentFacts) -> list[Any]:
    rows = [
        (
            line.sscc or "—",
            lot.product,
            lot.gtin,
            lot.number,
            local_date(lot.harvested_on),
            format_kilograms(line.weight_grams),
        )
        for line in shipment.lines
        for lot in (shipment.lot(line.lot_id),)
    ]
    columns = ["SSCC", _("Product"), "GTIN", _("Lot"), _("Harvested"), _("Weight")]
    return [_p(_("Packing list"), _SECTION), _table(columns, rows, (36, 34, 28, 24, 20, 20))]


def _origin(shipment: ShipmentFacts) -> list[Any]:
    rows = [
        (lot.number, plot.name, plot.commune, plot.gln, _codes(shipment, plot))
        for lot in shipment.lots
        for plot in lot.plots
    ]
    columns = [_("Lot"), _("Plot"), _("Commune or ward"), _("Location trace code"), _("Planting area code")]
    story = [_p(_("Origin"), _SECTION), _table(columns, rows, (22, 32, 28, 26, 32))]
    house = shipment.packing_house
    if house is not None:
        codes = ", ".join(f"{code.code} ({code.issuer})" for code in house.codes)
        words = f"{_('Packing house')}: {house.name}, {house.commune}. GLN {house.gln}. {codes}"
        story += [Spacer(1, 4), _p(words)]
    return story


def _codes(shipment: ShipmentFacts, plot: PlotFacts) -> str:
    standing = [code for code in plot.codes if code.stands(shipment.market, shipment.shipped_on)]
    return ", ".join(f"{code.code} ({code.issuer})" if code.issuer else code.code for code in standing) or "—"


def _sprays(shipment: ShipmentFacts) -> list[Any]:
    rows = [row for lot in shipment.lots for row in _spray_rows(shipment, lot)]
    title = _p(_("Plant protection before the harvest"), _SECTION)
    if not rows:
        return [title, _p(_("By the diary, no plant-protection product was used in the six months before."))]
    columns = [
        _("Lot"), _("Plot"), _("Day"), _("Product"), _("Active ingredient"), _("Days to harvest"), _("Days needed"),
        _("Limit of the market"),
    ]  # fmt: skip
    return [title, _table(columns, rows, (20, 22, 20, 26, 27, 16, 16, 20))]


def _spray_rows(shipment: ShipmentFacts, lot: LotFacts) -> list[Sequence[object]]:
    rows: list[Sequence[object]] = []
    for plot in lot.plots:
        for spray in plot.sprays:
            if spray.done_on > lot.harvested_on:
                continue
            for ingredient in spray.ingredients:
                rule = shipment.rules.of(ingredient) if shipment.rules else None
                extra = rule.extra_interval_days if rule else 0
                needed = "—" if spray.interval_days is None else spray.interval_days + extra
                limit = rule.limit_mg_per_kg if rule else None
                rows.append(
                    (
                        lot.number,
                        plot.name,
                        local_date(spray.done_on),
                        spray.product,
                        ingredient,
                        (lot.harvested_on - spray.done_on).days,
                        needed,
                        "—" if limit is None else f"{_amount(limit)} mg/kg",
                    )
                )
    return rows


def _certificates(shipment: ShipmentFacts) -> list[Any]:
    standing = [certificate for certificate in shipment.certificates if certificate.is_in_force]
    if not standing:
        return []
    names = {plot.id: plot.name for plot in shipment.plots}

    def row(certificate: CertificateFacts) -> Sequence[object]:
        plots = ", ".join(sorted(names[plot_id] for plot_id in certificate.plot_ids if plot_id in names))
        period = f"{local_date(certificate.valid_from)} – {local_date(certificate.valid_until)}"
        confirmed = _("confirmed") if certificate.is_verified else _("not confirmed yet")
        return certificate.standard, certificate.number, certificate.issuer, period, plots, confirmed

    columns = [_("Standard"), _("Certificate number"), _("Issued by"), _("Valid"), _("Plots"), _("Status")]
    return [_p(_("Certificates"), _SECTION), _table(columns, [row(one) for one in standing], (30, 26, 32, 26, 24, 18))]


def _laboratory(shipment: ShipmentFacts) -> list[Any]:
    rows: list[Sequence[object]] = []
    for lot in shipment.lots:
        for result in shipment.laboratory.get(lot.id, ()):
            rows += _analyte_rows(lot, result)
    if not rows:
        return []
    columns = [_("Lot"), _("Report"), _("Sample taken on"), _("Substance or germ"), _("Found"), _("Limit"), _("Result")]
    return [_p(_("Laboratory results"), _SECTION), _table(columns, rows, (20, 30, 20, 26, 20, 20, 22))]


def _analyte_rows(lot: LotFacts, result: LaboratoryFacts) -> list[Sequence[object]]:
    verdicts = {
        AnalyteVerdict.WITHIN: _("Within the limit"),
        AnalyteVerdict.ABOVE: _("Above the limit"),
        AnalyteVerdict.UNCLEAR: _("Method not fine enough"),
        AnalyteVerdict.NO_LIMIT: _("No limit given"),
    }
    rows: list[Sequence[object]] = []
    for analyte in result.analytes:
        found = f"{'< ' if analyte.is_below else ''}{_amount(analyte.value)} {analyte.unit}"
        if analyte.is_below and not analyte.value:
            found = _("not detected")
        limit = "—" if analyte.limit is None else f"{_amount(analyte.limit)} {analyte.unit}"
        report = f"{result.report_number}, {result.laboratory}"
        rows.append(
            (lot.number, report, local_date(result.sampled_on), analyte.name, found, limit, verdicts[analyte.verdict])
        )
    return rows


def _genealogy(paper: Paper) -> list[Any]:
    """What the lots were made of, as far back as the journal goes."""
    sources = {node.identifier: node for node in paper.genealogy.nodes}
    rows = [
        (
            local_date(edge.event_time) if edge.event_time else "—",
            _node(sources[edge.source].product_name_en, sources[edge.source].lot_number, edge.source),
            _node(sources[edge.target].product_name_en, sources[edge.target].lot_number, edge.target),
        )
        for edge in paper.genealogy.edges
    ]
    title = _p(_("Genealogy"), _SECTION)
    if not rows:
        return [title, _p(_("The lots were shipped as they were harvested; nothing was mixed or processed."))]
    columns = [_("Day"), _("This"), _("went into this")]
    return [title, _table(columns, rows, (20, 60, 60))]


def _node(product: str | None, lot_number: str | None, identifier: str) -> str:
    return f"{product or ''} {lot_number or identifier.rsplit('/', 1)[-1]}".strip()


def _remarks(paper: Paper) -> list[Any]:
    if not paper.gaps:
        return []
    return [_p(_("Remarks"), _SECTION), *(_p(f"• {gap_words(gap)}") for gap in paper.gaps)]


def _attachments(paper: Paper) -> list[Any]:
    rows = [(attachment.name, attachment.sha256) for attachment in paper.attachments]
    cells = [[_p(_("File"), _HEAD), _p("SHA-256", _HEAD)], *([_p(name), _p(digest, _SMALL)] for name, digest in rows)]
    table = Table(cells, colWidths=[_WIDTH * 0.36, _WIDTH * 0.64], repeatRows=1)
    table.setStyle(TableStyle([("LINEBELOW", (0, 0), (-1, -1), 0.4, _LINE), ("VALIGN", (0, 0), (-1, -1), "TOP")]))
    words = _("The signature of this document covers these digests, and so the files that come with it.")
    return [_p(_("Files that come with it"), _SECTION), table, Spacer(1, 4), _p(words, _SMALL)]


def _foot(paper: Paper, canvas: Any, document: Any) -> None:
    """The line below every page, and on the first one the code that leads to the public record of the first lot."""
    canvas.saveState()
    canvas.setFont(REGULAR, 7.5)
    canvas.setFillGray(0.35)
    canvas.drawString(_MARGIN + _PADDING, 11 * mm, f"{paper.site_name} · {paper.shipment.number}")
    canvas.drawRightString(A4[0] - _MARGIN - _PADDING, 11 * mm, _("Page %(number)s", number=document.page))
    if document.page == 1 and paper.shipment.lots:
        lot = paper.shipment.lots[0]
        link = paper.site_url + "/01/" + lot.identifier.split("/01/", 1)[1]
        draw_code(canvas, link, left=A4[0] - _MARGIN - _CODE_SIZE, top=A4[1] - 14 * mm, size=_CODE_SIZE)
    canvas.restoreState()


def _amount(value: Decimal) -> str:
    """A number without the zeros that its column adds, with the sign of the reader's language before its decimals."""
    text = f"{value:f}"
    bare = text.rstrip("0").rstrip(".") if "." in text else text
    return bare if current_locale() == "en" else bare.replace(".", ",")
