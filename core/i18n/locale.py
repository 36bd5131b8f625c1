"""Which language the reader gets, and the switch between them."""

from collections.abc import Iterator
from contextlib import contextmanager

from babel import Locale
from flask import Blueprint, Flask, has_request_context, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import Babel, force_locale, get_locale

DEFAULT_LOCALE = "vi"
LOCALES = ("vi", "en")
COOKIE = "language"
_BY_NAME = {name: Locale(name) for name in LOCALES}
"""Babel looks for its file each time it is given a name."""

babel = Babel()
blueprint = Blueprint("i18n", __name__)


def init_app(app: Flask) -> None:
    """Set up Flask-Babel and the language switch."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = f"{app.root_path}/translations"
    babel.init_app(
        app, default_locale=DEFAULT_LOCALE, default_timezone="Asia/Ho_Chi_Minh", locale_selector=_select_locale
    )
    app.register_blueprint(blueprint)


def _select_locale() -> Locale:
    """Vietnamese unless the reader chose otherwise: a phone's system language says little about its owner's."""
    if not has_request_context():
        return _BY_NAME[DEFAULT_LOCALE]
    chosen = request.args.get("lang") or request.cookies.get(COOKIE)
    return _BY_NAME.get(chosen or "", _BY_NAME[DEFAULT_LOCALE])


def current_locale() -> str:
    """The reader's language, one of LOCALES."""
    locale = get_locale()
    return locale.language if locale is not None else DEFAULT_LOCALE


@contextmanager
def use_locale(locale: str) -> Iterator[None]:
    """Render in `locale` whatever the request says: mails are written in their reader's language."""
    with force_locale(_BY_NAME.get(locale, _BY_NAME[DEFAULT_LOCALE])):
        yield


def safe_next(target: str | None, fallback: str) -> str:
    """`target` if it is a path of this site, else `fallback`; never an address of another host."""
    if target and target.startswith("/") and not target.startswith(("//", "/\\")) and "\n" not in target:
        return target
    return fallback


@blueprint.post("/language")
def choose() -> ResponseReturnValue:
    """Remember the reader's language for a year and go back to where they were."""
    chosen = request.form.get("language", "")
    response = redirect(safe_next(request.form.get("next"), "/"), code=303)
    if chosen in LOCALES:
        response.set_cookie(
            COOKIE, chosen, max_age=365 * 24 * 3600, samesite="Lax", secure=request.is_secure, httponly=True
        )
    return response


choose.access = "public"  # type: ignore[attr-defined]  # core.web.access imports this package
