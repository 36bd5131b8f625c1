"""What the EPCIS interface answers when it cannot do as asked: problem documents (RFC 7807).

The `type` of a problem is the name of an EPCIS exception (EPCIS 2.0 §8.2.3, §12), so that a program can tell them
apart; what only HTTP knows, such as a wrong method, has the type `about:blank`.
"""

import json
from collections.abc import Mapping
from typing import Final

from flask import Flask, Response, current_app, request
from werkzeug.exceptions import HTTPException

from core.errors import AppError
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l

PREFIX: Final = "/epcis/v2"
PROBLEM_TYPE: Final = "application/problem+json"
PLAIN: Final = "about:blank"

_EXCEPTIONS: Final = {
    400: "ValidationException",
    401: "SecurityException",
    403: "SecurityException",
    404: "NoSuchResourceException",
    406: "NotAcceptableException",
    409: "ResourceAlreadyExistsException",
    413: "CaptureLimitExceededException",
    414: "URITooLongException",
    415: "UnsupportedMediaTypeException",
    422: "ValidationException",
    500: "ImplementationException",
    501: "ImplementationException",
    503: "ImplementationException",
}
_TITLES: Final = {
    "CaptureLimitExceededException": _l("Too much to capture at once"),
    "ImplementationException": _l("The server cannot do this"),
    "NoSuchNameException": _l("There is no query of this name"),
    "NoSuchResourceException": _l("There is no such resource"),
    "NotAcceptableException": _l("This cannot be answered as asked"),
    "QueryParameterException": _l("A query parameter is wrong"),
    "QueryTooComplexException": _l("The query is too complex"),
    "QueryTooLargeException": _l("The query has too many results"),
    "QueryValidationException": _l("The query makes no sense"),
    "ResourceAlreadyExistsException": _l("This exists already"),
    "SecurityException": _l("Not allowed"),
    "SubscriptionControlsException": _l("The subscription makes no sense"),
    "URITooLongException": _l("The address is too long"),
    "UnsupportedMediaTypeException": _l("This kind of content is not understood"),
    "ValidationException": _l("The content is not valid"),
}


class EpcisProblem(AppError):
    """Something that the caller must mend; `exception` is the name of the EPCIS exception, without its prefix."""

    def __init__(
        self, status: int, exception: str, detail: object, *, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.http_status = status
        self.exception = exception
        self.headers = dict(headers or {})


def problem(
    status: int,
    type: str | None = None,
    title: object | None = None,
    detail: object | None = None,
    *,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A problem document. `type` is the bare name of an EPCIS exception; left out, the usual one of the status."""
    body = problem_body(status, type, title, detail)
    response = Response(json.dumps(body, ensure_ascii=False), status, mimetype=PROBLEM_TYPE)
    response.headers.update(dict(headers or {}))
    return response


def problem_body(
    status: int, type: str | None = None, title: object | None = None, detail: object | None = None
) -> dict[str, object]:
    """The members of a problem document, as `problem` answers it."""
    exception = type if type is not None else _EXCEPTIONS.get(status)
    if title is None:
        title = _TITLES[exception] if exception in _TITLES else _("This cannot be done.")
    body: dict[str, object] = {
        "type": PLAIN if exception is None else f"epcisException:{exception}",
        "title": str(title),
        "status": status,
    }
    if detail is not None:
        body["detail"] = str(detail)
    return body


def problem_of(error: AppError | HTTPException) -> Response:
    """The problem document that stands for an error of ours or of Werkzeug's."""
    if isinstance(error, EpcisProblem):
        return problem(error.http_status, error.exception, detail=error.message, headers=error.headers)
    if isinstance(error, AppError):
        status = 400 if error.http_status == 422 else error.http_status
        detail = f"{error.field}: {error.message}" if error.field else error.message
        return problem(
            status, getattr(error, "exception", None), detail=detail, headers=getattr(error, "headers", None)
        )
    if error.code is None or error.code < 400:
        return Response(error.get_body(), error.code or 500, error.get_headers())
    status = 400 if error.code == 422 else error.code
    kept = {
        name: value
        for name, value in error.get_response().headers
        if name in ("Allow", "Retry-After", "WWW-Authenticate")
    }
    return problem(status, headers=kept)


def answer_unforeseen(error: Exception) -> Response:
    """An error of ours: noted, and told without any detail."""
    if current_app.testing:
        raise error
    current_app.logger.exception("unforeseen error")
    return problem(500)


def init_app(app: Flask) -> None:
    """Answer addresses below the interface that lead nowhere, or take another method, by a problem document too."""

    @app.before_request
    def answer_routing_errors() -> Response | None:
        error = request.routing_exception
        if error is None or not request.path.startswith(PREFIX + "/"):
            return None
        return problem_of(error)
