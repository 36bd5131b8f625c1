"""Who may call a route. Every view says it with one of these decorators; a route that says nothing is refused.

The decorators decide by role only. Whose object it is, each feature's `policies.py` decides, and refuses with
`NotFound`, so that an answer never tells whether somebody else's object exists.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user

from core.accounts import RoleName, current_actor
from core.errors import NotFound

View = TypeVar("View", bound=Callable[..., Any] | type)

PUBLIC = "public"
SIGNED_IN = "signed_in"
SECRET_LINK = "secret_link"
LARGEST_BODY_OF_A_REFUSED_REQUEST = 100_000

EXTERNAL_ENDPOINTS = {
    "static": PUBLIC,
    "security.login": PUBLIC,
    "security.logout": PUBLIC,
    "security.verify": SIGNED_IN,
    "api-docs.openapi_json": PUBLIC,
}
"""Routes of libraries, which carry no decorator of ours."""


def public(view: View) -> View:
    """Anybody may call this."""
    view.access = PUBLIC  # type: ignore[union-attr]
    return view


def secret_link(view: View) -> View:
    """Whoever has the link may call this: its address holds a token that cannot be guessed, or a signature."""
    view.access = SECRET_LINK  # type: ignore[union-attr]
    return view


def signed_in(view: View) -> View:
    """Anybody with an account may call this."""
    view.access = SIGNED_IN  # type: ignore[union-attr]
    return view


def roles(*names: RoleName) -> Callable[[View], View]:
    """Only accounts with at least one of these roles may call this; for others it does not exist."""

    def mark(view: View) -> View:
        view.access = frozenset(names)  # type: ignore[union-attr]
        return view

    return mark


def declared_access(app: Flask, endpoint: str) -> str | frozenset[RoleName] | None:
    """What the view behind `endpoint` declares, or None when it declares nothing."""
    if endpoint in EXTERNAL_ENDPOINTS:
        return EXTERNAL_ENDPOINTS[endpoint]
    view = app.view_functions[endpoint]
    declared = getattr(view, "access", None)
    if declared is None:
        declared = getattr(getattr(view, "view_class", None), "access", None)
    return declared


def _read_to_the_end() -> None:
    """Take in a small body before the request may be refused.

    A server that answers before it has read the body closes the connection, and with it what the browser sends next.
    """
    if request.content_length and request.content_length <= LARGEST_BODY_OF_A_REFUSED_REQUEST:
        request.get_data(parse_form_data=True)


def init_app(app: Flask) -> None:
    """Hold every request to what its view declares."""

    @app.before_request
    def check_access() -> ResponseReturnValue | None:
        if request.endpoint is None:
            return None
        access = declared_access(app, request.endpoint)
        if access in (PUBLIC, SECRET_LINK):
            return None
        _read_to_the_end()
        if access is None:
            raise NotFound
        if not current_user.is_authenticated:
            # The same answer for every address behind the door, whether or not something is there.
            target = request.full_path.rstrip("?") if request.method in ("GET", "HEAD") else "/"
            return redirect(url_for("security.login", next=target), code=303)
        if access != SIGNED_IN and not current_actor().has_role(*access):
            raise NotFound
        return None
