"""Long work of which a page shows the progress: rows of a table, done by workers that may be killed anywhere.

Whoever begins takes a lock that ends with its transaction, so that work which was sent twice is done once. The row
itself stays unlocked meanwhile, and progress is told beside the transaction.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, TypeVar

from sqlalchemy import func, select, update
from sqlalchemy.orm import Mapped, mapped_column

from core.db import UtcDateTime, atomic, db, new_id, separately, utc_now

MOST_ATTEMPTS: Final = 5
STALLED_AFTER: Final = timedelta(minutes=2)
"""Work without progress for so long has no worker any more: its message, or the worker, was lost."""


class Work:
    """The columns of long work. `finished_at` is empty while something is left for a worker to do."""

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    progress_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    total_count: Mapped[int] = mapped_column(default=0)
    processed_count: Mapped[int] = mapped_column(default=0)

    @property
    def percent(self) -> int:
        """How much is done, 0 to 100."""
        return 100 if self.total_count == 0 else min(100, 100 * self.processed_count // self.total_count)


Some = TypeVar("Some", bound=Work)


def begin_work(model: type[Some], work_id: uuid.UUID) -> Some | None:
    """Count another attempt at the work, in a transaction of its own.

    None when there is nothing left to do, or another worker is at it: that is no attempt that came to nothing. After
    too many of those the row comes back with `attempts` beyond MOST_ATTEMPTS: the caller gives it up.
    """
    with atomic():
        if not _is_free(work_id):
            return None
        work = db.session.get(model, work_id, with_for_update=True, populate_existing=True)
        if work is None or work.finished_at is not None:
            return None
        work.attempts += 1
        work.progress_at = utc_now()
        db.session.flush()
    return work


def hold_work(model: type[Some], work_id: uuid.UUID) -> Some | None:
    """The work, if no other worker is at it; until the end of the transaction none will be."""
    if not _is_free(work_id):
        return None
    work = db.session.get(model, work_id, populate_existing=True)
    return None if work is None or work.finished_at is not None else work


def _is_free(work_id: uuid.UUID) -> bool:
    """Whether nobody is at the work; then nobody else will be until the transaction ends."""
    lock = select(func.pg_try_advisory_xact_lock(func.hashtextextended(str(work_id), 0)))
    return bool(db.session.scalar(lock))


def tell_progress(model: type[Work], work_id: uuid.UUID, processed_count: int) -> None:
    """Let everybody see how far the work is, while its transaction is still open."""
    with separately() as session:
        session.execute(
            update(model)
            .where(model.id == work_id, model.finished_at.is_(None))
            .values(processed_count=processed_count, progress_at=utc_now())
            .execution_options(synchronize_session=False)
        )


def stalled_work(model: type[Work], *, limit: int = 100) -> Sequence[uuid.UUID]:
    """The work that nobody is at although it is not finished, oldest first."""
    statement = select(model.id).where(model.finished_at.is_(None), model.progress_at < utc_now() - STALLED_AFTER)
    return db.session.scalars(statement.order_by(model.id).limit(limit)).all()
