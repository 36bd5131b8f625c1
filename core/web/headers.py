"""Security headers of every answer, and the request id that ties log lines together."""

import re
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import structlog
from flask import Flask, Response, g, request

from core.config import Settings
from core.db import new_id

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
log = structlog.get_logger("web")


def content_security_policy(settings: Settings) -> str:
    """No inline script or style, nothing from other hosts; forms may lead on to the payment page."""
    pay_host = settings.sandbox_url if settings.uses_sandbox else "https://checkout.stripe.com"
    images = f" {settings.s3_public_url}" if settings.s3_public_url else ""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            f"img-src 'self' data: blob:{images}",
            "font-src 'self'",
            "connect-src 'self'",
            "manifest-src 'self'",
            f"form-action 'self' {pay_host}",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


def _with_headers(application: "WSGIApplication", fixed: list[tuple[str, str]]) -> "WSGIApplication":
    """`application` with `fixed` headers on every answer, whoever made it."""

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Callable[[bytes], object]:
            return start_response(status, headers + fixed, *rest)

        return application(environ, start)

    return answer


def init_app(app: Flask, settings: Settings) -> None:
    """Add the headers and one log line a request."""
    fixed = {
        "Content-Security-Policy": content_security_policy(settings),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": "camera=(self), geolocation=(self), microphone=(), payment=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "X-Frame-Options": "DENY",
    }
    if settings.site_url.startswith("https://"):
        fixed["Strict-Transport-Security"] = "max-age=31536000"

    @app.before_request
    def begin() -> None:
        offered = request.headers.get("X-Request-Id", "")
        g.request_id = offered if _REQUEST_ID.fullmatch(offered) else new_id().hex
        g.started = time.perf_counter()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=g.request_id)

    # Flask's own way to put something around an application; to type checkers it is a method like others.
    app.wsgi_app = _with_headers(app.wsgi_app, list(fixed.items()))  # type: ignore[assignment,method-assign]

    @app.after_request
    def finish(response: Response) -> Response:
        if "request_id" in g:
            response.headers["X-Request-Id"] = g.request_id
            if request.endpoint != "static":
                milliseconds = round((time.perf_counter() - g.started) * 1000, 1)
                log.info(
                    "request",
                    method=request.method,
                    path=request.path,
                    status=response.status_code,
                    milliseconds=milliseconds,
                )
        return response
