"""What all resources of the EPCIS interface share: headers, versions, formats, discovery, paging (EPCIS 2.0 §12)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from flask import Flask, Response, current_app, request
from flask_smorest import Blueprint
from werkzeug.datastructures import MIMEAccept
from werkzeug.exceptions import HTTPException

from core.errors import AppError
from core.i18n import gettext as _
from traceability.epcis.contexts import STANDARD_PREFIXES
from traceability.epcis_rest import problems
from traceability.epcis_rest.epc_formats import DIGITAL_LINK, EPC_FORMATS, NEVER_TRANSLATES, NO_PREFERENCE
from traceability.epcis_rest.problems import PREFIX, EpcisProblem, problem
from traceability.epcis_rest.query_documents import query_document

__all__ = [
    "PREFIX",
    "EpcisProblem",
    "Negotiated",
    "answer",
    "check_body_versions",
    "declared_prefixes",
    "discovery",
    "epcis_blueprint",
    "negotiate",
    "paging_link",
    "problem",
    "query_document",
]

EPCIS_VERSION: Final = "2.0.0"
CBV_VERSION: Final = "2.0.0"
VENDOR_VERSION: Final = "cho-nguon-1"
JSON: Final = "application/json"
JSON_LD: Final = "application/ld+json"
LONGEST_QUERY_STRING: Final = 16_000
"""Bytes of a query string; a longer query goes into the body of `POST /queries`."""

_CBV_FORMATS: Final = (NO_PREFERENCE, "Always_Web_URI", "Always_URN", NEVER_TRANSLATES)

_VERSION: Final = re.compile(r"\d{1,4}(?:\.\d{1,4}){0,3}", re.ASCII)
_EXTENSION: Final = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_.-]*)\s*=\s*([^\s,]+)\s*")
_BOUNDS: Final = (
    ("GS1-EPCIS-Min", EPCIS_VERSION, 1),
    ("GS1-EPCIS-Max", EPCIS_VERSION, -1),
    ("GS1-CBV-Min", CBV_VERSION, 1),
    ("GS1-CBV-Max", CBV_VERSION, -1),
)


@dataclass(frozen=True, slots=True)
class Negotiated:
    """How the caller wants the answer: its media type, and how identifiers are written in it (GS1-EPC-Format)."""

    media_type: str = JSON
    epc_format: str = DIGITAL_LINK


def epcis_blueprint(name: str, import_name: str, description: str) -> Blueprint:
    """A blueprint below `/epcis/v2` whose answers carry the versions and whose errors are problem documents."""
    blueprint = Blueprint(name, import_name, url_prefix=PREFIX, description=description)
    blueprint.register_error_handler(AppError, problems.problem_of)
    blueprint.register_error_handler(HTTPException, problems.problem_of)
    blueprint.register_error_handler(Exception, problems.answer_unforeseen)
    blueprint.after_request(_tell_versions)
    return blueprint


def init_app(app: Flask) -> None:
    """Answer what leads nowhere below the interface by a problem document."""
    problems.init_app(app)


def _tell_versions(response: Response) -> Response:
    headers = response.headers
    headers["GS1-EPCIS-Version"] = EPCIS_VERSION
    headers["GS1-CBV-Version"] = CBV_VERSION
    headers["Vary"] = "Accept, Accept-Language, Authorization, Cookie, GS1-EPC-Format"
    if "Cache-Control" not in headers:
        headers["Cache-Control"] = "no-cache, private"
    return response


def negotiate() -> Negotiated:
    """What the headers of the current request ask for.

    Raises EpcisProblem: 406 when no version, media type or format that the caller takes can be given, 414 when the
    query string is too long.
    """
    headers = request.headers
    if len(request.query_string) > LONGEST_QUERY_STRING:
        raise EpcisProblem(
            414,
            "URITooLongException",
            _("A query of this length belongs into the body of a named query: POST %(path)s", path=f"{PREFIX}/queries"),
        )
    for name, ours, sign in _BOUNDS:
        bound = headers.get(name)
        if bound is not None and _compare(ours, _version(name, bound)) * sign < 0:
            raise _not_acceptable(_("%(header)s: only version %(version)s is spoken here.", header=name, version=ours))
    cbv_format = headers.get("GS1-CBV-XML-Format", NO_PREFERENCE)
    if cbv_format not in _CBV_FORMATS:
        raise _not_acceptable(_("There is no %(header)s “%(value)s”.", header="GS1-CBV-XML-Format", value=cbv_format))
    epc_format = headers.get("GS1-EPC-Format", DIGITAL_LINK)
    if epc_format not in EPC_FORMATS:
        raise _not_acceptable(_("There is no %(header)s “%(value)s”.", header="GS1-EPC-Format", value=epc_format))
    accept = headers.get("Accept")
    return Negotiated(JSON if accept is None or accept in ("*/*", JSON) else _media_type(), epc_format)


def _media_type() -> str:
    accepted: MIMEAccept = request.accept_mimetypes
    if not accepted:
        return JSON
    best = accepted.best_match([JSON, JSON_LD])
    if best is None:
        raise _not_acceptable(_("Answers are given as application/json or application/ld+json."))
    return best


def check_body_versions() -> None:
    """Refuse (415) a request whose headers say that its body is of another version than EPCIS 2.0 and CBV 2.0."""
    for name, ours in (("GS1-EPCIS-Version", EPCIS_VERSION), ("GS1-CBV-Version", CBV_VERSION)):
        said = request.headers.get(name)
        if said is not None and _version(name, said)[:2] != _numbers(ours)[:2]:
            raise EpcisProblem(
                415,
                "UnsupportedMediaTypeException",
                _("%(header)s: only version %(version)s is spoken here.", header=name, version=ours),
            )


def declared_prefixes() -> dict[str, str]:
    """The namespaces by prefix that the header GS1-Extensions declares, for names of extension fields in queries."""
    header = request.headers.get("GS1-Extensions")
    if not header:
        return {}
    prefixes = {}
    for part in header.split(","):
        match = _EXTENSION.fullmatch(part)
        if match is not None:
            prefixes[match[1]] = match[2]
    return prefixes


def _numbers(text: str) -> tuple[int, ...]:
    return (*(int(part) for part in text.split(".")), 0, 0, 0)[:4]


def _version(header: str, text: str) -> tuple[int, ...]:
    if _VERSION.fullmatch(text) is None:
        raise _not_acceptable(_("There is no %(header)s “%(value)s”.", header=header, value=text))
    return _numbers(text)


def _compare(ours: str, theirs: tuple[int, ...]) -> int:
    own = _numbers(ours)
    return (own > theirs) - (own < theirs)


def _not_acceptable(detail: str) -> EpcisProblem:
    return EpcisProblem(406, "NotAcceptableException", detail)


def answer(
    body: str | bytes, wanted: Negotiated, status: int = 200, *, headers: Mapping[str, str] | None = None
) -> Response:
    """A JSON answer in the media type that was negotiated."""
    response = Response(body, status, mimetype=wanted.media_type)
    if headers:
        response.headers.update(dict(headers))
    return response


def discovery(*allowed: str, headers: Mapping[str, str] | None = None) -> Response:
    """The answer to OPTIONS: 204, the methods, and what this server speaks; `headers` adds a resource's own.

    The methods are all that the address has, whichever blueprint gave them, unless `allowed` says otherwise.
    """
    negotiate()
    methods = allowed or tuple(method for method in _methods() if method not in ("HEAD", "OPTIONS"))
    response = Response(status=204)
    response.headers.update(
        {
            "Allow": ", ".join(("OPTIONS", *methods)),
            "GS1-EPCIS-Min": EPCIS_VERSION,
            "GS1-EPCIS-Max": EPCIS_VERSION,
            "GS1-CBV-Min": CBV_VERSION,
            "GS1-CBV-Max": CBV_VERSION,
            "GS1-EPC-Format": NO_PREFERENCE,
            "GS1-CBV-XML-Format": NEVER_TRANSLATES,
            "GS1-Vendor-Version": VENDOR_VERSION,
            "GS1-Extensions": ",".join(
                f"{prefix}={STANDARD_PREFIXES[prefix]}" for prefix in ("cbvmda", "gs1") if prefix in STANDARD_PREFIXES
            ),
            **(headers or {}),
        }
    )
    return response


def _methods() -> list[str]:
    adapter = current_app.create_url_adapter(request)
    return sorted(adapter.allowed_methods()) if adapter is not None else []


def paging_link(token: str, *, per_page: int | None = None) -> str:
    """The value of the header `Link` that leads to the next page of the current request."""
    arguments = [(name, value) for name, value in request.args.items(multi=True) if name != "nextPageToken"]
    if per_page is not None:
        arguments = [(name, value) for name, value in arguments if name != "perPage"]
        arguments.append(("perPage", str(per_page)))
    arguments.append(("nextPageToken", token))
    return f'<{request.base_url}?{urlencode(arguments)}>; rel="next"'
