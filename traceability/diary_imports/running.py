"""Going through the rows of an import: first to see what would become of them, then to write them.

Both do the same, by the use cases that a form calls: the check in a transaction that is undone, so that it refuses
exactly what writing would refuse, also what rows do to each other. Writing is one transaction with the note that it is
done, so a worker may be killed anywhere and another begin again.
"""

import uuid
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import undefer

from core.accounts import Actor, RoleName, User
from core.db import atomic, db, utc_now
from core.errors import AppError
from core.i18n import gettext as _
from core.i18n import use_locale
from core.jobs.work import MOST_ATTEMPTS, begin_work, hold_work, tell_progress
from core.tables import Record
from traceability.diary.errors import ConfirmationNeeded
from traceability.diary_imports.columns import COLUMNS, read_content
from traceability.diary_imports.models import DiaryImport, ImportKind, ImportState
from traceability.diary_imports.row_reading import Problem, RowReader
from traceability.diary_imports.rows import RowWriter, writer_of

log = structlog.get_logger("diary_imports")

MOST_KEPT: Final = 200
"""Errors and doubts that are kept in full; of the rest there is the number."""

KEPT_FOR: Final = timedelta(days=2)
"""How long a file waits to be confirmed."""

_TOLD_EVERY: Final = 25
_COLUMN_OF_FIELD: Final = {
    "inputs": "product",
    "operator_id": "operator",
    "equipment_id": "equipment",
    "harvested_on": "done_on",
    "code": "planting_area_code",
    "content": "ingredient",
}
"""Fields of use cases whose column has another key."""


class _Undone(Exception):
    """Nothing of the rows stays."""


class _GivenUp(Exception):
    """Somebody ended the import meanwhile: what it says of itself has to stay true."""


@dataclass(slots=True)
class _Outcome:
    """What has become of the rows so far."""

    error_count: int = 0
    errors: list[dict[str, Any]] = field(default_factory=list)
    doubts: list[dict[str, Any]] = field(default_factory=list)

    def refuse(self, found: list[dict[str, Any]]) -> None:
        self.error_count += len(found)
        self.errors += found[: MOST_KEPT - len(self.errors)]


def run_import(import_id: uuid.UUID) -> None:
    """Check or write the rows, whichever comes next; an import that waits for nobody is left alone."""
    work = begin_work(DiaryImport, import_id)
    if work is None:
        return
    if work.attempts > MOST_ATTEMPTS:
        log.error("import given up", import_id=str(import_id))
        with atomic():
            _end(import_id, ImportState.FAILED, _Outcome())
        return
    outcome, state = _Outcome(), ImportState.WRITTEN
    try:
        with atomic(), use_locale(work.locale):
            held = hold_work(DiaryImport, import_id)
            if held is None:
                return
            is_check = held.state == ImportState.CHECKING
            _go_through(held, outcome)
            if is_check or outcome.error_count:
                state = ImportState.REFUSED if outcome.error_count else ImportState.CHECKED
                raise _Undone
            if not _end(import_id, state, outcome):
                raise _GivenUp
    except _GivenUp:
        log.error("rows of an import that was given up meanwhile are not written", import_id=str(import_id))
    except _Undone:
        with atomic():
            _end(import_id, state, outcome)


def _end(import_id: uuid.UUID, state: ImportState, outcome: _Outcome) -> bool:
    """Note what became of it; false when another worker did before."""
    work = db.session.get_one(DiaryImport, import_id, with_for_update=True, populate_existing=True)
    if work.finished_at is not None:
        return False
    work.state, work.finished_at = state, utc_now()
    work.error_count, work.errors = outcome.error_count, outcome.errors
    if state != ImportState.WRITTEN:
        work.doubts = outcome.doubts
    if state != ImportState.CHECKED:
        work.content = None
    if state != ImportState.FAILED:
        work.processed_count = work.total_count
    return True


