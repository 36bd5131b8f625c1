"""The resources of the EPCIS interface that are read: events, what they name, and the interface itself."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from flask import Response, request
from flask.views import MethodView

from core.errors import NotFound
from core.web.access import public
from traceability.epcis.vocabulary import BUSINESS_STEPS, DISPOSITIONS
from traceability.epcis_rest.answers import check_parameters, events_page, members, values_page
from traceability.epcis_rest.documented import (
    EPC_FORMAT,
    EXTENSIONS,
    PAGING,
    QUERY_PARAMETERS,
    described,
    path_parameter,
    with_problems,
)
from traceability.epcis_rest.epc_formats import translator
from traceability.epcis_rest.party import reading_party
from traceability.epcis_rest.protocol import EpcisProblem, answer, discovery, epcis_blueprint, negotiate
from traceability.epcis_rest.query_documents import query_document
from traceability.epcis_rest.schemas import CollectionSchema, QueryDocumentSchema
from traceability.gs1.epc_uris import canonical_identifier
from traceability.journal.event_pages import MOST_PER_PAGE, PageRequest
from traceability.journal.event_query import EventQuery, find_events
from traceability.journal.issuer import company_prefix
from traceability.journal.known_values import is_known
from traceability.journal.page_tokens import is_token
from traceability.journal.query_conditions import WithCorrections
from traceability.journal.query_fixed_parameters import EVENT_TYPES
from traceability.journal.terms import storable

blueprint = epcis_blueprint(
    "epcis", __name__, "What happened to the goods, by the GS1 standard EPCIS 2.0: events and what they name."
)
TOP_LEVEL: Final = (
    "events", "eventTypes", "epcs", "bizSteps", "bizLocations", "readPoints", "dispositions", "capture", "queries",
)  # fmt: skip


class Readable(MethodView):
    """A resource that is read, and says by OPTIONS what the server speaks."""

    @with_problems(blueprint, ())
    @blueprint.response(204, description="What the server speaks, in the headers.")
    def options(self, **path: str) -> Response:
        """The methods, versions and formats of this resource."""
        return discovery()


@blueprint.route("/")
@public
class Landing(Readable):
    """The interface itself."""

    @described(blueprint, CollectionSchema, problems=(400,))
    def get(self) -> Response:
        """The names of the top-level resources."""
        wanted = negotiate()
        check_parameters()
        return members(list(TOP_LEVEL), wanted)


@blueprint.route("/events")
@public
class Events(Readable):
    """Events."""

    @described(
        blueprint,
        QueryDocumentSchema,
        problems=(400, 413, 414),
        parameters=[*QUERY_PARAMETERS, *PAGING, EPC_FORMAT, EXTENSIONS],
    )
    def get(self) -> Response:
        """Events that meet all parameters, a page at a time.

        Without `orderBy` they come in the order in which they were recorded.
        """
        return events_page()


@blueprint.route("/events/<path:eventID>")
@public
class EventById(Readable):
    """One event."""

    @described(
        blueprint,
        QueryDocumentSchema,
        problems=(400, 404),
        parameters=[path_parameter("eventID", "The eventID, percent-encoded."), EPC_FORMAT],
    )
    def get(self, eventID: str) -> Response:
        """The event with this id, what declares it wrong, and what corrects it, in the order of recording."""
        wanted = negotiate()
        event_id = storable(eventID)
        if event_id.startswith("ni:") and "?" not in event_id and request.args.get("ver"):
            event_id = f"{event_id}?ver={request.args['ver']}"  # an address in which the question mark was left bare
        query = EventQuery((WithCorrections(event_id),))
        page = find_events(query, reading_party(), PageRequest(MOST_PER_PAGE))
        if not page.rows:
            raise NotFound
        return answer(query_document(page.rows, translate=translator(wanted.epc_format, company_prefix())), wanted)


@blueprint.route("/nextPageToken/<token>")
@public
class NextPageToken(MethodView):
    """The token of a next page."""

    @with_problems(blueprint, (404,))
    @blueprint.response(204)
    def delete(self, token: str) -> Response:
        """Say that a token is not needed any more. Nothing is kept for one, so there is nothing to release."""
        negotiate()
        if not is_token(token):
            raise EpcisProblem(404, "NoSuchResourceException", None)
        return Response(status=204)


@dataclass(frozen=True, slots=True)
class TopLevel:
    """A top-level resource: its name, that of one of its values, and the query parameter that finds its events."""

    name: str
    value: str
    parameter: str
    description: str

    def known(self, value: str) -> str:
        """The one spelling of a value that an event has; raises NotFound."""
        spelled = {"bizSteps": BUSINESS_STEPS.bare, "dispositions": DISPOSITIONS.bare}.get(
            self.name, canonical_identifier
        )(storable(value))
        if self.name == "eventTypes":
            if value not in EVENT_TYPES:
                raise NotFound
            return value
        if not is_known(self.name, spelled, reading_party()):
            raise NotFound
        return spelled


RESOURCES: Final = (
    TopLevel("eventTypes", "eventType", "eventType", "A type of events."),
    TopLevel("epcs", "epc", "MATCH_anyObject", "An object or class of objects: EPC URI or GS1 Digital Link."),
    TopLevel("bizSteps", "bizStep", "EQ_bizStep", "A business step: bare word, URN or Web URI."),
    TopLevel("bizLocations", "bizLocation", "EQ_bizLocation", "A business location."),
    TopLevel("readPoints", "readPoint", "EQ_readPoint", "A read point."),
    TopLevel("dispositions", "disposition", "EQ_disposition", "A disposition: bare word, URN or Web URI."),
)


def _add(resource: TopLevel) -> None:
    """The three addresses of a top-level resource: its values, one value, and that value's events."""
    parameter = path_parameter(resource.value, resource.description)
    path = f"/{resource.name}/<path:{resource.value}>"

    class Values(Readable):
        @described(blueprint, CollectionSchema, problems=(400, 414), parameters=[*PAGING, EPC_FORMAT])
        def get(self) -> Response:
            """The values that events have, a page at a time."""
            if resource.name != "eventTypes":
                return values_page(resource.name)
            wanted = negotiate()
            check_parameters("perPage", "nextPageToken")
            return members(list(EVENT_TYPES), wanted)

    class Value(Readable):
        @described(blueprint, CollectionSchema, problems=(400, 404), parameters=[parameter])
        def get(self, **values: str) -> Response:
            """What there is to read about one value."""
            wanted = negotiate()
            check_parameters()
            resource.known(values[resource.value])
            return members(["events"], wanted)

    class ValueEvents(Readable):
        @described(
            blueprint,
            QueryDocumentSchema,
            problems=(400, 404, 413, 414),
            parameters=[parameter, *QUERY_PARAMETERS, *PAGING, EPC_FORMAT, EXTENSIONS],
        )
        def get(self, **values: str) -> Response:
            """The events that have this value and meet all parameters, a page at a time."""
            value = values[resource.value]
            if resource.name == "eventTypes":
                resource.known(value)
            return events_page(within=[(resource.parameter, value)])

    views: Iterable[tuple[str, type[Readable], str]] = (
        (f"/{resource.name}", Values, resource.name),
        (path, Value, f"{resource.name}_value"),
        (f"{path}/events", ValueEvents, f"{resource.name}_events"),
    )
    for rule, view, endpoint in views:
        view.__name__ = f"{resource.name[0].upper()}{resource.name[1:]}{view.__name__}"
        blueprint.route(rule, endpoint=endpoint)(public(view))


for _resource in RESOURCES:
    _add(_resource)
