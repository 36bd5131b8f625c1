"""A producer's page of the genealogy of a lot: drawn, and as a table."""

import uuid
from dataclasses import dataclass

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from catalog.producers.queries import producers_of
from core.accounts import RoleName, current_actor
from core.i18n import current_locale, format_number
from core.i18n import gettext as _
from core.web.access import roles
from core.web.templating import local_time
from traceability.epcis.vocabulary import step_label
from traceability.gs1.digital_link import CANONICAL_STEM
from traceability.gs1.element_strings import format_element_string
from traceability.journal.identifiers import lot_identifier
from traceability.journal.parties import party_of
from traceability.lots.genealogy import Edge, Genealogy, Node, NodeKind, trace_both_ways
from traceability.lots.genealogy_drawing import BOX_HEIGHT, BOX_WIDTH, broken_lines, drawn
from traceability.lots.genealogy_rules import EdgeKind, key_part
from traceability.lots.queries import get_lot

blueprint = Blueprint("genealogy", __name__)
MOST_STEPS = 500
"""More than this nobody reads on one page; the interface for programs goes further."""


@dataclass(frozen=True, slots=True)
class NodeWords:
    """A node as the reader sees it, in one and as the `lines` of its box; `url` is None for others' goods."""

    name: str
    code: str
    producer: str
    lines: tuple[str, ...]
    url: str | None


@dataclass(frozen=True, slots=True)
class EdgeWords:
    """A row of the table."""

    source: NodeWords
    target: NodeWords
    step: str
    when: str
    amount: str


@blueprint.get("/farm/lots/<uuid:lot_id>/genealogy")
@roles(RoleName.PRODUCER_MEMBER)
def page(lot_id: uuid.UUID) -> ResponseReturnValue:
    """What a lot was made of, and what became of it."""
    actor = current_actor()
    lot = get_lot(actor, lot_id)
    identifier = lot_identifier(lot.product.gtin, lot.lot_number)
    genealogy = trace_both_ways(identifier, limit=MOST_STEPS, party=party_of(actor))
    own = frozenset(producer.id for producer in producers_of(actor))
    words = {node.identifier: node_words(node, own) for node in genealogy.nodes}
    return render_template(
        "traceability/lots/genealogy.html",
        lot=lot,
        start=identifier,
        genealogy=genealogy,
        words=words,
        drawing=drawn(genealogy),
        box=(BOX_WIDTH, BOX_HEIGHT),
        rows=[edge_words(edge, words) for edge in genealogy.edges],
        counts=_counts(genealogy),
    )


def node_words(node: Node, own_producers: frozenset[uuid.UUID] = frozenset()) -> NodeWords:
    """A node in the reader's language; lots of `own_producers` lead to the farm's page, other known ones to theirs."""
    names = {
        NodeKind.LOT: _("Lot"),
        NodeKind.ITEM: _("Item"),
        NodeKind.LOGISTIC_UNIT: _("Logistic unit"),
        NodeKind.OTHER: _("Other goods"),
    }
    name = node.product_name(current_locale()) or names[node.kind]
    code = _code(node)
    producer = node.producer_name or ""
    lines = (*broken_lines(name), *broken_lines(code, 1), *broken_lines(producer, 1))
    return NodeWords(name, code, producer, tuple(line for line in lines if line)[:4], _url(node, own_producers))


def edge_words(edge: Edge, words: dict[str, NodeWords]) -> EdgeWords:
    """A row of the table in the reader's language."""
    if edge.kind is EdgeKind.ITEM_OF_LOT:
        step = _("Item of the lot")
    elif edge.kind is EdgeKind.TRANSFORMATION and edge.biz_step in (None, "commissioning"):
        step = _("Made into it")
    else:
        step = _(step_label(edge.biz_step or ""))
    return EdgeWords(
        source=words[edge.source],
        target=words[edge.target],
        step=step,
        when=local_time(edge.event_time) if edge.event_time else "",
        amount=_amount(edge),
    )


def _amount(edge: Edge) -> str:
    if edge.quantity is None:
        return ""
    unit = {"KGM": "kg", "GRM": "g", None: _("pieces")}.get(edge.unit_of_measure, edge.unit_of_measure)
    return f"{format_number(edge.quantity)} {unit}"


def _code(node: Node) -> str:
    for ai in ("10", "21"):
        value = key_part(node.identifier, ai)
        if value is not None:
            return format_element_string(((ai, value),))
    if node.kind is NodeKind.LOGISTIC_UNIT:
        return format_element_string((("00", node.identifier.rpartition("/")[2]),))
    return node.identifier.removeprefix(f"{CANONICAL_STEM}/")


def _url(node: Node, own_producers: frozenset[uuid.UUID]) -> str | None:
    if node.lot_id is not None and node.producer_id in own_producers:
        return url_for("lots.detail", lot_id=node.lot_id)
    if node.lot_id is not None or node.kind is NodeKind.LOGISTIC_UNIT:
        return node.identifier.removeprefix(CANONICAL_STEM)
    return None


def _counts(genealogy: Genealogy) -> tuple[int, int]:
    """How many came before and how many after."""
    return (
        sum(1 for node in genealogy.nodes if node.depth < 0),
        sum(1 for node in genealogy.nodes if node.depth > 0),
    )
