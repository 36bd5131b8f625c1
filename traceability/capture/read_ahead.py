"""Making the next item while the last one is being used."""

import contextvars
import threading
from collections.abc import Generator, Iterator
from queue import Full, Queue
from typing import TypeVar

Item = TypeVar("Item")
_DEPTH = 2
_PATIENCE_SECONDS = 0.2


def read_ahead(items: Iterator[Item]) -> Generator[Item, None, None]:
    """The same `items`, made in a thread of their own, at most a few before they are asked for.

    Preparing events takes our processor, storing them PostgreSQL's; side by side they take half the time. What fails
    in the making is raised here. `items` must leave the database session alone: its thread is the caller's.
    """
    queue: Queue[tuple[Item | None, BaseException | None]] = Queue(_DEPTH)
    abandoned = threading.Event()

    def put(item: Item | None, error: BaseException | None) -> None:
        while not abandoned.is_set():
            try:
                queue.put((item, error), timeout=_PATIENCE_SECONDS)
                return
            except Full:
                continue

    def make() -> None:
        try:
            for item in items:
                put(item, None)
                if abandoned.is_set():
                    return
        except BaseException as error:  # raised again in the caller's thread
            put(None, error)
        else:
            put(None, None)

    maker = threading.Thread(target=contextvars.copy_context().run, args=(make,), daemon=True, name="read-ahead")
    maker.start()
    try:
        while True:
            item, error = queue.get()
            if error is not None:
                raise error
            if item is None:
                return
            yield item
    finally:
        abandoned.set()
        maker.join()
