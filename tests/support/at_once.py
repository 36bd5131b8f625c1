"""Doing things at the same moment, on real connections."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from flask import Flask

from core.db import atomic
from core.errors import AppError


def at_once(app: Flask, *works: Callable[[], object]) -> list[AppError | None]:
    """Do all of it at the same moment, each in a transaction of its own; what each was refused with."""
    ready = threading.Barrier(len(works))

    def do(work: Callable[[], object]) -> AppError | None:
        with app.app_context():
            ready.wait(timeout=10)
            try:
                with atomic():
                    work()
            except AppError as error:
                return error
        return None

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(do, works))
