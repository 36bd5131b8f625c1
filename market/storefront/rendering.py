"""Rendering of the shop's busiest pages, bound to a language, with the parts that many pages share drawn once.

What belongs to the request stays looked up per request.
"""

from collections.abc import Callable
from functools import cache, lru_cache, partial
from typing import Any, cast

from flask import current_app, request, url_for
from jinja2 import Environment
from markupsafe import Markup

from core.i18n import DEFAULT_LOCALE, current_locale
from core.web.rendering import flat_globals, language_environment, render_template_of

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
    return render_template_of(environment, template, request=request, navigation=places, **context)


def in_language(locale: str, thing: Any, field: str) -> Any:
    """`thing.<field>_<locale>`, or the Vietnamese text where that is empty."""
    return getattr(thing, f"{field}_{locale}") or getattr(thing, f"{field}_{DEFAULT_LOCALE}")


def _environment(locale: str) -> Environment:
    """The environment of the language with what the shop's pages ask for again and again decided too."""
    shared = language_environment(locale)
    environment = shared.overlay()
    environment.globals = {**shared.globals, "address_of": address_of}
    environment.make_globals = partial(flat_globals, environment)  # type: ignore[method-assign]
    # Both show nothing but their arguments, so the same arguments are drawn once.
    for name, template, macro in _PARTS:
        environment.globals[name] = lru_cache(KEPT_PARTS)(partial(_draw, environment, template, macro))
    environment.filters = {
        **shared.filters,
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
