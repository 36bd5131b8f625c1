"""The places that the header offers, declared by the packages that serve them."""

from dataclasses import dataclass

from flask import Flask, current_app, request, url_for
from flask_babel import LazyString

from core.accounts import Actor, RoleName


@dataclass(frozen=True)
class NavigationItem:
    """One place: shown to everybody (`roles` empty) or to accounts with one of the roles.

    `first_for` are the roles that come here after signing in, when they were on their way to nowhere else.
    What `is_home` leads to an account's own start and stands before all other places.
    """

    endpoint: str
    label: LazyString
    icon: str
    roles: frozenset[RoleName] = frozenset()
    first_for: frozenset[RoleName] = frozenset()
    is_home: bool = False


@dataclass(frozen=True)
class NavigationLink:
    """One place as a page shows it."""

    label: str
    url: str
    icon: str
    active: bool


def add_navigation(app: Flask, *items: NavigationItem) -> None:
    """Offer `items` after those added before."""
    app.extensions.setdefault("navigation", []).extend(items)


def navigation_for(actor: Actor) -> list[NavigationLink]:
    """The places to offer `actor` on the current page: homes first, then in the order they were added."""
    items: list[NavigationItem] = current_app.extensions.get("navigation", [])
    return [
        NavigationLink(str(item.label), url_for(item.endpoint), item.icon, request.endpoint == item.endpoint)
        for item in sorted(items, key=lambda item: not item.is_home)
        if not item.roles or actor.has_role(*item.roles)
    ]


def first_place_of(actor: Actor) -> str:
    """The address where `actor` begins to work; the front page for those who have no such place."""
    items: list[NavigationItem] = current_app.extensions.get("navigation", [])
    place = next((item for item in items if item.first_for and actor.has_role(*item.first_for)), None)
    return "/" if place is None else url_for(place.endpoint)
