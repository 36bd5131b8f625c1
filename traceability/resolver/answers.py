"""The resolver's answers: redirections, linksets, pages and problems, each with its headers."""

import json
from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote, urlsplit, urlunsplit

from flask import Response, request
from werkzeug.http import generate_etag

from core.errors import AppError
from core.errors.pages import error_page
from core.i18n import current_locale
from core.web.rendering import language_environment, render_template_of
from traceability.resolver.links import Entry, Level, Link, as_json_ld, linkset, linkset_of
from traceability.resolver.negotiation import JSON_LD_TYPE, JSON_TYPE, Representation, wanted_form
from traceability.resolver.rules import MAX_AGE_SECONDS, max_age
from traceability.resolver.vocabulary import (
    CONTEXT_RELATION,
    LINKSET,
    LINKSET_CONTEXT,
    LINKSET_TYPE,
    link_type_title,
)

PROBLEM_TYPE: Final = "application/problem+json"
VARY: Final = ("Accept", "Accept-Language", "Cookie")
_MEDIA_TYPES: Final = {Representation.JSON: JSON_TYPE, Representation.JSON_LD: JSON_LD_TYPE}
_CONTEXT_LINK: Final = f'<{LINKSET_CONTEXT}>; rel="{CONTEXT_RELATION}"; type="{JSON_LD_TYPE}"; title="Linkset context"'


def linkset_header(uri: str) -> str:
    """The Link header that says where the linkset of the thing at `uri` is (RFC 8288, RFC 9264 §6.2)."""
    return f'<{uri}?linkType={LINKSET}>; rel="{LINKSET}"; type="{LINKSET_TYPE}"; title="Linkset"'


def redirection(entry: Entry, link: Link, now: datetime) -> Response:
    """Lead to `link`, with the query of the request (section 2.12).

    307, so that tomorrow's answer may be another; 303 where the target is about something else than what was asked for.
    """
    location = with_query(link.href, request.query_string.decode("latin-1"))
    response = Response(status=303 if link.see_other else 307, mimetype="text/html")
    response.headers["Location"] = location
    response.headers["Link"] = linkset_header(entry.uri)
    return finished(response, seconds=max_age(entry, now))


def with_query(href: str, query: str) -> str:
    """`href` with `query` after its own, exactly as it was sent."""
    if not query:
        return href
    parts = urlsplit(href)
    joined = f"{parts.query}&{query}" if parts.query else query
    return urlunsplit(parts._replace(query=quote(joined, safe="/%:@!$&'()*+,;=?-._~[]")))


def all_links(entry: Entry, form: Representation, now: datetime) -> Response:
    """The linkset: JSON for programs, a page for people."""
    document = linkset(entry, now)
    links = [(level, link) for level in entry.levels for link in level.live(now)]
    return _links_answer(entry, document, links, form=form, now=now)


def several(entry: Entry, links: Sequence[tuple[Level, Link]], form: Representation, now: datetime) -> Response:
    """300 Multiple Choices: links that the request cannot tell apart (section 2.6.3)."""
    return _links_answer(entry, linkset_of(links), links, form=form, now=now, status=300)


def _links_answer(
    entry: Entry,
    document: dict[str, Any],
    links: Sequence[tuple[Level, Link]],
    *,
    form: Representation,
    now: datetime,
    status: int = 200,
) -> Response:
    if form is Representation.PAGE:
        response = links_page(entry, document, links, is_choice=status == 300)
    else:
        body = as_json_ld(document) if form is Representation.JSON_LD else document
        text = json.dumps(body, ensure_ascii=False, indent=1)
        response = Response(text, mimetype=_MEDIA_TYPES.get(form, LINKSET_TYPE))
    response.status_code = status
    response.headers["Link"] = f"{linkset_header(entry.uri)}, {_CONTEXT_LINK}"
    return finished(response, seconds=max_age(entry, now))


def links_page(
    entry: Entry, document: dict[str, Any], links: Sequence[tuple[Level, Link]], *, is_choice: bool
) -> Response:
    """The links for people, grouped by what they are about, with the linkset as JSON-LD in the page."""
    locale = current_locale()
    groups: dict[str, tuple[Level, list[tuple[str, Link]]]] = {}
    for level, link in links:
        groups.setdefault(level.anchor, (level, []))[1].append((link_type_title(link.link_type, locale), link))
    body = render_template_of(
        language_environment(locale),
        "traceability/resolver/links.html",
        entry=entry,
        groups=list(groups.values()),
        document=as_json_ld(document),
        is_choice=is_choice,
        languages=[(code, _this_page_in(code)) for code in ("vi", "en")],
    )
    return Response(body, mimetype="text/html")


def _this_page_in(language: str) -> str:
    asked = request.args.get("linkType")
    kept = f"&linkType={quote(asked, safe=':')}" if asked else ""
    return f"?lang={language}{kept}"


def problem(error: AppError) -> Response:
    """What went wrong: a page for a browser, a problem document (RFC 9457) for everybody else."""
    message = str(error.message)
    if wanted_form(request.accept_mimetypes) is Representation.PAGE:
        response = Response(error_page(error.http_status, message), mimetype="text/html")
    else:
        content = {
            "type": "about:blank",
            "title": HTTPStatus(error.http_status).phrase,
            "status": error.http_status,
            "detail": message,
            "instance": request.path,
        }
        # "<" is spelled out, so that not even a reader that takes JSON for HTML finds markup from the address in it.
        text = json.dumps(content, ensure_ascii=False).replace("<", "\\u003c")
        response = Response(text, mimetype=PROBLEM_TYPE)
    response.status_code = error.http_status
    return finished(response, seconds=MAX_AGE_SECONDS)


def finished(response: Response, *, seconds: int) -> Response:
    """`response` with its validator and for how long anybody may keep it.

    304 is for answers of success alone: preconditions say nothing about others (RFC 9110 §13.2.1).
    """
    response.cache_control.public = True
    response.cache_control.max_age = max(0, seconds)
    response.vary.update(VARY)
    target = response.headers.get("Location", "") + response.headers.get("Link", "")
    response.set_etag(generate_etag(target.encode("latin-1", "replace") + response.get_data()))
    if response.status_code == HTTPStatus.OK:
        response.make_conditional(request)
    return response
