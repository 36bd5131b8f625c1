"""News about problems."""

import uuid
from dataclasses import dataclass


@dataclass(frozen=True)
class ProblemReported:
    """Somebody reported a problem with a lot."""

    report_id: uuid.UUID
