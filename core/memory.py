"""Memory of processes that live long: web servers and workers."""

import gc
from typing import Final

OBJECTS_BETWEEN_ROUNDS: Final = 10_000
"""So many new objects start a round of the collector; a page makes some thousands, and they go without it."""


def settle_memory() -> None:
    """Take what is loaded by now out of the garbage collector's rounds: it stays as long as the process does.

    A page or a task that makes many objects starts many rounds, and the larger ones would walk through the whole
    application again. So there are fewer rounds, too.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(OBJECTS_BETWEEN_ROUNDS)
