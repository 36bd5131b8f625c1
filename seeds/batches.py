"""Writing batches of rows in one thread while the next batch is made up in another.

Making up rows takes one processor, putting them into PostgreSQL another; side by side they take half the time.
"""

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from flask import Flask

from core.db import atomic
from seeds.copying import copy_rows

Tables = dict[type[Any], list[Any]]
"""Rows by their type, in an order that foreign keys allow."""


def write_batches(app: Flask, batches: Iterable[Tables], *, after_each: Callable[[Tables], None]) -> None:
    """Write `batches`, each in a transaction of its own; at most two are held in memory.

    `after_each` is called in the calling thread with a batch that has been committed. What fails in the writing is
    raised here, and nothing after it is written.
    """
    with ThreadPoolExecutor(max_workers=1) as writer:
        pending: tuple[Future[None], Tables] | None = None
        for batch in batches:
            _finish(pending, after_each)
            pending = writer.submit(_write, app, batch), batch
        _finish(pending, after_each)


def _finish(pending: tuple[Future[None], Tables] | None, after_each: Callable[[Tables], None]) -> None:
    if pending is not None:
        future, batch = pending
        future.result()
        after_each(batch)


def _write(app: Flask, batch: Tables) -> None:
    with app.app_context(), atomic():
        for row_type, rows in batch.items():
            copy_rows(row_type, rows)
