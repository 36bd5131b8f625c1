"""The report of a recall as PDF and XLSX: both from the same content, so they say the same."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

import xlsxwriter
from reportlab.lib import colors
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from core.i18n import format_number
from core.i18n import gettext as _
from core.web.templating import local_time
from traceability.labels.drawing import BOLD, REGULAR, register_fonts
from traceability.recalls.forms import CLASS_NAMES, RETURN_NAMES
from traceability.recalls.models import Recall, RecallReturn, RecallStatus, ReturnKind
from traceability.recalls.progress import progress_of
from traceability.recalls.rules import decision_due, report_due
from traceability.recalls.sources import kind_name

MEDIA_TYPES: Final = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
STATUS_NAMES: Final = {
    RecallStatus.PROPOSED: lambda: _("proposed"),
    RecallStatus.REJECTED: lambda: _("rejected"),
    RecallStatus.ACTIVE: lambda: _("active"),
    RecallStatus.CLOSED: lambda: _("closed"),
}


@dataclass(frozen=True, slots=True)
class ReportTable:
    """A titled table; cells are text, or numbers of kilograms. `widths` are the columns' parts of the page."""

    title: str
    columns: tuple[str, ...]
    widths: tuple[int, ...]
    rows: tuple[tuple[str | float, ...], ...]


@dataclass(frozen=True, slots=True)
class Report:
    """The report in the reader's language."""

    title: str
    facts: tuple[tuple[str, str], ...]
    tables: tuple[ReportTable, ...]


def report_of(recall: Recall, returns: Sequence[RecallReturn], *, locale: str) -> Report:
    """What is known of `recall` (with everything loaded) now; no buyer is named."""
    facts = (
        (_("State"), STATUS_NAMES[RecallStatus(recall.status)]()),
        (_("Producer"), recall.producer.name),
        (_("How dangerous"), str(CLASS_NAMES[recall.recall_class])),
        (_("Reason"), recall.reason),
        (_("Traced from"), f"{kind_name(recall.origin_kind)}: {recall.origin_label}"),
        (_("For consumers, in Vietnamese"), recall.notice_vi),
        (_("For consumers, in English"), recall.notice_en),
        (_("Proposed"), f"{local_time(recall.proposed_at)}, {recall.proposer.display_name}"),
        (_("Decision due"), local_time(decision_due(recall.proposed_at))),
        *_decision(recall),
    )
    progress = progress_of(recall, returns)
    lots = ReportTable(
        _("Lots"),
        (_("Product"), _("Lot"), _("Made (kg)"), _("Came back (kg)"), _("Destroyed (kg)"), _("Secured (%)")),
        (46, 28, 24, 24, 24, 28),
        tuple(
            (
                lot.product_en if locale == "en" else lot.product_vi,
                lot.lot_number,
                lot.made_grams / 1000,
                lot.returned_grams / 1000,
                lot.destroyed_grams / 1000,
                lot.secured_share,
            )
            for lot in progress
        ),
    )
    numbers = {row.lot_id: row.lot.lot_number for row in recall.lots}
    entries = ReportTable(
        _("What came back and was destroyed"),
        (_("When"), _("Lot"), _("What happened"), _("How much (kg)"), _("By"), _("Note")),
        (24, 28, 26, 24, 34, 38),
        tuple(
            (
                local_time(entry.recorded_at),
                numbers[entry.lot_id],
                str(RETURN_NAMES[ReturnKind(entry.kind)]),
                entry.grams / 1000,
                entry.recorder.display_name,
                entry.note or "",
            )
            for entry in returns
        ),
    )
    return Report(_("Report on recall %(recall)s", recall=recall.number), facts, (lots, entries))


