"""Rendering of the shop's busiest pages: templates are bound to one language once a process.

An ordinary page asks Flask-Babel for the reader's language at every phrase and Flask for the address of every icon and
picture. A page of the shop has hundreds of these, so each language gets an environment in which both are plain
look-ups. The templates and macros are the same as everywhere; what belongs to the request stays looked up per request.
"""

from collections.abc import Callable
from functools import cache, lru_cache, partial
from types import SimpleNamespace
from typing import Any, cast

from flask import current_app, request, url_for
from flask_babel import get_translations
from jinja2 import Environment
from markupsafe import Markup

from core.i18n import DEFAULT_LOCALE, current_locale
from core.money import format_vnd

_EXTENSION = "storefront_environments"
KEPT_PARTS = 4096
"""How many drawn cards and maps each process keeps for each language, a few kB each."""

_PARTS = (
    ("product_card_of", "market/storefront/_card.html", "card"),
    ("map_of", "components/map.html", "province_map"),
)


def render(template: str, **context: object) -> str:
    """The template in the reader's language, as `render_template` gives it."""
    environments: dict[str, Environment] = current_app.extensions.setdefault(_EXTENSION, {})
    locale = current_locale()
    if locale not in environments:
        environments[locale] = _environment(locale)
    environment = environments[locale]
    places = cache(cast(Callable[[], object], environment.globals["navigation"]))
    return environment.get_template(template).render(request=request, navigation=places, **context)


def in_language(locale: str, thing: Any, field: str) -> Any:
    """`thing.<field>_<locale>`, or the Vietnamese text where that is empty."""
    return getattr(thing, f"{field}_{locale}") or getattr(thing, f"{field}_{DEFAULT_LOCALE}")


def _environment(locale: str) -> Environment:
    """The application's environment with everything of the language and of the files decided beforehand."""
    catalogue = get_translations()
    shared = current_app.jinja_env

    def translate(message: str, **variables: Any) -> str:
        text = catalogue.ugettext(message)
        return str(text % variables) if variables else str(text).replace("%%", "%")

    def translate_plural(singular: str, plural: str, num: int, **variables: Any) -> str:
        return str(catalogue.ungettext(singular, plural, num) % {"num": num, **variables})

    environment = shared.overlay()
    shared_static_url = cast(Callable[[str], str], shared.globals["static_url"])
    shared_bootstrap = cast(Any, shared.globals["bootstrap"])
    environment.globals = {
        **shared.globals,
        "_": translate,
        "gettext": translate,
        "ngettext": translate_plural,
        "current_locale": locale,
        "static_url": cache(shared_static_url),
        "bootstrap": SimpleNamespace(load_css=cache(shared_bootstrap.load_css)),
        "address_of": address_of,
    }
    # Both show nothing but their arguments, so the same arguments are drawn once.
    for name, template, macro in _PARTS:
        environment.globals[name] = lru_cache(KEPT_PARTS)(partial(_draw, environment, template, macro))
    environment.filters = {
        **shared.filters,
        "vnd": partial(format_vnd, locale=locale),
        "in_language": partial(in_language, locale),
        "unit_label": cache(shared.filters["unit_label"]),
        "category_name": cache(shared.filters["category_name"]),
    }
    return environment


def _draw(environment: Environment, template: str, macro: str, *arguments: object) -> Markup:
    drawn: Markup = getattr(environment.get_template(template).module, macro)(*arguments)
    return drawn


@cache
def _prefix_of(endpoint: str) -> str:
    """The address of a page with a slug, up to the slug."""
    return url_for(endpoint, slug="-").removesuffix("-")


def address_of(endpoint: str, slug: str) -> str:
    """The address of the page `endpoint` of `slug`; slugs hold ASCII letters, digits and hyphens only."""
    return _prefix_of(endpoint) + slug
