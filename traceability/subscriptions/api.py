"""Named queries and subscriptions below `/epcis/v2/queries` (EPCIS 2.0 §12)."""

import json
import uuid
from collections.abc import Sequence
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
from traceability.epcis_rest.answers import check_parameters, paging_headers, requested_page
from traceability.epcis_rest.documented import EPC_FORMAT, PAGING
from traceability.epcis_rest.epc_formats import translator
from traceability.epcis_rest.protocol import (
    EpcisProblem,
    answer,
    check_body_versions,
    declared_prefixes,
    discovery,
    epcis_blueprint,
    negotiate,
    query_document,
)
from traceability.epcis_rest.schemas import QueryDocumentSchema
from traceability.journal.event_query import find_events, query_from_json
from traceability.journal.issuer import company_prefix
from traceability.journal.page_tokens import page_token, place_of
from traceability.journal.parties import READ, SUBSCRIBE
from traceability.subscriptions import queries, usecases
from traceability.subscriptions.errors import NoSuchSubscription
from traceability.subscriptions.models import NamedQuery, QuerySubscription
from traceability.subscriptions.presenting import query_definition, subscription_details
from traceability.subscriptions.rules import with_extensions
from traceability.subscriptions.schedules import RANGES
from traceability.subscriptions.schemas import (
    QUERY_BODY,
    SUBSCRIPTION_BODY,
    NamedQuerySchema,
    SubscriptionSchema,
    answers,
    list_of,
)
from traceability.tokens.edge import party_with

LARGEST_BODY: Final = 200_000
PAGED: Final = ("perPage", "nextPageToken")
_OF_SUBSCRIPTIONS: Final = frozenset({*RANGES, "stream", "initialRecordTime", "reportIfEmpty"})
_LIST: Final = "named queries"
_QUERY: Final = "/queries/<queryName>"
_SUBSCRIPTIONS: Final = f"{_QUERY}/subscriptions"

blueprint = epcis_blueprint("subscriptions_api", __name__, "Named queries and subscriptions to them.")
# What writes shows a token, never a cookie: see `traceability.tokens.edge`.
csrf.exempt(blueprint)


@blueprint.route("/queries")
@public
class NamedQueries(MethodView):
    """The named queries of the caller."""

    @answers(blueprint, 204)
    def options(self) -> Response:
        """What the list of named queries can do."""
        return discovery("GET", "POST")

    @answers(blueprint, 200, list_of(NamedQuerySchema), problems=(400,), parameters=PAGING)
    def get(self) -> Response:
        """The caller's named queries, oldest first."""
        wanted, party = negotiate(), party_with(READ)
        check_parameters(*PAGED)
        limit = requested_page().per_page
        found = queries.list_queries(party, after=_after(_LIST), limit=limit + 1)
        body = _json([query_definition(query) for query in found[:limit]])
        return answer(body, wanted, headers=_paging(_LIST, found, limit))

    @answers(blueprint, 201, NamedQuerySchema, problems=(400, 409, 413, 415), body=QUERY_BODY)
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
        location = url_for("subscriptions_api.NamedQueryResource", queryName=name)
        return answer(_json(definition), wanted, 201, headers={"Location": location})


@blueprint.route(_QUERY)
@public
class NamedQueryResource(MethodView):
    """One named query."""

    @answers(blueprint, 204)
    def options(self, queryName: str) -> Response:
        """What a named query can do; the same for those that do not exist."""
        return discovery("GET", "DELETE")

    @answers(blueprint, 200, NamedQuerySchema, problems=(404,))
    def get(self, queryName: str) -> Response:
        """The query as it was given."""
        wanted, party = negotiate(), party_with(READ)
        return answer(_json(query_definition(queries.get_query(party, queryName))), wanted)

    @answers(blueprint, 204, problems=(404,))
    def delete(self, queryName: str) -> Response:
        """Remove a named query and its subscriptions."""
        negotiate()
        party = party_with(READ)
        with atomic():
            usecases.delete_query(party=party, name=queryName)
        return Response(status=204)


