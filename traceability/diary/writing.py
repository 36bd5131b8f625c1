"""Transactions of people who wait before a screen."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from psycopg.errors import LockNotAvailable
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from core.db import atomic
from traceability.diary.errors import DiaryBusy

PATIENCE_MILLISECONDS: Final = 5_000
"""How long a person waits for others who write in the same diary: a long table takes up to a minute."""


@contextmanager
def atomic_soon() -> Iterator[None]:
    """As `atomic`, for a page that somebody waits for. Raises DiaryBusy when others hold the plot for too long."""
    try:
        with atomic() as session:
            session.execute(
                text("SELECT set_config('lock_timeout', :wait, true)"), {"wait": str(PATIENCE_MILLISECONDS)}
            )
            yield
    except OperationalError as error:
        if isinstance(error.orig, LockNotAvailable):
            raise DiaryBusy from None
        raise
