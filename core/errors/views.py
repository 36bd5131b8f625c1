"""Answers for errors: a page for people, JSON for programs, never a stack trace."""

from flask import Flask, current_app, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from core.errors.errors import AppError
from core.errors.pages import error_page
from core.i18n import gettext as _


def init_app(app: Flask) -> None:
    """Register the handlers for our own errors, Werkzeug's, and the unforeseen."""
    app.register_error_handler(AppError, _app_error)
    app.register_error_handler(CSRFError, _csrf_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unforeseen_error)


def _wants_json() -> bool:
    if request.path.startswith("/api/"):
        return True
    best = request.accept_mimetypes.best_match(["text/html", "application/json"], default="text/html")
    return best == "application/json"


def _answer(status: int, message: str, *, field: str | None = None) -> ResponseReturnValue:
    if _wants_json():
        body: dict[str, object] = {"code": status, "status": message, "message": message}
        if field is not None:
            body["errors"] = {field: [message]}
        return body, status
    return error_page(status, message), status


def _app_error(error: AppError) -> ResponseReturnValue:
    response = current_app.make_response(_answer(error.http_status, str(error.message), field=error.field))
    response.headers.update(error.headers)
    return response


def _csrf_error(error: CSRFError) -> ResponseReturnValue:
    return _answer(400, _("This page was open for too long. Go back, reload it and send it again."))


def _http_error(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:
        return error.get_response()
    messages = {
        400: _("The request could not be understood."),
        401: _("Please sign in first."),
        403: _("You may not do that."),
        404: _("We could not find that."),
        405: _("This address does not take that kind of request."),
        413: _("That is too large. Please choose a smaller file."),
        415: _("That kind of content is not understood here."),
        422: _("Please check what you entered."),
        429: _("Too many requests. Please wait a minute and try again."),
    }
    answer = _answer(error.code, messages.get(error.code, _("This cannot be done.")))
    response = current_app.make_response(answer)
    problems = _problems_by_field(error)
    if problems and response.is_json:
        response.set_data(current_app.json.dumps({**(response.get_json() or {}), "errors": problems}))
    for name, value in error.get_response().headers:
        if name in ("Allow", "Retry-After", "WWW-Authenticate"):
            response.headers[name] = value
    return response


def _problems_by_field(error: HTTPException) -> dict[str, object]:
    """What an API's schema found wrong, by field: webargs keeps it on the exception, by place and then by field."""
    by_place = getattr(error, "data", {}).get("messages", {})
    problems: dict[str, object] = {}
    for by_field in by_place.values():
        if isinstance(by_field, dict):
            problems |= by_field
    return problems


def _unforeseen_error(error: Exception) -> ResponseReturnValue:
    current_app.logger.exception("unforeseen error")
    if current_app.testing:
        raise error
    return _answer(500, _("Something went wrong on our side. It has been noted. Please try again."))