def _decision(recall: Recall) -> tuple[tuple[str, str], ...]:
    if recall.decided_at is None or recall.decider is None:
        return ()
    facts = [(_("Decided"), f"{local_time(recall.decided_at)}, {recall.decider.display_name}")]
    if recall.decision_note:
        facts.append((_("On the decision"), recall.decision_note))
    if recall.status != RecallStatus.REJECTED:
        facts.append((_("Report due"), local_time(report_due(recall.decided_at))))
    if recall.reported_at is not None:
        facts += [
            (_("Reported and closed"), local_time(recall.reported_at)),
            (_("How it went"), recall.closing_note or ""),
        ]
    return tuple(facts)


def as_xlsx(report: Report) -> bytes:
    """A workbook: a sheet of facts, and one for each table. Text is never taken for a formula."""
    content = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(content, options) as workbook:
        bold, wrapped = workbook.add_format({"bold": True}), workbook.add_format({"text_wrap": True, "valign": "top"})
        sheet = workbook.add_worksheet(_("Facts"))
        sheet.set_column(0, 0, 30)
        sheet.set_column(1, 1, 90)
        sheet.write_string(0, 0, report.title, bold)
        for row, (label, value) in enumerate(report.facts, start=2):
            sheet.write_string(row, 0, label, bold)
            sheet.write_string(row, 1, value, wrapped)
        for table in report.tables:
            sheet = workbook.add_worksheet(table.title[:31])
            sheet.set_column(0, len(table.columns) - 1, 22)
            for column, label in enumerate(table.columns):
                sheet.write_string(0, column, label, bold)
            for row, cells in enumerate(table.rows, start=1):
                for column, cell in enumerate(cells):
                    write = sheet.write_string if isinstance(cell, str) else sheet.write_number
                    write(row, column, cell)
    return content.getvalue()


def as_pdf(report: Report, *, fonts_folder: str) -> bytes:
    """An A4 document with page numbers."""
    register_fonts(Path(fonts_folder))
    plain = ParagraphStyle("plain", fontName=REGULAR, fontSize=9.5, leading=13)
    strong = ParagraphStyle("strong", parent=plain, fontName=BOLD)
    title = ParagraphStyle("title", parent=strong, fontSize=18, leading=24, spaceAfter=10)
    figure = ParagraphStyle("figure", parent=plain, alignment=TA_RIGHT)
    heading = ParagraphStyle("heading", parent=strong, fontSize=12, leading=18, spaceBefore=12, spaceAfter=6)

    def text(value: str | float, style: ParagraphStyle = plain) -> Paragraph:
        words = value if isinstance(value, str) else format_number(value)
        return Paragraph(escape(words).replace("\n", "<br/>"), style if isinstance(value, str) else figure)

    facts = Table([[text(label, strong), text(value)] for label, value in report.facts], colWidths=[48 * mm, 126 * mm])
    facts.setStyle(_LINES)
    story: list[Any] = [text(report.title, title), facts]
    for table in report.tables:
        rows = [[text(label, strong) for label in table.columns], *([text(cell) for cell in row] for row in table.rows)]
        widths = [174 * mm * width / sum(table.widths) for width in table.widths]
        drawn = Table(rows, colWidths=widths, repeatRows=1)
        drawn.setStyle(_LINES)
        story += [text(table.title, heading), drawn if table.rows else text(_("Nothing yet")), Spacer(1, 4 * mm)]
    content = io.BytesIO()
    margin = 18 * mm
    document = SimpleDocTemplate(
        content, pagesize=A4, leftMargin=margin, rightMargin=margin, topMargin=margin, bottomMargin=margin,
        title=report.title,
    )  # fmt: skip
    document.build(story, onFirstPage=_numbered, onLaterPages=_numbered)
    return content.getvalue()


_LINES: Final = TableStyle(
    [("VALIGN", (0, 0), (-1, -1), "TOP"), ("LINEBELOW", (0, 0), (-1, -1), 0.4, colors.HexColor("#c9c3b2"))]
)


def _numbered(canvas: Any, document: Any) -> None:
    canvas.setFont(REGULAR, 8)
    canvas.drawRightString(A4[0] - 18 * mm, 10 * mm, str(document.page))
