"""The sandbox as a WSGI app. It is a program of its own and imports nothing of the shop."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from pathlib import Path

import sqlalchemy as sa
from flask import Flask, Response, jsonify, make_response, render_template, request
from jinja2 import StrictUndefined
from werkzeug.exceptions import HTTPException

from core.config import load_settings
from core.db.connection import use_site_connections
from core.embedded.postgresql import embedded_database_url
from core.memory import settle_memory
from market.payments.configuration import payment_configuration, webhook_url

from . import api, api_balance, api_events, api_payments, api_sessions, hosted_page, overview
from .background import Background
from .browser import init_browser
from .errors import ApiError, SandboxMisconfigured, missing_object
from .store import EVERY_EVENT, WEBHOOK_KINDS, Store
from .webhooks import Deliverer, check_loopback

ROOT = Path(__file__).parents[3]
LARGEST_REQUEST_BYTES = 256 * 1024


def create_sandbox(
    *,
    database_url: str,
    api_key: str,
    webhook_secret: str,
    webhook_url: str,
    public_url: str,
    locale_default: str = "vi",
    clock: Callable[[], float] = time.time,
    background: bool = True,
    enabled_events: Collection[str] = EVERY_EVENT,
) -> Flask:
    """Make the sandbox, its tables included, and start its threads.

    `public_url` is where browsers reach it, `webhook_url` where the shop listens (http, loopback only), `api_key` a
    test key. `clock` gives the Unix time, so that tests can let hours pass; without `background` nothing is delivered
    and nothing expires by itself. `enabled_events` are the kinds that are sent to the shop. Raises SandboxMisconfigured
    for a live key or an address it must not call.
    """
    check_test_key(api_key)
    check_loopback(webhook_url)
    if not webhook_secret:
        raise SandboxMisconfigured("The sandbox needs a webhook secret to sign with.")

    app = Flask(__name__, template_folder=str(ROOT / "templates"), static_folder="static")
    app.config.update(
        SANDBOX_API_KEY=api_key,
        SANDBOX_PUBLIC_URL=public_url.rstrip("/"),
        SANDBOX_WEBHOOK_URL=webhook_url,
        SANDBOX_LOCALE=locale_default,
        MAX_CONTENT_LENGTH=LARGEST_REQUEST_BYTES,
    )
    app.jinja_env.undefined = StrictUndefined
    init_browser(app, translations=str(ROOT / "translations"))
    app.before_request(refuse_nul)
    store = Store(open_engine(database_url), clock, enabled_events)
    store.create_tables()
    worker = Background(store, Deliverer(store, webhook_url, webhook_secret))
    app.extensions["payment_sandbox_store"] = store
    app.extensions["payment_sandbox_background"] = worker
    for module in (api_sessions, api_payments, api_balance, api_events, hosted_page, overview):
        app.register_blueprint(module.blueprint)
    app.add_url_rule("/healthz", view_func=healthz)
    app.register_error_handler(ApiError, answer_api_error)
    app.register_error_handler(HTTPException, answer_http_error)
    if background:
        worker.start()
    return app


def create_from_environment() -> Flask:
    """The factory a WSGI server calls: keys and addresses as the shop, started with the same settings, derives them.

    Raises SandboxMisconfigured where the settings send payments to Stripe.
    """
    settings = load_settings()
    if not settings.uses_sandbox:
        raise SandboxMisconfigured("STRIPE_API_KEY is set, so payments go to Stripe and no sandbox is needed.")
    shop = payment_configuration(settings)
    sandbox = create_sandbox(
        database_url=settings.database_url or embedded_database_url(settings.var_dir),
        api_key=shop.api_key,
        webhook_secret=shop.webhook_secret,
        webhook_url=webhook_url(settings),
        public_url=settings.sandbox_url,
        enabled_events=WEBHOOK_KINDS,
    )
    settle_memory()
    return sandbox


def check_test_key(api_key: str) -> None:
    """Raise SandboxMisconfigured unless this is a test key: with a live one somebody expects real money to move."""
    if not api_key.startswith(("sk_test_", "rk_test_")):
        raise SandboxMisconfigured("The payment sandbox starts with a test key (sk_test_…) only, never a live one.")


def open_engine(database_url: str) -> sa.Engine:
    """An engine on psycopg 3, however the address names its driver."""
    url = sa.make_url(database_url).set(drivername="postgresql+psycopg")
    engine = sa.create_engine(url, pool_size=10, max_overflow=30, pool_use_lifo=True)
    use_site_connections(engine)
    return engine


def healthz() -> Response:
    """200 once the tables can be read."""
    with api.store().open() as books:
        books.switches()
    return jsonify({"status": "ok"})


def refuse_nul() -> None:
    """Refuse what no column can hold: nothing has such an address, and no request such a key.

    Parameters are looked at where they are read, so that the answer names the one.
    """
    if "\0" in request.path:
        raise missing_object("object", request.path)
    if "\0" in request.headers.get("Idempotency-Key", ""):
        raise ApiError("Idempotency keys must not contain NUL characters.")


def answer_api_error(error: ApiError) -> Response:
    """JSON for the API, a page for people."""
    if not request.path.startswith("/v1/"):
        return _error_page(error.status)
    response = jsonify(error.body())
    response.status_code = error.status
    return response


def answer_http_error(error: HTTPException) -> Response:
    """Unknown addresses, wrong methods, requests that are too large, and what went wrong inside."""
    status = error.code or 500
    if not request.path.startswith("/v1/"):
        return _error_page(status)
    if status == 404:
        message = f"Unrecognized request URL ({request.method}: {request.path})."
    else:
        message = f"The request failed: {error.name}."
    kind = "api_error" if status >= 500 else "invalid_request_error"
    response = answer_api_error(ApiError(message, status=status, kind=kind))
    return api.add_headers(response)


def _error_page(status: int) -> Response:
    page = render_template("market/payments/sandbox/error.html", missing=status == 404, status=status)
    return make_response(page, status)
