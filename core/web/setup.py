"""Wiring of everything in `core.web`."""

from typing import Any

from flask import Flask
from flask_compress import Compress
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from werkzeug.middleware.proxy_fix import ProxyFix

from core.config import Settings
from core.web import access, api_reference, documents, first_place, headers, health, logs, static_files, templating

limiter = Limiter(get_remote_address, default_limits=[])
SIGN_IN_LIMIT = "20 per minute"


def init_app(app: Flask, settings: Settings) -> None:
    """Headers, access, templates, health, compression and rate limits."""
    logs.configure_logs(settings)
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
    app.config.update(
        MAX_CONTENT_LENGTH=settings.photo_limit_bytes + 1_000_000,
        MAX_FORM_MEMORY_SIZE=1_000_000,
        SEND_FILE_MAX_AGE_DEFAULT=365 * 24 * 3600,
        RATELIMIT_STORAGE_URI=settings.rate_limit_storage_url,
        RATELIMIT_ENABLED=settings.rate_limits_enabled,
        RATELIMIT_HEADERS_ENABLED=False,
        COMPRESS_STREAMS=False,
    )
    headers.init_app(app, settings)
    access.init_app(app)
    templating.init_app(app, settings)
    health.init_app(app)
    api_reference.init_app(app)
    documents.init_app(app)
    first_place.init_app(app)
    Compress(app)
    static_files.init_app(app)
    limiter.init_app(app)


def limit_signing_in(app: Flask) -> None:
    """Let nobody try passwords by the thousand; the view is Flask-Security's, so the limit is put around it here."""
    view: Any = app.view_functions["security.login"]
    app.view_functions["security.login"] = limiter.limit(SIGN_IN_LIMIT, methods=["POST"])(view)
