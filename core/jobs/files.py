"""Long work that ends in a file: made by whoever is told to, kept in the private storage for a while, then removed."""

import tempfile
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import IO, Final, TypeVar

import structlog
from sqlalchemy import BigInteger, CheckConstraint, Index, select, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Nfc, atomic, db, new_id, utc_now
from core.i18n import use_locale
from core.jobs.work import MOST_ATTEMPTS, Work, begin_work, hold_work, tell_progress
from core.storage.backends import Storage

log = structlog.get_logger("jobs")

KEPT_FOR: Final = timedelta(days=7)
"""How long a file can be fetched; it is made again in a minute, and holds what is nobody else's business."""

CONTENT_TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""What the kinds of file are, by how their names end."""

_IN_MEMORY_BYTES: Final = 1_000_000
"""A larger file lies on the disk while it is made."""


class FileWork(Work):
    """The columns of long work that ends in a file, written in the language of whoever asked.

    `storage_key` leads to the file in the private storage; finished without one, the work failed, or the file was
    removed after its time (`is_removed`). `file_format` says what it is, and how its name ends.
    """

    file_format: Mapped[str] = mapped_column(Nfc(4))
    locale: Mapped[str] = mapped_column(Nfc(2))
    storage_key: Mapped[str | None] = mapped_column(Nfc(120))
    size_bytes: Mapped[int | None] = mapped_column(BigInteger)
    is_removed: Mapped[bool] = mapped_column(default=False)

    @property
    def is_ready(self) -> bool:
        """Whether there is a file to fetch."""
        return self.storage_key is not None

    @property
    def has_failed(self) -> bool:
        """Whether no file came of it."""
        return self.finished_at is not None and self.storage_key is None and not self.is_removed

    @property
    def kept_until(self) -> datetime:
        """When the file goes."""
        return (self.finished_at or self.created_at) + KEPT_FOR


def file_work_arguments(table: str) -> tuple[CheckConstraint | Index, ...]:
    """What holds for the rows of every such table, and how those are found that workers look for."""
    return (
        CheckConstraint("locale IN ('vi', 'en')", name="locale_known"),
        CheckConstraint("num_nulls(storage_key, size_bytes) IN (0, 2)", name="file_whole"),
        CheckConstraint("storage_key IS NULL OR finished_at IS NOT NULL", name="file_when_finished"),
        CheckConstraint("NOT is_removed OR (finished_at IS NOT NULL AND storage_key IS NULL)", name="removed_is_gone"),
        Index(f"ix_{table}_running", "progress_at", postgresql_where=text("finished_at IS NULL")),
        Index(f"ix_{table}_kept", "finished_at", postgresql_where=text("storage_key IS NOT NULL")),
    )


Some = TypeVar("Some", bound=FileWork)
Tell = Callable[[int], None]
"""Takes how much of the `total_count` is done."""


def make_work_file(
    model: type[Some],
    work_id: uuid.UUID,
    *,
    storage: Storage,
    folder: str,
    write: Callable[[Some, IO[bytes], Tell], None],
    when_ended: Callable[[Some], None] | None = None,
) -> None:
    """Let `write` make the file, and keep it in the private `storage`; harmless when it is there, or being made.

    Commits by itself, for progress is told while it runs. After too many attempts the work ends without a file.
    `when_ended` is called in the transaction in which it ends, either way.
    """
    begun = begin_work(model, work_id)
    if begun is None:
        return
    attempt = begun.attempts  # this worker's own; others may have counted more by the time it is read again
    with atomic(), use_locale(begun.locale):
        work = hold_work(model, work_id)
        if work is None:
            return
        if attempt > MOST_ATTEMPTS:
            log.error("file given up", kind=model.__name__, work_id=str(work_id))
        else:
            _make(work, storage, folder, lambda file: write(work, file, _teller(model, work)))
        work.finished_at = utc_now()
        if when_ended is not None:
            when_ended(work)


def _make(work: FileWork, storage: Storage, folder: str, write: Callable[[IO[bytes]], None]) -> None:
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES) as file:
        write(file)
        size = file.seek(0, 2)
        file.seek(0)
        # The name cannot be guessed, and the same bytes are never stored twice under it.
        key = f"{folder}/{new_id().hex}.{work.file_format}"
        storage.put_file(key, file, CONTENT_TYPES[work.file_format])
    work.storage_key, work.size_bytes = key, size
    work.processed_count = work.total_count


def _teller(model: type[Some], work: Some) -> Tell:
    work_id = work.id
    return lambda done: tell_progress(model, work_id, done)


def remove_old_work_files(model: type[FileWork], *, storage: Storage, batch: int = 100) -> int:
    """Remove all files that were kept long enough; the rows stay on record. Returns how many.

    Commits by itself, batch after batch, so that a sweep that is killed has done something.
    """
    count = 0
    while True:
        with atomic():
            removed = _remove_some(model, storage, batch)
        count += removed
        if removed < batch:
            return count


def _remove_some(model: type[FileWork], storage: Storage, limit: int) -> int:
    statement = (
        select(model)
        .where(model.storage_key.is_not(None), model.finished_at < utc_now() - KEPT_FOR)
        .order_by(model.finished_at, model.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=model)
    )
    old = list(db.session.scalars(statement))
    for work in old:
        assert work.storage_key is not None
        storage.delete(work.storage_key)
        work.storage_key = work.size_bytes = None
        work.is_removed = True
    db.session.flush()
    return len(old)
