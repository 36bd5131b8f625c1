"""What the OpenAPI document says of every resource alike: headers, paging, query parameters, problems."""

from collections.abc import Callable, Iterable
from typing import Any, Final, TypeVar

from flask_smorest import Api, Blueprint
from marshmallow import Schema

from traceability.epcis_rest.epc_formats import EPC_FORMATS
from traceability.epcis_rest.problems import PROBLEM_TYPE
from traceability.epcis_rest.protocol import JSON, JSON_LD
from traceability.epcis_rest.schemas import ProblemSchema
from traceability.journal.event_pages import MOST_PER_PAGE, PER_PAGE
from traceability.journal.query_fixed_parameters import ACTIONS, ANY_OBJECT, EVENT_TYPES, FIXED_PARAMETERS

View = TypeVar("View", bound=Callable[..., Any])
Parameter = dict[str, Any]

_PROBLEMS: Final = {
    400: "A parameter is unknown or has a value that is not allowed; `detail` names it.",
    401: "The token is wrong, has expired or was revoked.",
    403: "The caller may not do this.",
    404: "There is no such resource.",
    405: "This address does not take that method.",
    406: "No version, media type or format that the caller takes can be given.",
    409: "It exists already.",
    413: "The query has more results than it allows, or there is more to capture than is taken at once.",
    414: "The query string is too long; use a named query.",
    415: "The content is of a kind or version that is not understood.",
    429: "Too many wrong tokens came from this address.",
}
_SINGLE: Final = {
    "booleanValue": {"type": "boolean"},
    "quantity": {"type": "number"},
    "time": {"type": "string", "format": "date-time"},
}
SENSOR_LISTS: Final = (
    "type", "deviceID", "deviceMetadata", "rawData", "dataProcessingMethod", "microorganism", "chemicalSubstance",
    "bizRules", "component", "exception", "coordinateReferenceSystem", "stringValue", "hexBinaryValue", "uriValue",
)  # fmt: skip


def _parameter(name: str, schema: dict[str, Any], place: str = "query", description: str = "") -> Parameter:
    return {
        "in": place,
        "name": name,
        "required": place == "path",
        "schema": schema,
        **({"description": description} if description else {}),
    }


def _pattern(name: str, pattern: str, description: str) -> Parameter:
    return _parameter(name, {"type": "string", "pattern": pattern}, "header", description)


_UNLISTED: Final = (ANY_OBJECT, "GE_errorDeclaration_Time", "LT_errorDeclaration_Time")
_VERSION: Final = r"^[0-9]+(\.[0-9]+)*$"
_HEADERS: Final[list[Parameter]] = [
    _pattern(name, _VERSION, f"The {bound} version of {standard} that the caller takes.")
    for name, bound, standard in (
        ("GS1-EPCIS-Min", "lowest", "EPCIS"),
        ("GS1-EPCIS-Max", "highest", "EPCIS"),
        ("GS1-CBV-Min", "lowest", "CBV"),
        ("GS1-CBV-Max", "highest", "CBV"),
    )
]
_EPC_FORMAT: Final = _parameter(
    "GS1-EPC-Format",
    {"type": "string", "enum": list(EPC_FORMATS), "default": "Always_GS1_Digital_Link"},
    "header",
    "How identifiers are written in the answer.",
)
_EXTENSIONS: Final = _parameter(
    "GS1-Extensions",
    {"type": "string"},
    "header",
    "Namespaces of extension fields in query parameters: `prefix=https://namespace/`, more parted by commas.",
)
_PAGING: Final[list[Parameter]] = [
    _parameter(
        "perPage",
        {"type": "integer", "minimum": 1, "default": PER_PAGE},
        description=f"The most members of a page; above {MOST_PER_PAGE} it is {MOST_PER_PAGE}.",
    ),
    _parameter("nextPageToken", {"type": "string"}, description="Where the list goes on, from the header `Link`."),
]


def _list(name: str, items: dict[str, Any]) -> Parameter:
    listed = _parameter(name, {"type": "array", "minItems": 1, "items": items})
    return {**listed, "style": "pipeDelimited", "explode": False}


