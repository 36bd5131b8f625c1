"""Shapes of capture jobs and problems in the API."""

from typing import Any

from marshmallow import Schema, fields, validate

from traceability.capture.errors import EventError, sentence
from traceability.capture.models import CaptureJob, ErrorBehaviour
from traceability.epcis_rest.problems import problem_body
from traceability.epcis_rest.schemas import ProblemSchema


class EventProblemSchema(ProblemSchema):
    """Why one event of a document was not captured."""

    instance = fields.String(metadata={"description": "Where in the document: `#` and a JSON pointer (RFC 6901)."})
    eventIndex = fields.Integer(metadata={"description": "Position of the event in its list, from 0."})


class CaptureJobSchema(Schema):
    """The state of a capture job (EPCIS 2.0 §12)."""

    captureID = fields.String(required=True)
    createdAt = fields.AwareDateTime(required=True)
    finishedAt = fields.AwareDateTime(metadata={"description": "Left out while the job is running."})
    running = fields.Boolean(required=True)
    success = fields.Boolean(required=True)
    captureErrorBehaviour = fields.String(required=True, validate=validate.OneOf(list(ErrorBehaviour)))
    errors = fields.List(fields.Nested(EventProblemSchema), required=True)
    errorCount = fields.Integer(metadata={"description": "All errors; `errors` lists the first hundred."})
    eventCount = fields.Integer(metadata={"description": "Events of the document."})
    processedCount = fields.Integer(metadata={"description": "Events looked at so far."})
    capturedCount = fields.Integer(metadata={"description": "Events that are in the journal."})


def job_as_json(job: CaptureJob) -> dict[str, Any]:
    """`job` in the shape of CaptureJobSchema, its errors in the reader's language."""
    state: dict[str, Any] = {"captureID": str(job.id), "createdAt": job.created_at.isoformat(timespec="milliseconds")}
    if job.finished_at is not None:
        state["finishedAt"] = job.finished_at.isoformat(timespec="milliseconds")
    return state | {
        "running": job.finished_at is None,
        "success": not job.error_count,
        "captureErrorBehaviour": str(job.error_behaviour),
        "errors": [_problem(EventError.from_json(kept)) for kept in job.errors],
        "errorCount": job.error_count,
        "eventCount": job.event_count,
        "processedCount": job.processed_count,
        "capturedCount": job.stored_count,
    }


def _problem(error: EventError) -> dict[str, Any]:
    body = problem_body(error.kind.status, error.kind, detail=sentence(error.problem))
    return {**body, "instance": f"#{error.problem.pointer}", "eventIndex": error.position}
