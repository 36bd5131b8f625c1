"""Capturing for programs: `POST /epcis/v2/capture` with its jobs, and `POST /epcis/v2/events` (EPCIS 2.0 §12)."""

import json
import uuid
from typing import IO, Any, Final
from urllib.parse import quote

from flask import Response, request
from flask.views import MethodView
from werkzeug.exceptions import RequestEntityTooLarge

from core.accounts.setup import csrf
from core.db import atomic
from core.errors import NotFound
from core.i18n import gettext as _
from core.web.access import public
from traceability.capture.contents import temporary_file
from traceability.capture.models import ErrorBehaviour
from traceability.capture.queries import get_job, list_jobs
from traceability.capture.schemas import CaptureJobSchema, job_as_json
from traceability.capture.usecases import (
    LARGEST_DOCUMENT,
    LARGEST_EVENT,
    MOST_EVENTS,
    accept_document,
    capture_single_event,
)
from traceability.epcis_rest.answers import check_parameters, requested_page
from traceability.epcis_rest.documented import PAGING, described, path_parameter, with_problems
from traceability.epcis_rest.protocol import (
    PREFIX,
    EpcisProblem,
    answer,
    check_body_versions,
    discovery,
    epcis_blueprint,
    negotiate,
    paging_link,
)
from traceability.journal.errors import QueryParameterError
from traceability.journal.parties import CAPTURE
from traceability.tokens.edge import party_with

blueprint = epcis_blueprint("epcis_capture", __name__, "Events captured, in documents or one at a time.")
csrf.exempt(blueprint)  # a token is needed for whatever writes here, and no browser sends one by itself

ERROR_BEHAVIOUR: Final = "GS1-Capture-Error-Behaviour"
_MEDIA_TYPES: Final = ("application/json", "application/ld+json")
_PIECE: Final = 256 * 1024
_MOST_ON_A_PAGE: Final = 100

_LIMITS: Final = {
    "GS1-EPCIS-Capture-Limit": str(MOST_EVENTS),
    "GS1-EPCIS-Capture-File-Size-Limit": str(LARGEST_DOCUMENT),
    ERROR_BEHAVIOUR: f"{ErrorBehaviour.ROLLBACK}, {ErrorBehaviour.PROCEED}",
}
_DOCUMENT_BODY: Final[dict[str, Any]] = {
    "required": True,
    "description": "An EPCISDocument or EPCISQueryDocument in JSON-LD, with master data if wanted.",
    "content": {
        media_type: {
            "schema": {
                "type": "object",
                "properties": {"type": {"type": "string", "enum": ["EPCISDocument", "EPCISQueryDocument"]}},
                "required": ["@context", "type", "epcisBody"],
            }
        }
        for media_type in _MEDIA_TYPES
    },
}
_EVENT_BODY: Final[dict[str, Any]] = {
    "required": True,
    "description": "One event in JSON-LD, with its own @context.",
    "content": {
        media_type: {
            "schema": {
                "type": "object",
                "properties": {"type": {"type": "string"}, "eventTime": {"type": "string", "format": "date-time"}},
                "required": ["@context", "type", "eventTime", "eventTimeZoneOffset"],
            }
        }
        for media_type in _MEDIA_TYPES
    },
}
_BEHAVIOUR_HEADER: Final[dict[str, Any]] = {
    "in": "header",
    "name": ERROR_BEHAVIOUR,
    "description": "Whether one bad event stops all of the document, or only itself.",
    "schema": {"type": "string", "enum": list(ErrorBehaviour), "default": str(ErrorBehaviour.ROLLBACK)},
}