@blueprint.route(f"{_QUERY}/events")
@public
class NamedQueryEvents(MethodView):
    """The events that match a named query now."""

    @answers(blueprint, 204)
    def options(self, queryName: str) -> Response:
        """What the results of a named query can do."""
        return discovery("GET")

    @answers(blueprint, 200, QueryDocumentSchema, problems=(400, 404, 413, 414), parameters=[*PAGING, EPC_FORMAT])
    def get(self, queryName: str) -> Response:
        """One page of the events that match the query and the caller may see."""
        wanted, party = negotiate(), party_with(READ)
        query = queries.get_query(party, queryName)
        _refuse_subscribing()
        check_parameters(*PAGED)
        asked = query_from_json(with_extensions(query.query, query.extensions))
        page = find_events(asked, party, requested_page())
        translate = translator(wanted.epc_format, company_prefix())
        body = query_document(page.rows, query_name=query.name, translate=translate)
        return answer(body, wanted, headers=paging_headers(page.next_page_token))


@blueprint.route(_SUBSCRIPTIONS)
@public
class Subscriptions(MethodView):
    """The subscriptions of a named query."""

    @answers(blueprint, 204)
    def options(self, queryName: str) -> Response:
        """What the list of a query's subscriptions can do."""
        return discovery("GET", "POST")

    @answers(blueprint, 200, list_of(SubscriptionSchema), problems=(400, 404), parameters=PAGING)
    def get(self, queryName: str) -> Response:
        """The subscriptions of the query, oldest first."""
        wanted, party = negotiate(), party_with(SUBSCRIBE)
        query = queries.get_query(party, queryName)
        check_parameters(*PAGED)
        limit, of = requested_page().per_page, f"subscriptions {query.id}"
        found = queries.list_subscriptions(query, after=_after(of), limit=limit + 1)
        body = _json([subscription_details(subscription, query.name) for subscription in found[:limit]])
        return answer(body, wanted, headers=_paging(of, found, limit))

    @answers(blueprint, 201, SubscriptionSchema, problems=(400, 404, 413, 415), body=SUBSCRIPTION_BODY)
    def post(self, queryName: str) -> Response:
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
                party=party, query_name=queryName, controls=controls, epc_format=wanted.epc_format, now=utc_now()
            )
            details = subscription_details(subscription, subscription.query.name)
        location = url_for(
            "subscriptions_api.SubscriptionResource",
            queryName=details["queryName"],
            subscriptionID=details["subscriptionID"],
            _external=True,
        )
        return answer(_json(details), wanted, 201, headers={"Location": location})


@blueprint.route(f"{_SUBSCRIPTIONS}/<subscriptionID>")
@public
class SubscriptionResource(MethodView):
    """One subscription."""

    @answers(blueprint, 204)
    def options(self, queryName: str, subscriptionID: str) -> Response:
        """What a subscription can do."""
        return discovery("GET", "DELETE")

    @answers(blueprint, 200, SubscriptionSchema, problems=(404,))
    def get(self, queryName: str, subscriptionID: str) -> Response:
        """The subscription without its secret, and when it was last notified."""
        wanted, party = negotiate(), party_with(SUBSCRIBE)
        query = queries.get_query(party, queryName)
        subscription = queries.get_subscription(query, _id(subscriptionID))
        return answer(_json(subscription_details(subscription, query.name)), wanted)

    @answers(blueprint, 204, problems=(404,))
    def delete(self, queryName: str, subscriptionID: str) -> Response:
        """Remove the subscription; nothing more is sent."""
        negotiate()
        party = party_with(SUBSCRIBE)
        with atomic():
            usecases.unsubscribe(party=party, query_name=queryName, subscription_id=_id(subscriptionID))
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


def _refuse_subscribing() -> None:
    """Reports over a WebSocket are not offered; who asks for them is told what is."""
    if not _OF_SUBSCRIPTIONS.isdisjoint(request.args):
        detail = _("Reports are sent to an https address: POST a subscription to this query.")
        raise EpcisProblem(400, "SubscriptionControlsException", detail)


def _after(of: str) -> uuid.UUID | None:
    """The id after which the page of the list `of` begins, None for the first page."""
    token = request.args.get("nextPageToken")
    return None if token is None else uuid.UUID(place_of(token, of)[0])


def _paging(of: str, found: Sequence[NamedQuery | QuerySubscription], limit: int) -> dict[str, str]:
    """The headers that lead to the rest of the list `of`, when more than `limit` members were found."""
    return paging_headers(page_token(of, [str(found[limit - 1].id)]) if len(found) > limit else None)


def _id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise NoSuchSubscription from error
