"""Many small pieces of work, of which none may keep the others from being done."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import TypeVar

import structlog

from core.errors import AppError

log = structlog.get_logger("payments")
Piece = TypeVar("Piece")
Found = TypeVar("Found")


class Sweep:
    """Counts what its pieces changed.

    A piece that is refused, or finds the vendor silent, is logged: the next sweep meets it again. What nobody foresaw
    is raised at the end, when all other pieces are done.
    """

    def __init__(self) -> None:
        self._changed = 0
        self._unforeseen: list[Exception] = []

    def each(self, pieces: Iterable[Piece], work: Callable[[Piece], int]) -> None:
        """Do the work for each piece; it commits by itself and returns how much it changed."""
        for piece in pieces:
            self._changed += int(self.attempt(partial(work, piece), otherwise=0))

    def attempt(self, work: Callable[[], Found], *, otherwise: Found) -> Found:
        """What the work finds, or `otherwise` where it is refused or breaks."""
        try:
            return work()
        except AppError as error:
            log.warning("sweep of payments: one piece failed", error=type(error).__name__, reason=str(error))
        except Exception as error:
            log.exception("sweep of payments: one piece broke")
            self._unforeseen.append(error)
        return otherwise

    def end(self) -> int:
        """How much was changed. Raises ExceptionGroup with what nobody foresaw."""
        if self._unforeseen:
            raise ExceptionGroup("sweep of payments", self._unforeseen)
        return self._changed
