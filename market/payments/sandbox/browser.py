"""What the sandbox's pages share: language, formats, security headers, and a guard against other sites' forms."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Flask, Response, abort, current_app, g, request
from flask_babel import Babel, format_currency, format_datetime, get_locale

CONTENT_POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'"
LOCALES = ("vi", "en")


def init_browser(app: Flask, *, translations: str) -> None:
    """Wire language, filters and headers into the app."""
    Babel(
        app,
        default_locale=app.config["SANDBOX_LOCALE"],
        default_timezone="Asia/Ho_Chi_Minh",
        default_translation_directories=translations,
        locale_selector=choose_locale,
    )
    app.jinja_env.filters |= {"dong": show_dong, "moment": show_moment, "card_number": group_digits}
    app.jinja_env.globals["page_language"] = lambda: get_locale().language
    app.before_request(refuse_other_sites)
    app.after_request(add_headers)


def choose_locale() -> str:
    """The session's language where a page belongs to one, else the browser's, else the default."""
    wanted = g.get("locale")
    if wanted in LOCALES:
        return str(wanted)
    default = current_app.config["SANDBOX_LOCALE"]
    return request.accept_languages.best_match(LOCALES, default) or default


def show_dong(amount: int) -> str:
    """An amount of dong as the reader's language writes it: 120.000 ₫ or ₫120,000."""
    return str(format_currency(amount, "VND"))


def show_moment(timestamp: float) -> str:
    """A Unix time in Vietnam's time zone."""
    return str(format_datetime(datetime.fromtimestamp(timestamp, UTC), "short"))


def group_digits(number: str) -> str:
    """A card number in groups of four, as it is printed on a card."""
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4))


def refuse_other_sites() -> None:
    """Refuse forms that another site's page sends in the reader's name."""
    if request.method == "POST" and request.headers.get("Sec-Fetch-Site") == "cross-site":
        abort(403)


def add_headers(response: Response) -> Response:
    """Strict defaults for every answer; a page may have set a policy of its own."""
    response.headers.setdefault("Content-Security-Policy", f"{CONTENT_POLICY}; form-action 'self'")
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    if not request.path.startswith("/static/"):
        response.headers["Cache-Control"] = "no-store"
    return response


def see_other(address: str) -> Response:
    """Send the browser elsewhere after a form, with GET."""
    return Response(status=303, headers={"Location": address})
