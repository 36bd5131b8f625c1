"""Rendering of the trace page at the cost of a page in a field: templates are bound to one language once a process.

An ordinary page asks Flask-Babel for the reader's language at every phrase and Flask for the address of every icon.
The trace page has a hundred of these, so each language gets an environment in which both are plain look-ups. The
templates and macros are the same as everywhere.
"""

from collections.abc import Callable
from functools import cache
from typing import Any, cast

from flask import current_app
from flask_babel import get_translations
from jinja2 import Environment

from core.i18n import use_locale

_EXTENSION = "passport_environments"


def render(template: str, *, locale: str, **context: object) -> str:
    """The template in `locale`. There is no request, session or actor in its context."""
    environments: dict[str, Environment] = current_app.extensions.setdefault(_EXTENSION, {})
    if locale not in environments:
        environments[locale] = _environment(locale)
    return environments[locale].get_template(template).render(**context)


def static_address(filename: str) -> str:
    """As the template function `static_url`."""
    return str(cast(Callable[[str], str], current_app.jinja_env.globals["static_url"])(filename))


def _environment(locale: str) -> Environment:
    with use_locale(locale):
        catalogue = get_translations()

    def translate(message: str, **variables: Any) -> str:
        return str(catalogue.ugettext(message) % variables)

    def translate_plural(singular: str, plural: str, num: int, **variables: Any) -> str:
        return str(catalogue.ungettext(singular, plural, num) % {"num": num, **variables})

    environment = current_app.jinja_env.overlay()
    environment.globals = {
        **current_app.jinja_env.globals,
        "_": translate,
        "gettext": translate,
        "ngettext": translate_plural,
        "current_locale": locale,
        "static_url": cache(static_address),
    }
    return environment
