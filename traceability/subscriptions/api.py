"""Named queries and subscriptions below `/epcis/v2/queries` (EPCIS 2.0 §12)."""

import json
import uuid
from typing import Any, Final

from flask import Response, request, url_for
from flask.views import MethodView

from core.accounts.setup import csrf
from core.db import atomic, utc_now
from core.i18n import gettext as _
from core.web.access import public
from traceability.epcis.contexts import declarations
from traceability.epcis.documents import read_document
from traceability.epcis.errors import DocumentError
from traceability.epcis_rest.epc_formats import translator
from traceability.epcis_rest.protocol import (
    EpcisProblem,
    answer,
    check_body_versions,
    declared_prefixes,
    discovery,
    epcis_blueprint,
    negotiate,
    paging_link,
    query_document,
)
from traceability.journal.event_pages import MOST_PER_PAGE, PER_PAGE
from traceability.journal.event_query import PageRequest, find_events, query_from_json
from traceability.journal.issuer import company_prefix
from traceability.journal.page_tokens import page_token, place_of
from traceability.journal.parties import READ, SUBSCRIBE
from traceability.subscriptions import queries, usecases
from traceability.subscriptions.errors import NoSuchSubscription
from traceability.subscriptions.presenting import query_definition, subscription_details
from traceability.subscriptions.rules import with_extensions
from traceability.subscriptions.schedules import RANGES
from traceability.tokens.edge import party_with

LARGEST_BODY: Final = 200_000
_OF_SUBSCRIPTIONS: Final = frozenset({*RANGES, "stream", "initialRecordTime", "reportIfEmpty"})
_LIST: Final = "named queries"
_QUERY: Final = "/queries/<query_name>"
_SUBSCRIPTIONS: Final = f"{_QUERY}/subscriptions"

blueprint = epcis_blueprint("subscriptions_api", __name__, "Named queries and subscriptions to them.")
# What writes shows a token, never a cookie: see `traceability.tokens.edge`.
csrf.exempt(blueprint)


@blueprint.route("/queries")
@public
class NamedQueries(MethodView):
    """The named queries of the caller."""

    def options(self) -> Response:
        """What the list of named queries can do."""
        return discovery("GET", "POST")

    def get(self) -> Response:
        """The caller's named queries, oldest first."""
        wanted, party = negotiate(), party_with(READ)
        limit = _per_page()
        found = queries.list_queries(party, after=_after(_LIST), limit=limit + 1)
        body = _json([query_definition(query) for query in found[:limit]])
        return _paged(answer(body, wanted), found[:limit], more=len(found) > limit, of=_LIST)

    def post(self) -> Response:
        """Keep a query under a name; it never changes."""
        wanted, party = negotiate(), party_with(READ)
        body = _json_body()
        if not isinstance(body, dict) or set(body) - {"@context"} != {"name", "query"}:
            raise EpcisProblem(400, "ValidationException", _("Give an object with the members name and query."))
        extensions = {**declared_prefixes(), **dict(declarations(body.get("@context")))}
        with atomic():
            query = usecases.create_query(party=party, name=body["name"], query=body["query"], extensions=extensions)
            definition, name = query_definition(query), query.name
        location = url_for("subscriptions_api.NamedQueryResource", query_name=name)
        return answer(_json(definition), wanted, 201, headers={"Location": location})


@blueprint.route(_QUERY)
@public
class NamedQueryResource(MethodView):
    """One named query."""

    def options(self, query_name: str) -> Response:
        """What a named query can do; the same for those that do not exist."""
        return discovery("GET", "DELETE")

    def get(self, query_name: str) -> Response:
        """The query as it was given."""
        wanted, party = negotiate(), party_with(READ)
        return answer(_json(query_definition(queries.get_query(party, query_name))), wanted)

    def delete(self, query_name: str) -> Response:
        """Remove a named query and its subscriptions."""
        negotiate()
        party = party_with(READ)
        with atomic():
            usecases.delete_query(party=party, name=query_name)
        return Response(status=204)


@blueprint.route(f"{_QUERY}/events")
@public
class NamedQueryEvents(MethodView):
    """The events that match a named query now."""

    def options(self, query_name: str) -> Response:
        """What the results of a named query can do."""
        return discovery("GET")

    def get(self, query_name: str) -> Response:
        """One page of the events that match the query and the caller may see."""
        wanted, party = negotiate(), party_with(READ)
        query = queries.get_query(party, query_name)
        _refuse_other_parameters()
        asked = query_from_json(with_extensions(query.query, query.extensions))
        page = find_events(asked, party, PageRequest(_per_page(), request.args.get("nextPageToken")))
        translate = translator(wanted.epc_format, company_prefix())
        response = answer(query_document(page.rows, query_name=query.name, translate=translate), wanted)
        if page.next_page_token is not None:
            response.headers["Link"] = paging_link(page.next_page_token)
        return response