def _go_through(work: DiaryImport, outcome: _Outcome) -> None:
    """Write all rows into the current transaction, each refused one without a trace."""
    kind, import_id = ImportKind(work.kind), work.id
    content = (
        db.session.scalars(select(DiaryImport).options(undefer(DiaryImport.content)).where(DiaryImport.id == import_id))
        .one()
        .content
    )
    if content is None:
        raise _Undone
    records = read_content(content, kind)
    actor = _actor(work.created_by)
    confirmed = {doubt["code"] for doubt in work.doubts}
    is_check = work.state == ImportState.CHECKING
    titles = {column.key: records.titles.get(column.key, column.title) for column in COLUMNS[kind]}
    writer = writer_of(kind, work.producer_id, records.records)
    for done, record in enumerate(records.records, 1):
        submission_id = uuid.uuid5(import_id, str(record.number))
        _one_row(writer, record, actor, submission_id, confirmed, is_check, titles, outcome)
        if done % _TOLD_EVERY == 0:
            tell_progress(DiaryImport, import_id, done)


def _one_row(
    writer: RowWriter,
    record: Record,
    actor: Actor,
    submission_id: uuid.UUID,
    confirmed: Collection[str],
    is_check: bool,
    titles: dict[str, str],
    outcome: _Outcome,
) -> None:
    """Write one row. In a check everything unusual counts as confirmed once it is noted."""
    for _attempt in range(2):
        row = RowReader(record)
        try:
            with db.session.begin_nested():
                writer.write(row, actor=actor, submission_id=submission_id, confirmed=confirmed)
            break
        except ConfirmationNeeded as question:
            if not is_check:
                row.refuse(None, str(question))
                break
            found = [_told(record, titles, Problem(None, doubt.message), doubt.code) for doubt in question.doubts]
            outcome.doubts += found[: MOST_KEPT - len(outcome.doubts)]
            confirmed = [*confirmed, *(doubt.code for doubt in question.doubts)]
        except AppError as error:
            row.refuse(_column(error.field, titles), str(error))
            break
    outcome.refuse([_told(record, titles, problem) for problem in row.problems])


def _told(record: Record, titles: dict[str, str], problem: Problem, code: str | None = None) -> dict[str, Any]:
    column = None if problem.column is None else titles.get(problem.column)
    told = {"row": record.number, "column": column, "message": problem.message}
    return told if code is None else {**told, "code": code}


def _column(use_case_field: str | None, titles: dict[str, str]) -> str | None:
    key = _COLUMN_OF_FIELD.get(use_case_field or "", use_case_field)
    return key if key in titles else None


def _actor(user_id: uuid.UUID) -> Actor:
    """Who brought the file, with the roles they have now. Whose plots these are is asked again for every row."""
    user = db.session.get_one(User, user_id)
    roles = frozenset(RoleName(role.name) for role in user.roles) if user.active else frozenset()
    return Actor(user.id, roles, user.display_name)


def forget_old_files(*, limit: int = 1000) -> int:
    """Remove the content of files that nobody confirmed in time, or that ended otherwise; returns how many."""
    old = (
        select(DiaryImport.id)
        .where(
            DiaryImport.content.is_not(None),
            DiaryImport.finished_at.is_not(None),
            DiaryImport.created_at < utc_now() - KEPT_FOR,
        )
        .order_by(DiaryImport.created_at, DiaryImport.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    ids = list(db.session.scalars(old))
    db.session.execute(update(DiaryImport).where(DiaryImport.id.in_(ids)).values(content=None))
    return len(ids)


def state_message(work: DiaryImport) -> str:
    """How far the import is, in one sentence."""
    messages = {
        ImportState.CHECKING: _("Being checked"),
        ImportState.REFUSED: _("Has errors"),
        ImportState.CHECKED: _("Waits for you"),
        ImportState.WRITING: _("Being written"),
        ImportState.WRITTEN: _("Written"),
        ImportState.FAILED: _("Failed"),
    }
    return str(messages[ImportState(work.state)])
