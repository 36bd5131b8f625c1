"""Why somebody is asked to sign in, as the sign-in page tells them: declared by the features that ask for it."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Flask, current_app, request, url_for
from flask_babel import LazyString
from werkzeug.exceptions import HTTPException


@dataclass(frozen=True)
class SignInReason:
    """Why the page `endpoint`, to which signing in leads on, is for accounts, and what can be done without one.

    `back_to` is a page for everybody with the same values in its address, and `back_label` says where it leads.
    """

    endpoint: str
    why: LazyString
    without: LazyString
    back_to: str
    back_label: LazyString


@dataclass(frozen=True)
class ShownReason:
    """A reason as the page shows it."""

    why: str
    without: str
    back_url: str
    back_label: str


def add_sign_in_reasons(app: Flask, *reasons: SignInReason) -> None:
    """Let the sign-in page tell `reasons`."""
    known: dict[str, SignInReason] = app.extensions.setdefault("sign_in_reasons", {})
    known.update({reason.endpoint: reason for reason in reasons})


def sign_in_reason() -> ShownReason | None:
    """Why the page named by `next` asks the reader to sign in; None where nobody has said."""
    adapter = current_app.create_url_adapter(request)
    if adapter is None:
        return None
    try:
        target = urlsplit(request.values.get("next", ""))
        endpoint, values = adapter.match(target.path, method="GET")
    except (ValueError, HTTPException):  # no address at all, or none of this site
        return None
    known: dict[str, SignInReason] = current_app.extensions.get("sign_in_reasons", {})
    reason = known.get(endpoint)
    if reason is None or target.netloc:
        return None
    back_url = url_for(reason.back_to, **values)
    return ShownReason(str(reason.why), str(reason.without), back_url, str(reason.back_label))