def _fixed(name: str) -> Parameter:
    if name == "eventType":
        return _list(name, {"type": "string", "enum": list(EVENT_TYPES)})
    if name == "EQ_action":
        return _list(name, {"type": "string", "enum": list(ACTIONS)})
    if name.endswith("Time"):
        return _parameter(name, _SINGLE["time"])
    return _list(name, {"type": "string"})


_QUERY_PARAMETERS: Final[list[Parameter]] = [
    *(_fixed(name) for name in FIXED_PARAMETERS if name not in _UNLISTED),
    *(_parameter(f"{sign}_quantity", _SINGLE["quantity"]) for sign in ("EQ", "GT", "GE", "LT", "LE")),
    *(_parameter(f"EXISTS_{name}", {"type": "boolean"}) for name in ("errorDeclaration", "sensorElementList")),
    *(_list(f"EQ_{name}", {"type": "string"}) for name in SENSOR_LISTS),
    _parameter("EQ_booleanValue", _SINGLE["booleanValue"]),
    *(
        _parameter(f"{sign}_{name}", _SINGLE["time"])
        for name in ("time", "startTime", "endTime")
        for sign in ("GE", "LT")
    ),
    *(_parameter(f"{sign}_percRank", _SINGLE["quantity"]) for sign in ("GE", "GT", "LE", "LT")),
    _parameter("orderBy", {"type": "string"}, description="eventTime, recordTime, or the name of an extension field."),
    _parameter("orderDirection", {"type": "string", "enum": ["ASC", "DESC"], "default": "DESC"}),
    _parameter("eventCountLimit", {"type": "integer", "minimum": 1, "maximum": 2**31 - 1}),
    _parameter("maxEventCount", {"type": "integer", "minimum": 1, "maximum": 2**31 - 1}),
]  # fmt: skip
"""The parameters of fixed names. Those whose names hold a type, a unit or a field are in `docs/epcis-queries.md`."""


def _names(parameters: Iterable[Parameter]) -> tuple[str, ...]:
    return tuple(parameter["name"] for parameter in parameters)


# Views name what they share with others; the document holds each of these once, among its components.
HEADERS: Final = _names(_HEADERS)
(EPC_FORMAT,) = _names([_EPC_FORMAT])
(EXTENSIONS,) = _names([_EXTENSIONS])
PAGING: Final = _names(_PAGING)
QUERY_PARAMETERS: Final = _names(_QUERY_PARAMETERS)


def init_app(api: Api) -> None:
    """Put the shared parameters and problems into the components of the OpenAPI document."""
    components = api.spec.components
    for parameter in (*_HEADERS, _EPC_FORMAT, _EXTENSIONS, *_PAGING, *_QUERY_PARAMETERS):
        components.parameter(parameter["name"], parameter["in"], parameter)
    for status, description in _PROBLEMS.items():
        content = {PROBLEM_TYPE: {"schema": ProblemSchema}}
        components.response(_problem_name(status), {"description": description, "content": content})


def _problem_name(status: int) -> str:
    return f"Problem{status}"


def described(
    blueprint: Blueprint, schema: type | Schema, *, problems: Iterable[int], parameters: Iterable[Parameter | str] = ()
) -> Callable[[View], View]:
    """Document a reading view: its answer of `schema` in both media types, its parameters and problems.

    A parameter is the name of a shared one, or one of the view's own.
    """
    media = {JSON: {"schema": schema}, JSON_LD: {"schema": schema}}

    def decorate(view: View) -> View:
        documented: View = blueprint.response(200, schema, content_type=JSON)(view)
        documented = blueprint.doc(
            parameters=[*parameters, *HEADERS], responses={"200": {"description": "OK", "content": media}}
        )(documented)
        return with_problems(blueprint, problems)(documented)

    return decorate


def with_problems(blueprint: Blueprint, statuses: Iterable[int]) -> Callable[[View], View]:
    """Document the problem documents that a view may answer with."""

    def decorate(view: View) -> View:
        for status in sorted({401, 403, 406, *statuses}):
            view = blueprint.alt_response(status, response=_problem_name(status))(view)
        return view

    return decorate


def path_parameter(name: str, description: str) -> Parameter:
    """A value in the path, percent-encoded."""
    return _parameter(name, {"type": "string", "minLength": 1}, "path", description)
