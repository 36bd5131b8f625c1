"""Shapes of lots in the API."""

import json
from collections.abc import Mapping
from json.encoder import encode_basestring

from marshmallow import Schema, fields, validate

from traceability.lots.genealogy import Row, Trace
from traceability.lots.genealogy_rules import EdgeKind, NodeKind, key_part, kind_of


class LotSchema(Schema):
    """A lot as everybody may see it."""

    gtin = fields.String(required=True, metadata={"description": "GTIN-14 of the product (AI 01)."})
    lot_number = fields.String(required=True, metadata={"description": "Lot number (AI 10)."})
    uri = fields.Url(required=True, metadata={"description": "GS1 Digital Link of the lot: its trace page."})
    product_name_vi = fields.String(required=True)
    product_name_en = fields.String(required=True)
    producer_name = fields.String(required=True)
    producer_gln = fields.String(required=True, metadata={"description": "GLN of the producer (AI 417)."})
    plot_glns = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "GLNs of the plots (AI 414) it was harvested from, the largest share first."},
    )
    commune = fields.String(required=True)
    province = fields.String(required=True)
    harvested_on = fields.Date(required=True)
    best_before = fields.Date(allow_none=True)
    recorded_at = fields.AwareDateTime(required=True)
    quantity = fields.Integer(required=True, metadata={"description": "Units harvested or made."})
    weight_grams = fields.Integer(required=True, metadata={"description": "What it weighed then, in grams."})
    grade = fields.String(allow_none=True, metadata={"description": "The grade it was sorted into."})
    packed_quantity = fields.Integer(required=True, metadata={"description": "Units packed so far."})
    unit = fields.String(required=True, metadata={"description": "What a unit is: piece, kg, box …"})


class EpcisDocumentSchema(Schema):
    """An EPCIS 2.0 document in JSON-LD (section 9); the events are as the standard defines them."""

    context = fields.List(fields.Raw(), required=True, data_key="@context")
    type = fields.String(required=True)
    schema_version = fields.String(required=True, data_key="schemaVersion")
    creation_date = fields.String(required=True, data_key="creationDate")
    body = fields.Dict(required=True, data_key="epcisBody")


class GenealogyArguments(Schema):
    """Which way, and how far at most."""

    direction = fields.String(
        load_default="both",
        validate=validate.OneOf(("back", "forward", "both")),
        metadata={"description": "back: what it was made of and holds; forward: what it went into."},
    )
    limit = fields.Integer(
        load_default=2000,
        validate=validate.Range(1, 5000),
        metadata={"description": "Most steps that are followed in a direction."},
    )


class GenealogyNodeSchema(Schema):
    """An object of the journal."""

    identifier = fields.String(required=True, metadata={"description": "Canonical GS1 Digital Link, or another URI."})
    kind = fields.Enum(NodeKind, by_value=True, required=True)
    depth = fields.Integer(
        required=True, metadata={"description": "Steps from the lot; below zero for what came before it."}
    )
    lot_number = fields.String(allow_none=True)
    product_name_vi = fields.String(allow_none=True)
    product_name_en = fields.String(allow_none=True)
    producer_name = fields.String(allow_none=True)


class GenealogyEdgeSchema(Schema):
    """What went into what."""

    source = fields.String(required=True)
    target = fields.String(required=True)
    kind = fields.Enum(EdgeKind, by_value=True, required=True)
    event_uri = fields.String(
        allow_none=True, data_key="event_id", metadata={"description": "eventID of the EPCIS event."}
    )
    event_time = fields.AwareDateTime(allow_none=True)
    biz_step = fields.String(allow_none=True)
    quantity = fields.Float(
        allow_none=True, metadata={"description": "How much of the source; the same on each edge of one event."}
    )
    unit_of_measure = fields.String(allow_none=True, metadata={"description": "UN/CEFACT code; none for pieces."})


class GenealogySchema(Schema):
    """A genealogy."""

    identifier = fields.String(required=True)
    truncated = fields.Boolean(required=True, metadata={"description": "Whether there was more than the limit."})
    nodes = fields.List(fields.Nested(GenealogyNodeSchema), required=True)
    edges = fields.List(fields.Nested(GenealogyEdgeSchema), required=True)


_NO_NAMES = json.dumps(dict.fromkeys(("product_name_vi", "product_name_en", "producer_name")))


def genealogy_json(identifier: str, trace: Trace) -> str:
    """The genealogy of `identifier` in the shape of `GenealogySchema`, made by hand: it may have thousands of parts."""
    quoted = {named: encode_basestring(named) for named in trace.depths}
    nodes = ", ".join([_node_json(named, quoted[named], depth, trace) for named, depth in trace.by_depth()])
    edges = ", ".join([_edge_json(row, quoted) for row in trace.rows])
    head = json.dumps({"identifier": identifier, "truncated": trace.truncated}, ensure_ascii=False)
    return f'{head[:-1]}, "nodes": [{nodes}], "edges": [{edges}]}}'


def _node_json(identifier: str, quoted: str, depth: int, trace: Trace) -> str:
    """A node in the shape of `GenealogyNodeSchema`."""
    product = trace.products.get(key_part(identifier, "01") or "")
    lot_number = key_part(identifier, "10")
    return (
        f'{{"identifier": {quoted}, "kind": "{kind_of(identifier)}", "depth": {depth}, '
        f'"lot_number": {_quoted(lot_number)}, {(product.names if product else _NO_NAMES)[1:]}'
    )


def _edge_json(row: Row, quoted: Mapping[str, str]) -> str:
    """An edge in the shape of `GenealogyEdgeSchema`."""
    return (
        f'{{"source": {quoted[row.source]}, "target": {quoted[row.target]}, "kind": "{row.kind}", '
        f'"event_id": {_quoted(row.event_uri)}, "event_time": {row.event_time or "null"}, '
        f'"biz_step": {_quoted(row.biz_step)}, "quantity": {row.quantity or "null"}, '
        f'"unit_of_measure": {_quoted(row.unit_of_measure)}}}'
    )


def _quoted(text: str | None) -> str:
    return encode_basestring(text) if text else "null"
