"""Between the address of the search page and the question to the engine."""

import re
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import url_for
from werkzeug.datastructures import MultiDict

from catalog.products.models import Category
from catalog.search.engine import Facets, SearchQuery, SortOrder
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.i18n import normalize
from core.web.paging import requested_page
from market.offers.categories import category_name

COMMUNES_OFFERED = 15
_COMMUNE_CODE = re.compile(r"[0-9]{5}")
_STARS = (5, 4, 3)
Choosable = TypeVar("Choosable", Category, SortOrder)

SORT_NAMES = {
    SortOrder.RELEVANCE: _l("Best match"),
    SortOrder.NEWEST: _l("Newest first"),
    SortOrder.PRICE_UP: _l("Price: low to high"),
    SortOrder.PRICE_DOWN: _l("Price: high to low"),
}


@dataclass(frozen=True)
class Choice:
    """One value of a filter, with how many products choosing it would show."""

    value: str
    label: str
    count: int
    chosen: bool


@dataclass(frozen=True)
class Choices:
    """The values that each filter offers."""

    categories: list[Choice]
    stars: list[Choice]
    communes: list[Choice]


@dataclass(frozen=True)
class ActiveFilter:
    """A filter that narrows the list now, and the address without it."""

    label: str
    url_without: str


def query_from(arguments: MultiDict[str, str]) -> SearchQuery:
    """The question in an address; what makes no sense in it is left out, as if it were not there."""
    stars = arguments.get("stars", default=0, type=int)
    return SearchQuery(
        text=normalize(arguments.get("q", "")),
        commune_codes=tuple(code for code in arguments.getlist("commune") if _COMMUNE_CODE.fullmatch(code)),
        min_stars=stars if stars in _STARS else None,
        category=_member(Category, arguments.get("category")),
        in_stock=arguments.get("in_stock") == "1",
        sort=_member(SortOrder, arguments.get("sort")) or SortOrder.RELEVANCE,
        page=requested_page(),
    )


def facet_choices(query: SearchQuery, facets: Facets) -> Choices:
    """The values to offer; what is chosen stays on offer when nothing is left of it."""
    exact = {int(facet.value): facet.count for facet in facets.stars}
    communes = [
        Choice(facet.value, facet.label, facet.count, facet.value in query.commune_codes) for facet in facets.communes
    ]
    return Choices(
        categories=[
            Choice(facet.value, category_name(facet.value), facet.count, facet.value == query.category)
            for facet in facets.categories
        ],
        stars=[
            Choice(str(least), _stars_label(least), count, query.min_stars == least)
            for least in _STARS
            if (count := sum(exact.get(number, 0) for number in range(least, 6))) or query.min_stars == least
        ],
        communes=[choice for place, choice in enumerate(communes) if place < COMMUNES_OFFERED or choice.chosen],
    )


def active_filters(query: SearchQuery, facets: Facets) -> list[ActiveFilter]:
    """The filters in force, each with the address that drops just that one."""
    names = {facet.value: facet.label for facet in facets.communes}
    found = []
    if query.category is not None:
        found.append(ActiveFilter(category_name(query.category), search_url(query, category=None)))
    if query.min_stars is not None:
        found.append(ActiveFilter(_stars_label(query.min_stars), search_url(query, stars=None)))
    for code in query.commune_codes:
        rest = [other for other in query.commune_codes if other != code]
        found.append(ActiveFilter(names.get(code, code), search_url(query, commune=rest)))
    if query.in_stock:
        found.append(ActiveFilter(_("In stock"), search_url(query, in_stock=None)))
    return found


def search_url(query: SearchQuery, **changes: Any) -> str:
    """The address of `query` on its first page, with some arguments replaced; None leaves one out."""
    arguments: dict[str, Any] = {
        "q": query.text or None,
        "category": str(query.category) if query.category else None,
        "stars": query.min_stars,
        "commune": list(query.commune_codes) or None,
        "in_stock": "1" if query.in_stock else None,
        "sort": str(query.sort) if query.sort != SortOrder.RELEVANCE else None,
    }
    return url_for("storefront.search", **(arguments | changes))


def _stars_label(least: int) -> str:
    return str(_("5 stars") if least == 5 else _("%(count)s stars and more", count=least))


def _member(choices: type[Choosable], value: str | None) -> Choosable | None:
    return choices(value) if value in {choice.value for choice in choices} else None
