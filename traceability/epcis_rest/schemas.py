"""Shapes of the EPCIS interface in the OpenAPI document."""

from marshmallow import Schema, fields


class ProblemSchema(Schema):
    """A problem document (RFC 7807); the type names an EPCIS exception."""

    type = fields.String(required=True, metadata={"example": "epcisException:QueryParameterException"})
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String()


class CollectionSchema(Schema):
    """A list of names or URIs."""

    context = fields.Raw(required=True, data_key="@context")
    type = fields.String(required=True, metadata={"enum": ["Collection"]})
    member = fields.List(fields.String(), required=True)


class QueryDocumentSchema(Schema):
    """An EPCISQueryDocument (EPCIS 2.0 §9.5, §12); the events are as the standard defines them."""

    context = fields.List(fields.Raw(), required=True, data_key="@context")
    type = fields.String(required=True, metadata={"enum": ["EPCISQueryDocument"]})
    schema_version = fields.String(required=True, data_key="schemaVersion")
    creation_date = fields.String(required=True, data_key="creationDate")
    body = fields.Dict(required=True, data_key="epcisBody")
