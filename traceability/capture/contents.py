"""The text of documents between their acceptance and the end of their job: in the database, piece by piece.

There every worker finds them, they come and go in the transactions of their jobs, and nobody else can read them.
"""

import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Final

from sqlalchemy import delete, insert, select

from core.db import db
from traceability.capture.models import CaptureContent

_PIECE: Final = 1024 * 1024
_IN_MEMORY: Final = 8 * 1024 * 1024


def keep_content(job_id: uuid.UUID, file: IO[bytes]) -> None:
    """Keep the whole `file` for the job."""
    file.seek(0)
    position = 0
    while piece := file.read(_PIECE):
        db.session.execute(insert(CaptureContent).values(job_id=job_id, position=position, content=piece))
        position += 1


def copy_content(job_id: uuid.UUID, file: IO[bytes]) -> None:
    """Write what was kept for the job into `file`, and go back to its beginning."""
    position = 0
    while (piece := _piece(job_id, position)) is not None:
        file.write(piece)
        position += 1
    file.seek(0)


def forget_content(job_id: uuid.UUID) -> None:
    """Remove what was kept for the job."""
    db.session.execute(delete(CaptureContent).where(CaptureContent.job_id == job_id))


@contextmanager
def temporary_file() -> Iterator[IO[bytes]]:
    """A file of one's own that is small in memory and large on disk, gone at the end."""
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as file:
        yield file


def _piece(job_id: uuid.UUID, position: int) -> bytes | None:
    statement = select(CaptureContent.content).where(
        CaptureContent.job_id == job_id, CaptureContent.position == position
    )
    return db.session.scalar(statement)
