"""Named queries and subscriptions below `/epcis/v2/queries` (EPCIS 2.0 §12)."""

import json
import uuid
from typing import Any, Final

from flask import Response, request, url_for
from flask.views import MethodView

from core.accounts.setup import csrf
from core.db import atomic, utc_now
from core.errors import AppError
from core.i18n import gettext as _
from core.web.access import public
from traceability.epcis.documents import read_document
from traceability.epcis.errors import DocumentError
from traceability.epcis_rest.protocol import (
    EpcisProblem,
    answer,
    check_body_versions,
    declared_prefixes,
    discovery,
    epcis_blueprint,
    negotiate,
    paging_link,
    problem,
)
from traceability.journal.parties import READ, SUBSCRIBE
from traceability.subscriptions import queries, usecases
from traceability.subscriptions.errors import (
    NoSuchQuery,
    NoSuchSubscription,
    QueryInvalid,
    QueryNameTaken,
    SubscribeNotPermitted,
    SubscriptionInvalid,
)
from traceability.subscriptions.presenting import query_definition, subscription_details
from traceability.tokens.edge import party_with

LARGEST_BODY: Final = 200_000
DEFAULT_PER_PAGE: Final = 30
MOST_PER_PAGE: Final = 1000
_QUERY: Final = "/queries/<query_name>"
_SUBSCRIPTIONS: Final = f"{_QUERY}/subscriptions"

blueprint = epcis_blueprint("subscriptions_api", __name__, "Named queries and subscriptions to them.")
# What writes shows a token, never a cookie: see `traceability.tokens.edge`.
csrf.exempt(blueprint)


def _named_problem(error: AppError) -> Response:
    detail = f"{error.field}: {error.message}" if error.field else error.message
    return problem(error.http_status, getattr(error, "exception", None), detail=detail)


for _refusal in (
    NoSuchQuery, NoSuchSubscription, QueryInvalid, QueryNameTaken, SubscribeNotPermitted, SubscriptionInvalid,
):  # fmt: skip
    blueprint.register_error_handler(_refusal, _named_problem)


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
        limit, after = _page()
        found = queries.list_queries(party, after=after, limit=limit + 1)
        body = _json([query_definition(query) for query in found[:limit]])
        return _paged(answer(body, wanted), found[:limit], more=len(found) > limit)

    def post(self) -> Response:
        """Keep a query under a name; it never changes."""
        wanted, party = negotiate(), party_with(READ)
        body = _json_body()
        if not isinstance(body, dict) or set(body) != {"name", "query"}:
            raise EpcisProblem(400, "ValidationException", _("Give an object with the members name and query."))
        with atomic():
            query = usecases.create_query(
                party=party, name=body["name"], query=body["query"], extensions=declared_prefixes()
            )
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
        limit, after = _page()
        found = queries.list_subscriptions(query, after=after, limit=limit + 1)
        body = _json([subscription_details(subscription, query.name) for subscription in found[:limit]])
        return _paged(answer(body, wanted), found[:limit], more=len(found) > limit)

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


def _page() -> tuple[int, uuid.UUID | None]:
    """How many rows the request asks for at most, and the id after which they begin."""
    per_page, token = request.args.get("perPage", str(DEFAULT_PER_PAGE)), request.args.get("nextPageToken")
    if not per_page.isascii() or not per_page.isdigit() or len(per_page) > 9 or int(per_page) < 1:
        raise EpcisProblem(400, "QueryParameterException", _("perPage is a whole number from 1."))
    try:
        after = None if token is None else uuid.UUID(token)
    except ValueError as error:
        raise EpcisProblem(400, "QueryParameterException", _("This nextPageToken is not one of ours.")) from error
    return min(int(per_page), MOST_PER_PAGE), after


def _paged(response: Response, shown: list[Any], *, more: bool) -> Response:
    if more:
        response.headers["Link"] = paging_link(str(shown[-1].id))
    return response


def _id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise NoSuchSubscription from error
