"""What the lots of a dossier were made of stands in its document as a drawing in vectors, and as a table."""

from itertools import pairwise

import pypdfium2.raw as pdfium
import pytest
from pypdfium2 import PdfDocument
from sqlalchemy.orm import Session, scoped_session

from core.i18n import use_locale
from core.storage import private_storage
from tests.traceability.dossiers.shipment import make_exporter
from traceability.dossiers.building import build_dossier
from traceability.dossiers.genealogy_figure import GenealogyFigure
from traceability.dossiers.queries import find_dossier
from traceability.dossiers.typesetting import WIDTH
from traceability.dossiers.usecases import add_line, request_issue
from traceability.lots.genealogy_drawing import drawn
from traceability.lots.genealogy_rules import Edge, EdgeKind, Genealogy, Node, NodeKind
from traceability.lots.ledger import LotContent
from traceability.lots.mass_balance import LotOutput
from traceability.lots.usecases.transforming import mix_lots


def curves(document: PdfDocument) -> int:
    """How many curves of one bow the pages hold: the lines between boxes."""
    pages = list(document)  # kept, for their objects live only as long as they do
    paths = [item.raw for page in pages for item in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_PATH])]
    kinds = [
        [
            pdfium.FPDFPathSegment_GetType(pdfium.FPDFPath_GetPathSegment(path, number))
            for number in range(pdfium.FPDFPath_CountSegments(path))
        ]
        for path in paths
    ]
    return kinds.count([pdfium.FPDF_SEGMENT_MOVETO] + [pdfium.FPDF_SEGMENT_BEZIERTO] * 3)


def left_of(document: PdfDocument, words: str) -> float:
    """How far from the left the words stand in the drawing, which comes after the packing list and before the table."""
    found = []
    for page in list(document):
        text = page.get_textpage()
        search = text.search(words)
        while (place := search.get_next()) is not None:
            found.append(text.get_charbox(place[0])[0])
    return found[-2]


@pytest.mark.parametrize("locale", ["en", "vi"])
def test_the_genealogy_is_drawn_and_told(session: scoped_session[Session], locale: str) -> None:
    exporter = make_exporter()
    farm = exporter.farm
    parts = [farm.harvest(100, unit="kg", lot_number=f"HAI-{number}") for number in (1, 2)]
    mixed = mix_lots(
        actor=farm.actor,
        holder_id=farm.producer.id,
        contents=[LotContent(lot.id, grams=10_000) for lot in parts],
        output=LotOutput(product_id=farm.product.id, unit="kg", weight_grams=20_000),
    ).lots[0]
    dossier = exporter.dossier(locale=locale)
    add_line(actor=farm.actor, dossier_id=dossier.id, lot_id=mixed.id, weight_grams=5000)
    request_issue(actor=farm.actor, dossier_id=dossier.id)
    session.commit()
    build_dossier(dossier.id)
    fresh = find_dossier(dossier.id)
    assert fresh is not None and fresh.pdf_key is not None
    document = PdfDocument(private_storage().get(fresh.pdf_key))
    words = " ".join(" ".join(page.get_textpage().get_text_range() for page in document).split())
    for lot in parts:  # in the drawing, and in the table
        assert words.count(lot.lot_number) == 2
    assert curves(document) == len(parts)
    assert all(left_of(document, lot.lot_number) < left_of(document, mixed.lot_number) for lot in parts)
    assert (farm.product.name_en if locale == "en" else farm.product.name_vi) in words


def chain(length: int) -> Genealogy:
    """A lot that was made of one lot that was made of one lot …"""
    names = [f"https://id.gs1.org/01/09521000000018/10/L{number}" for number in range(length)]
    nodes = [Node(name, NodeKind.LOT, -number) for number, name in enumerate(names)]
    edges = [Edge(source, target, EdgeKind.TRANSFORMATION) for target, source in pairwise(names)]
    return Genealogy(tuple(nodes), tuple(edges))


@pytest.mark.parametrize("length", [2, 12])
def test_a_long_genealogy_fits_the_page_and_a_short_one_is_not_blown_up(length: int) -> None:
    with use_locale("en"):
        figure = GenealogyFigure(drawn(chain(length)))
    width, height = figure.wrap(0, 0)
    assert 0 < width <= WIDTH + 0.01
    assert height < 100
