"""Answers of the reading resources: one page of events, or one page of values."""

from collections.abc import Iterable
from datetime import UTC

from flask import Response, request

from core.db import utc_now
from core.i18n import gettext as _
from traceability.epcis_rest.epc_formats import translator
from traceability.epcis_rest.party import reading_party
from traceability.epcis_rest.protocol import Negotiated, answer, declared_prefixes, negotiate, paging_link
from traceability.epcis_rest.query_documents import collection, query_document
from traceability.journal.errors import QueryParameterError
from traceability.journal.event_pages import MOST_PER_PAGE, PER_PAGE, PageRequest
from traceability.journal.event_query import find_events, parse_query
from traceability.journal.issuer import company_prefix
from traceability.journal.known_values import known_values
from traceability.journal.page_tokens import LIFETIME

_PAGING = ("perPage", "nextPageToken")


def events_page(*, within: Iterable[tuple[str, str]] = ()) -> Response:
    """The page of events that the current request asks for; `within` are parameters that stand in its path."""
    wanted = negotiate()
    pairs = [(name, value) for name, value in request.args.items(multi=True) if name not in _PAGING]
    query = parse_query(pairs, prefixes=declared_prefixes(), within=within)
    page = find_events(query, reading_party(), requested_page())
    body = query_document(page.rows, translate=translator(wanted.epc_format, company_prefix()))
    return answer(body, wanted, headers=paging_headers(page.next_page_token))


def values_page(resource: str) -> Response:
    """The page of values of a top-level resource that the current request asks for."""
    wanted = negotiate()
    check_parameters(*_PAGING)
    page = requested_page()
    found = known_values(resource, reading_party(), per_page=page.per_page, token=page.token)
    return members(found.values, wanted, next_page_token=found.next_page_token)


def members(names: list[str], wanted: Negotiated, *, next_page_token: str | None = None) -> Response:
    """A collection, its identifiers written as the caller wants them."""
    body = translator(wanted.epc_format, company_prefix())(collection(names))
    return answer(body, wanted, headers=paging_headers(next_page_token))


def requested_page() -> PageRequest:
    """The page that the current request asks for; raises QueryParameterError."""
    text = request.args.get("perPage", str(PER_PAGE))
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) > 0):
        raise QueryParameterError("perPage", _("This is a whole number above zero."))
    return PageRequest(min(int(text), MOST_PER_PAGE), request.args.get("nextPageToken"))


def paging_headers(token: str | None) -> dict[str, str]:
    """The headers that lead to the next page, none when this is the last."""
    if token is None:
        return {}
    expires = (utc_now() + LIFETIME).astimezone(UTC)
    return {"Link": paging_link(token), "GS1-Next-Page-Token-Expires": expires.strftime("%Y-%m-%dT%H:%M:%SZ")}


def check_parameters(*allowed: str) -> None:
    """Refuse query parameters that the current resource does not have."""
    other = next((name for name in request.args if name not in allowed), None)
    if other is not None:
        raise QueryParameterError(other[:100], _("There is no query parameter of this name."))
