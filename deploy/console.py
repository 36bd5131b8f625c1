"""What the commands say: one line a step with its time, one sentence when they cannot go on.

Standard library only, and readable by Python 3.8, because `deploy.install` uses it before anything is installed.
"""

import shutil
import sys
import time
from contextlib import contextmanager
from typing import Iterator, NoReturn

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
def step(title: str) -> Iterator[Step]:
    """Print `title …` when the step starts, and the same line with its seconds when it has ended well."""
    on_terminal = sys.stdout.isatty()
    if on_terminal:
        print("  {} …".format(title), end="", flush=True)
    started = time.monotonic()
    current = Step()
    try:
        yield current
    except BaseException:
        if on_terminal:
            print(flush=True)
        raise
    outcome = ": " + current.outcome if current.outcome else ""
    line = "  {:<52} {:6.1f} s".format(title + outcome, time.monotonic() - started)
    print(("\r" + line) if on_terminal else line, flush=True)


def require_disk_space(folder: str, needed_bytes: int) -> None:
    """Raise `CannotGoOn` when the disk that holds `folder` has less than `needed_bytes` left."""
    free = shutil.disk_usage(folder).free
    if free < needed_bytes:
        raise CannotGoOn(
            "The disk of {} has {:.1f} GB left and {:.1f} GB are needed: free some space and run the command again.".format(
                folder, free / 1e9, needed_bytes / 1e9
            )
        )
