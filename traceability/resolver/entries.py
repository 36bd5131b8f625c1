"""Entries: what is known about a Digital Link, put into levels and links."""

from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import quote

from core.i18n import current_locale
from core.i18n import gettext as _
from traceability.gs1.digital_link import DigitalLink
from traceability.gs1.element_strings import format_element_string
from traceability.journal.issuer import site_url
from traceability.resolver.errors import UnknownCode
from traceability.resolver.links import Entry, Level, Link
from traceability.resolver.queries import Facts, StoredLink, read_facts
from traceability.resolver.vocabulary import EPCIS, HOMEPAGE, PRODUCT_PAGE, RECALL_STATUS, TRACEABILITY

PAGE_ROOT: Final = "/trace"
"""Below this the pages about lots and parcels have addresses of their own: the identifier names the thing itself."""

_BOTH: Final = ("vi", "en")
_HTML: Final = "text/html"
_ITEM_QUALIFIERS: Final = ("21", "235")


def find_entry(link: DigitalLink) -> Entry:
    """The entry of `link`. Raises UnknownCode when nothing is known about it.

    A lot that the site did not make is unknown, whatever its product: the site gives the lot numbers out itself, and
    a made-up one must not lead to a page that looks genuine. Serial numbers and variants have no links of their own, so
    they fall back to the level above; the page of the lot says whether a serial number was issued.
    """
    facts = read_facts(link)
    paths = _level_paths(link, facts.stored)
    descriptions: dict[DigitalLink, str] = {}
    own: dict[DigitalLink, tuple[Link, ...]] = {}
    for path, description, links in _own_levels(link, facts):
        descriptions[path], own[path] = description, links
    if not own and not facts.stored:
        raise UnknownCode
    levels = []
    for path in sorted({*paths, *own}, key=_detail, reverse=True):
        stored = tuple(item.link for item in facts.stored if item.qualifiers == dict(path.qualifiers))
        if stored or path in own:
            description = descriptions.get(path) or _described(path, descriptions)
            levels.append(Level(site_url() + path.path, description, own.get(path, ()) + stored))
    return Entry(site_url() + link.path, tuple(levels))


def product_path(slug: str) -> str:
    """The address of a product's page below the site's."""
    return f"/products/{slug}"


def _level_paths(link: DigitalLink, stored: Iterable[StoredLink]) -> set[DigitalLink]:
    """The Digital Links that the stored links belong to: the request's key with some of its qualifiers."""
    return {
        DigitalLink.of((link.primary_key, *(element for element in link.qualifiers if element.ai in item.qualifiers)))
        for item in stored
    }


def _detail(path: DigitalLink) -> tuple[bool, int, bool, str]:
    """How detailed a level is: an item before any lot, a lot before a variant (section 2.5.9)."""
    named = [ai for ai, _value in path.qualifiers]
    return (any(ai in _ITEM_QUALIFIERS for ai in named), len(named), "10" in named, path.path)


def _described(path: DigitalLink, known: Mapping[DigitalLink, str]) -> str:
    name = known.get(DigitalLink.of((path.primary_key,)))
    code = format_element_string(path.keys)
    return f"{name} {code}" if name else code


def _own_levels(link: DigitalLink, facts: Facts) -> Iterable[tuple[DigitalLink, str, tuple[Link, ...]]]:
    """What the site knows by itself, level by level. Raises UnknownCode for a lot that it never made."""
    if facts.own is None:
        return
    match link.primary_key.ai:
        case "01":
            yield from _product_levels(link, facts.own)
        case "417" | "414":
            yield from _place_levels(link, facts.own)
        case "00":
            yield _parcel_level(link)


def _product_levels(link: DigitalLink, own: list[Any]) -> Iterable[tuple[DigitalLink, str, tuple[Link, ...]]]:
    slug, name_vi, name_en, is_shown, lot_is_known, recall_number = own
    name = name_en if current_locale() == "en" else name_vi
    lot_number = link.value("10")
    if lot_number is not None:
        if not lot_is_known:
            raise UnknownCode
        lot = DigitalLink.of((link.primary_key, *(element for element in link.qualifiers if element.ai == "10")))
        title = _("%(name)s, lot %(lot)s", name=name, lot=lot_number)
        events = f"{site_url()}/api/v1/lots/{link.primary_key.value}/{quote(lot_number, safe='')}/events"
        yield (
            lot,
            title,
            (
                _own_page(TRACEABILITY, PAGE_ROOT + lot.path, title),
                Link(EPCIS, events, _("Events of lot %(lot)s", lot=lot_number), (), "application/ld+json", is_own=True),
                *_recall_links(recall_number),
            ),
        )
    elif not is_shown:
        raise UnknownCode
    if is_shown:
        yield DigitalLink.of((link.primary_key,)), name, (_own_page(PRODUCT_PAGE, product_path(slug), name),)


def _recall_links(number: str | None) -> tuple[Link, ...]:
    """The page of the recall that the lot is under, where there is one."""
    if number is None:
        return ()
    title = _("Recall %(recall)s", recall=number)
    return (Link(RECALL_STATUS, f"{site_url()}/recalls/{number}", title, _BOTH, _HTML, is_own=True),)


def _place_levels(link: DigitalLink, own: list[Any]) -> Iterable[tuple[DigitalLink, str, tuple[Link, ...]]]:
    slug, name, *place = own
    if not place:
        yield DigitalLink.of((link.primary_key,)), name, (_own_page(HOMEPAGE, f"/producers/{slug}", name),)
        return
    commune, packing_house = place
    description = f"{name}, {commune}" if commune else name
    path = f"/packing-houses/{packing_house}" if packing_house else f"/producers/{slug}"
    page = _own_page(HOMEPAGE, path, name, see_other=True)
    yield DigitalLink.of((link.primary_key,)), description, (page,)


def _parcel_level(link: DigitalLink) -> tuple[DigitalLink, str, tuple[Link, ...]]:
    parcel = DigitalLink.of((link.primary_key,))
    title = _("Parcel %(sscc)s", sscc=link.primary_key.value)
    return parcel, title, (_own_page(TRACEABILITY, PAGE_ROOT + parcel.path, title),)


def _own_page(link_type: str, path: str, title: str, *, see_other: bool = False) -> Link:
    """A page of the site, in both its languages, the default of its level."""
    return Link(link_type, site_url() + path, title, _BOTH, _HTML, is_default=True, is_own=True, see_other=see_other)
