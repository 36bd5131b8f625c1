"""Rendering of busy pages: templates are bound to one language once a process.

An ordinary page asks Flask-Babel for the reader's language at every phrase. A busy page has hundreds of these, so each
language gets an environment in which a phrase is a constant, or a plain look-up where it has variables. Templates and
macros are the same as everywhere.
"""

from collections.abc import Callable, MutableMapping
from contextlib import nullcontext
from functools import partial
from threading import RLock
from typing import Any, cast

from flask import current_app
from flask_babel import get_translations
from jinja2 import Environment

from core.i18n import use_locale
from core.money import format_vnd
from core.web.settling import SettlingCodeGenerator

_EXTENSION = "language_environments"
_RENDERED = "rendered_templates"
_compiling = RLock()


def language_environment(locale: str) -> Environment:
    """The application's template environment with everything of `locale` decided beforehand."""
    environments: dict[str, Environment] = current_app.extensions.setdefault(_EXTENSION, {})
    if locale not in environments:
        with _compiling:
            if locale not in environments:
                environments[locale] = _make_environment(locale)
    return environments[locale]


def render_template_of(environment: Environment, name: str, /, **values: object) -> str:
    """The template called `name` of `environment` with `values`.

    The first time it is rendered alone: when a new process gets many requests at once, each thread would otherwise
    compile the same templates, and on one processor all of them would wait for the last.
    """
    rendered: set[tuple[int, str]] = current_app.extensions.setdefault(_RENDERED, set())
    known = (id(environment), name)
    with nullcontext() if known in rendered else _compiling:
        page = environment.get_template(name).render(**values)
    rendered.add(known)
    return page


def static_address(filename: str) -> str:
    """As the template function `static_url`."""
    return str(cast(Callable[[str], str], current_app.jinja_env.globals["static_url"])(filename))


def flat_globals(environment: Environment, own: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
    """What a template of `environment` finds by name, with its `own` names before the shared ones.

    Jinja chains the two and compares the chains at every import of a macro; one flat dictionary makes that a matter
    of microseconds.
    """
    return {**environment.globals, **(own or {})}


def _make_environment(locale: str) -> Environment:
    with use_locale(locale):
        catalogue = get_translations()
    shared = current_app.jinja_env

    def translate(message: str, **variables: Any) -> str:
        text = catalogue.ugettext(message)
        return str(text % variables) if variables else str(text).replace("%%", "%")

    def translate_plural(singular: str, plural: str, num: int, **variables: Any) -> str:
        return str(catalogue.ungettext(singular, plural, num) % {"num": num, **variables})

    environment = shared.overlay()
    environment.code_generator_class = SettlingCodeGenerator
    environment.globals = {
        **shared.globals,
        "_": translate,
        "gettext": translate,
        "ngettext": translate_plural,
        "current_locale": locale,
    }
    environment.make_globals = partial(flat_globals, environment)  # type: ignore[method-assign]
    environment.filters = {**shared.filters, "vnd": partial(format_vnd, locale=locale)}
    return environment