@blueprint.route("/capture")
@public
class Captures(MethodView):
    """Documents to capture, and the jobs that do it."""

    @blueprint.doc(
        operationId="captureDocument",
        parameters=[_BEHAVIOUR_HEADER],
        requestBody=_DOCUMENT_BODY,
        responses={
            "202": {
                "description": "Accepted; the job's address is in the header Location.",
                "headers": {"Location": {"schema": {"type": "string"}}},
            }
        },
    )
    @with_problems(blueprint, (400, 413, 415, 429))
    def post(self) -> Response:
        """Capture the events of a document.

        The document is read and checked as a whole at once; its events are checked and stored by a job.
        """
        negotiate()
        check_body_versions()
        party = party_with(CAPTURE)
        _check_media_type()
        behaviour = _wanted_behaviour()
        with temporary_file() as file:
            _take_body(file, LARGEST_DOCUMENT)
            with atomic():
                job_id = accept_document(party=party, file=file, error_behaviour=behaviour).id
        return Response(status=202, headers={"Location": f"{PREFIX}/capture/{job_id}", ERROR_BEHAVIOUR: str(behaviour)})

    @blueprint.doc(operationId="listCaptureJobs")
    @described(blueprint, CaptureJobSchema(many=True), problems=(400, 414, 429), parameters=PAGING)
    def get(self) -> Response:
        """The caller's capture jobs, newest first."""
        wanted = negotiate()
        party = party_with(CAPTURE)
        check_parameters("perPage", "nextPageToken")
        page = requested_page()
        per_page = min(page.per_page, _MOST_ON_A_PAGE)
        jobs = list_jobs(party, before=_oldest_shown(page.token), limit=per_page + 1)
        headers = {}
        if len(jobs) > per_page:
            headers["Link"] = paging_link(jobs[per_page - 1].id.hex, per_page=per_page)
        return answer(_json([job_as_json(job) for job in jobs[:per_page]]), wanted, headers=headers)

    @with_problems(blueprint, ())
    @blueprint.response(204, description="What may be captured at once, in the headers.")
    def options(self) -> Response:
        """What this server captures: versions, limits, what it does about errors."""
        return discovery(headers=_LIMITS)


@blueprint.route("/capture/<captureID>")
@public
class CaptureJobResource(MethodView):
    """One capture job."""

    @blueprint.doc(operationId="getCaptureJob")
    @described(
        blueprint,
        CaptureJobSchema,
        problems=(400, 404, 414, 429),
        parameters=[path_parameter("captureID", "The job, as the answer to its document named it.")],
    )
    def get(self, captureID: str) -> Response:  # the standard's name of the path parameter
        """How far a job is, and what was wrong."""
        wanted = negotiate()
        check_parameters()
        party = party_with(CAPTURE)
        return answer(_json(job_as_json(get_job(party, _job_id(captureID)))), wanted)

    @with_problems(blueprint, ())
    @blueprint.response(204, description="What the server speaks, in the headers.")
    def options(self, captureID: str) -> Response:
        """What this server speaks about jobs."""
        return discovery()


@blueprint.route("/events")
@public
class CapturedEvents(MethodView):
    """Single events."""

    provide_automatic_options = False  # the resource that is read answers OPTIONS for this address

    @blueprint.doc(
        operationId="captureEvent",
        requestBody=_EVENT_BODY,
        responses={
            "201": {
                "description": "Captured; its address is in the header Location.",
                "headers": {"Location": {"schema": {"type": "string"}}},
                "content": {"application/json": {"schema": {"type": "object"}}},
            }
        },
    )
    @with_problems(blueprint, (400, 409, 413, 415, 429))
    def post(self) -> Response:
        """Capture one event at once."""
        wanted = negotiate()
        check_body_versions()
        party = party_with(CAPTURE)
        _check_media_type()
        with temporary_file() as file:
            _take_body(file, LARGEST_EVENT)
            content = file.read()
        with atomic():
            event = capture_single_event(party=party, content=content)
        location = f"{PREFIX}/events/{quote(event.event_id, safe='')}"
        return answer(event.payload, wanted, 201, headers={"Location": location})


def _check_media_type() -> None:
    if request.mimetype in _MEDIA_TYPES and request.mimetype_params.get("charset", "utf-8").lower() == "utf-8":
        return
    detail = _("Send application/json or application/ld+json, in UTF-8.")
    raise EpcisProblem(415, "UnsupportedMediaTypeException", detail)


def _wanted_behaviour() -> ErrorBehaviour:
    said = request.headers.get(ERROR_BEHAVIOUR, ErrorBehaviour.ROLLBACK)
    try:
        return ErrorBehaviour(said.lower())
    except ValueError:
        detail = _("%(header)s is rollback or proceed.", header=ERROR_BEHAVIOUR)
        raise EpcisProblem(400, "ValidationException", detail) from None


def _take_body(file: IO[bytes], limit: int) -> None:
    """Write the body into `file` piece by piece; one of more than `limit` bytes is refused, unread if it says so."""
    request.max_content_length = limit
    too_large = EpcisProblem(
        413,
        "CaptureLimitExceededException",
        _("At most %(limit)s bytes are taken at once.", limit=limit),
        headers=_LIMITS,
    )
    try:
        while piece := request.stream.read(_PIECE):
            file.write(piece)
    except RequestEntityTooLarge:
        raise too_large from None
    if file.tell() > limit:
        raise too_large
    file.seek(0)


def _oldest_shown(token: str | None) -> uuid.UUID | None:
    try:
        return None if token is None else uuid.UUID(hex=token)
    except ValueError:
        raise QueryParameterError("nextPageToken", _("This leads to no page.")) from None


def _job_id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise NotFound from None


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