@blueprint.route(_SUBSCRIPTIONS)
@public
class Subscriptions(MethodView):
    """The subscriptions of a named query."""

    def options(self, query_name: str) -> Response:
        """What the list of a query's subscriptions can do."""
        return discovery("GET", "POST")

    def get(self, query_name: str) -> Response:
        """The subscriptions of the query, oldest first."""
        wanted, party = negotiate(), party_with(SUBSCRIBE)
        query = queries.get_query(party, query_name)
        limit, of = _per_page(), f"subscriptions {query.id}"
        found = queries.list_subscriptions(query, after=_after(of), limit=limit + 1)
        body = _json([subscription_details(subscription, query.name) for subscription in found[:limit]])
        return _paged(answer(body, wanted), found[:limit], more=len(found) > limit, of=of)

    def post(self, query_name: str) -> Response:
        """Have the new results of the query sent to an https address, by a schedule or as they come.

        Each report is one POST of an EPCISQueryDocument. `Idempotency-Key` is the id of the delivery; a repetition
        has the same. With a `signatureToken`, `GS1-Signature` is `t=<Unix seconds>,id=<delivery>,v1=<hex>`, where v1
        is the HMAC-SHA256 under that secret of `<t>.<id>.` and the body. Any 2xx takes the report; 413 asks for
        smaller ones; anything else, and no answer within 20 seconds, is tried again after one minute up to six
        hours, twelve times.
        """
        wanted, party = negotiate(), party_with(SUBSCRIBE)
        controls = _json_body()
        with atomic():
            subscription = usecases.subscribe_to_query(
                party=party, query_name=query_name, controls=controls, epc_format=wanted.epc_format, now=utc_now()
            )
            details = subscription_details(subscription, subscription.query.name)
        location = url_for(
            "subscriptions_api.SubscriptionResource",
            query_name=details["queryName"],
            subscription_id=details["subscriptionID"],
            _external=True,
        )
        return answer(_json(details), wanted, 201, headers={"Location": location})


@blueprint.route(f"{_SUBSCRIPTIONS}/<subscription_id>")
@public
class SubscriptionResource(MethodView):
    """One subscription."""

    def options(self, query_name: str, subscription_id: str) -> Response:
        """What a subscription can do."""
        return discovery("GET", "DELETE")

    def get(self, query_name: str, subscription_id: str) -> Response:
        """The subscription without its secret, and when it was last notified."""
        wanted, party = negotiate(), party_with(SUBSCRIBE)
        query = queries.get_query(party, query_name)
        subscription = queries.get_subscription(query, _id(subscription_id))
        return answer(_json(subscription_details(subscription, query.name)), wanted)

    def delete(self, query_name: str, subscription_id: str) -> Response:
        """Remove the subscription; nothing more is sent."""
        negotiate()
        party = party_with(SUBSCRIBE)
        with atomic():
            usecases.unsubscribe(party=party, query_name=query_name, subscription_id=_id(subscription_id))
        return Response(status=204)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _json_body() -> Any:
    check_body_versions()
    if request.mimetype not in ("application/json", "application/ld+json"):
        raise EpcisProblem(415, "UnsupportedMediaTypeException", _("Send JSON, as application/json."))
    if request.content_length is not None and request.content_length > LARGEST_BODY:
        raise EpcisProblem(413, "QueryTooLargeException", _("This is larger than any query needs to be."))
    content = request.stream.read(LARGEST_BODY + 1)
    if len(content) > LARGEST_BODY:
        raise EpcisProblem(413, "QueryTooLargeException", _("This is larger than any query needs to be."))
    try:
        return read_document(content)
    except DocumentError as error:
        message = _(error.message_id)
        detail = message % error.params if error.params else message
        raise EpcisProblem(400, "ValidationException", f"{error.pointer}: {detail}") from error


def _refuse_other_parameters() -> None:
    """Only paging is left to ask for: the query has its parameters, and reports by WebSocket are not offered."""
    for name in request.args:
        if name in _OF_SUBSCRIPTIONS:
            raise EpcisProblem(
                400,
                "SubscriptionControlsException",
                _("Reports are sent to an https address: POST a subscription to this query."),
            )
        if name not in ("perPage", "nextPageToken"):
            raise EpcisProblem(400, "QueryParameterException", _("%(name)s: there is no such parameter.", name=name))


def _per_page() -> int:
    text = request.args.get("perPage", str(PER_PAGE))
    if not text.isascii() or not text.isdigit() or len(text) > 9 or int(text) < 1:
        raise EpcisProblem(400, "QueryParameterException", _("perPage is a whole number from 1."))
    return min(int(text), MOST_PER_PAGE)


def _after(of: str) -> uuid.UUID | None:
    """The id after which the page of the list `of` begins, None for the first page."""
    token = request.args.get("nextPageToken")
    return None if token is None else uuid.UUID(place_of(token, of)[0])


def _paged(response: Response, shown: list[Any], *, more: bool, of: str) -> Response:
    if more:
        response.headers["Link"] = paging_link(page_token(of, [str(shown[-1].id)]))
    return response


def _id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise NoSuchSubscription from error
