"""What can be wrong with one event of a document, and with a document."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from core.errors import AppError, Invalid
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from traceability.epcis.errors import Problem

MOST_KEPT = 100
"""Errors of a job that are kept in full; of the rest there is the number."""


class ErrorKind(StrEnum):
    """The name of the EPCIS exception that stands for an error (EPCIS 2.0 §8.2.3)."""

    INVALID = "ValidationException"
    EXISTS = "ResourceAlreadyExistsException"
    NOT_ALLOWED = "SecurityException"
    OURS = "ImplementationException"

    @property
    def status(self) -> int:
        """The HTTP status that a single event of this kind is answered with."""
        return _STATUSES[self]


_STATUSES = {ErrorKind.INVALID: 400, ErrorKind.EXISTS: 409, ErrorKind.NOT_ALLOWED: 403, ErrorKind.OURS: 500}


@dataclass(frozen=True, slots=True)
class EventError:
    """Why the event at `position` (from 0) of a document is not captured; `problem` says where and what."""

    position: int
    kind: ErrorKind
    problem: Problem

    def as_json(self) -> dict[str, Any]:
        """The error as a job keeps it."""
        pointer, message_id, params = self.problem
        return {
            "position": self.position,
            "kind": str(self.kind),
            "pointer": pointer,
            "message_id": message_id,
            "params": dict(params),
        }

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> "EventError":
        """The error that a job kept."""
        problem = Problem(kept["pointer"], kept["message_id"], kept["params"])
        return cls(kept["position"], ErrorKind(kept["kind"]), problem)


def sentence(problem: Problem) -> str:
    """`/json/pointer: why`, in the reader's language; the document itself is `/`."""
    message = _(problem.message_id)
    return f"{problem.pointer or '/'}: {message % problem.params if problem.params else message}"


class InvalidDocument(Invalid):
    """A document, or a single event, that is refused as a whole; the message names the place."""

    @classmethod
    def because(cls, problems: list[Problem]) -> "InvalidDocument":
        """The refusal because of `problems`, all of them named."""
        return cls("\n".join(sentence(problem) for problem in problems))


class TooManyEvents(AppError):
    """A document with more events than are taken at once."""

    http_status = 413
    default_message = _l("There are too many events in one document. Please split it.")
