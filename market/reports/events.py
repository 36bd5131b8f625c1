"""News of reports."""

import uuid
from dataclasses import dataclass


@dataclass(frozen=True)
class ReportFinished:
    """A worker finished a report: with a file to fetch, or, if not `is_ready`, it gave it up."""

    report_id: uuid.UUID
    is_ready: bool
