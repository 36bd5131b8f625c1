"""What the commands say: one line a step with its time, one sentence when they cannot go on.

Standard library only, and readable by Python 3.8, because `deploy.install` uses it before anything is installed.
"""

from __future__ import annotations  # Python 3.8 must be able to read this file

import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

CANNOT_GO_ON = 2


class CannotGoOn(Exception):
    """One sentence that says what stands in the way and what to do about it."""


def say(text: str) -> None:
    print(text, flush=True)


def give_up(sentence: str) -> NoReturn:
    """End the command with one sentence on standard error and exit code 2."""
    sys.stdout.flush()
    print(sentence, file=sys.stderr, flush=True)
    raise SystemExit(CANNOT_GO_ON)


class Step:
    """One line of progress; `note` adds what came of it to the closing line."""

    def __init__(self) -> None:
        self.outcome = ""

    def note(self, outcome: str) -> None:
        self.outcome = outcome


@contextmanager
def step(title: str, announce: bool = True) -> Iterator[Step]:
    """Print `title …` when the step starts, and the same line with its seconds when it has ended well.

    Without `announce` only the second line is printed, which other output may then come before.
    """
    on_terminal = announce and sys.stdout.isatty()
    if on_terminal:
        print(f"  {title} …", end="", flush=True)
    started = time.monotonic()
    current = Step()
    try:
        yield current
    except BaseException:
        if on_terminal:
            print(flush=True)
        raise
    outcome = ": " + current.outcome if current.outcome else ""
    line = f"  {title + outcome:<52} {time.monotonic() - started:6.1f} s"
    print(("\r" + line) if on_terminal else line, flush=True)


def require_disk_space(folder: str, needed_bytes: int) -> None:
    """Raise `CannotGoOn` when the disk that holds `folder` has less than `needed_bytes` left."""
    free = shutil.disk_usage(folder).free
    if free < needed_bytes:
        raise CannotGoOn(
            f"The disk of {folder} has {free / 1e9:.1f} GB left and {needed_bytes / 1e9:.1f} GB are needed: "
            "free some space and run the command again."
        )
