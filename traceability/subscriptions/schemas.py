"""What the OpenAPI document says of named queries and subscriptions."""

from collections.abc import Callable, Iterable
from typing import Any, Final, TypeVar

from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from traceability.epcis_rest.documented import EPC_FORMAT, EXTENSIONS, HEADERS, with_problems
from traceability.epcis_rest.protocol import JSON, JSON_LD
from traceability.subscriptions.models import SubscriptionState
from traceability.subscriptions.schedules import LONGEST_FIELD, RANGES

View = TypeVar("View", bound=Callable[..., Any])

_FIELD: Final = r"^([0-9]{1,4}|\[[0-9]{1,4}-[0-9]{1,4}\])(,([0-9]{1,4}|\[[0-9]{1,4}-[0-9]{1,4}\]))*$"
SCHEDULE: Final[dict[str, Any]] = {
    "type": "object",
    "description": "Numbers and ranges such as `0,15,[30-45]`, in UTC; without `second`, once in each minute.",
    "properties": {
        name: {
            "type": "string",
            "pattern": _FIELD,
            "maxLength": LONGEST_FIELD,
            "description": f"From {lowest} to {highest}.",
        }
        for name, (lowest, highest) in RANGES.items()
    },
    "additionalProperties": False,
    "minProperties": 1,
}


class NamedQuerySchema(Schema):
    """A named query (EPCIS 2.0 §8.2.7.2): the parameters of a simple event query under a name."""

    name = fields.String(required=True)
    query = fields.Dict(required=True)


class SubscriptionSchema(Schema):
    """A subscription (EPCIS 2.0 §8.2.5), without its secret. Either `schedule` or `stream`."""

    subscriptionID = fields.UUID(required=True)
    queryName = fields.String(required=True)
    dest = fields.Url(required=True)
    createdAt = fields.AwareDateTime(required=True)
    initialRecordTime = fields.AwareDateTime(required=True)
    minRecordTime = fields.AwareDateTime(required=True, metadata={"description": "When it was last looked for news."})
    lastNotifiedAt = fields.AwareDateTime(metadata={"description": "When a report was last taken."})
    epcFormat = fields.String(required=True)
    stream = fields.Boolean()
    schedule = fields.Dict()
    reportIfEmpty = fields.Boolean()
    state = fields.String(required=True, validate=validate.OneOf(list(SubscriptionState)))


QUERY_BODY: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["name", "query"],
    "additionalProperties": False,
    "properties": {
        "@context": {"description": "Namespaces of extension fields."},
        "name": {"type": "string", "minLength": 1, "maxLength": 100, "example": "myQuery"},
        "query": {
            "type": "object",
            "description": "Parameters of a simple event query, with values or lists of values.",
            "example": {"eventType": ["ObjectEvent"], "EQ_bizStep": ["shipping", "receiving"]},
        },
    },
}
SUBSCRIPTION_BODY: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["dest"],
    "additionalProperties": False,
    "properties": {
        "dest": {"type": "string", "format": "uri", "description": "A public https address."},
        "signatureToken": {"type": "string", "minLength": 8, "maxLength": 500},
        "initialRecordTime": {"type": "string", "format": "date-time"},
        "reportIfEmpty": {"type": "boolean"},
        "schedule": SCHEDULE,
        "stream": {"type": "boolean", "enum": [True]},
    },
}


def list_of(schema: type[Schema]) -> dict[str, Any]:
    """The schema of a list."""
    return {"type": "array", "items": schema}


def answers(
    blueprint: Blueprint,
    status: int,
    schema: type[Schema] | dict[str, Any] | None = None,
    *,
    problems: Iterable[int] = (),
    parameters: Iterable[dict[str, Any] | str] = (),
    body: dict[str, Any] | None = None,
) -> Callable[[View], View]:
    """Document a view: its answer in both media types, its body, parameters and problems."""
    described: dict[str, Any] = {"description": {200: "OK", 201: "Made; see Location.", 204: "Done."}[status]}
    if schema is not None:
        described["content"] = {JSON: {"schema": schema}, JSON_LD: {"schema": schema}}
    documented: dict[str, Any] = {"responses": {str(status): described}, "parameters": [*parameters, *HEADERS]}
    if body is not None:
        documented["requestBody"] = {
            "required": True,
            "content": {JSON: {"schema": body}, JSON_LD: {"schema": body}},
        }
        documented["parameters"] += [EPC_FORMAT, EXTENSIONS]

    def decorate(view: View) -> View:
        made: View = blueprint.doc(**documented)(view)
        return with_problems(blueprint, problems)(made)

    return decorate
