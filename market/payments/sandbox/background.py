"""The sandbox's own threads: some send webhooks, one sends them again, one closes sessions whose time is over."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from sqlalchemy.exc import SQLAlchemyError

from .idempotency import forget_old_keys
from .refunding import finish_due_refunds
from .store import Store
from .transitions import expire_due_sessions
from .webhooks import Deliverer

logger = logging.getLogger(__name__)

# Several, so that one slow receiver does not hold up everything; like Stripe, this gives no promise about order.
DELIVERY_THREADS = 4
POLL_SECONDS = 0.5


class Background:
    """Runs deliveries and the sweep until it is stopped; a lost database connection is logged and tried again."""

    def __init__(self, store: Store, deliverer: Deliverer) -> None:
        self.store = store
        self.deliverer = deliverer
        self._stopping = threading.Event()
        self._work = threading.Semaphore(0)
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Start the threads; they are daemons and do not keep the process alive."""
        self.store.on_events.append(self._work.release)
        loops: list[Callable[[], None]] = [self._deliver_forever] * DELIVERY_THREADS
        loops += [self._deliver_rest_forever, self._sweep_forever]
        for loop in loops:
            thread = threading.Thread(target=loop, name=f"sandbox{loop.__name__}", daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        """End the threads and wait for what they are sending."""
        self._stopping.set()
        for _ in self._threads:
            self._work.release()
        for thread in self._threads:
            thread.join()

    def _deliver_forever(self) -> None:
        while self._work.acquire() and not self._stopping.is_set():
            self._try(self.deliverer.deliver_next)

    def _deliver_rest_forever(self) -> None:
        """What was delayed, is tried again, or was left by another process: nobody is told when that is due."""
        while not self._stopping.wait(POLL_SECONDS):
            self._try(self.deliverer.deliver_due)

    def _sweep_forever(self) -> None:
        while not self._stopping.wait(POLL_SECONDS):
            self._try(self.sweep)

    def sweep(self) -> None:
        """Close overdue sessions and finish refunds, which emits their events, and drop old idempotency keys."""
        with self.store.open() as books:
            expire_due_sessions(books)
        with self.store.open() as books:
            finish_due_refunds(books)
            forget_old_keys(books)

    @staticmethod
    def _try(work: Callable[[], object]) -> None:
        try:
            work()
        except SQLAlchemyError:
            logger.exception("The payment sandbox cannot reach its tables; it will try again.")
