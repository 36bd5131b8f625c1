"""Who writes which report: a feature that has figures enters itself here from its `setup`."""

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from flask_babel import LazyString

from core.accounts import Actor
from core.tables import Sheet
from market.reports.models import ReportKind


@dataclass(frozen=True, slots=True)
class Scope:
    """What a report is about: whose figures, and of which days, both included."""

    owner_id: uuid.UUID
    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True)
class Subject:
    """The owner as people know it (empty for the site itself), and the beginning of the file's name."""

    name: str
    file_stem: str


@dataclass(frozen=True, slots=True)
class ReportSource:
    """One kind of report.

    `subject_of` raises NotFound unless the actor may read what is the owner's; `check_days` raises Invalid for days
    that cannot be reported; `count_rows` says how long a report will be; `sheets` gives its tables in the reader's
    language, of which a CSV file holds the first; `page_of` is the address of the page that shows the same. Up to
    `most_at_once` rows are written while the reader waits, about a second; more are left to a worker.
    """

    title: LazyString
    subject_of: Callable[[Actor, uuid.UUID], Subject]
    check_days: Callable[[date, date], None]
    count_rows: Callable[[Scope], int]
    sheets: Callable[[Scope], Iterable[Sheet]]
    page_of: Callable[[Scope], str]
    most_at_once: int


_sources: dict[ReportKind, ReportSource] = {}


def register_report(kind: ReportKind, source: ReportSource) -> None:
    """Let `source` write reports of this kind; saying it again replaces it."""
    _sources[kind] = source


def source_of(kind: str) -> ReportSource:
    """Who writes reports of this kind. Raises ValueError for an unknown one, KeyError for one without a source."""
    return _sources[ReportKind(kind)]
