"""Shapes of lots in the API."""

from marshmallow import Schema, fields


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
