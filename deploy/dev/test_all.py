"""`make test-all`: `make test` against the real parts, with nothing allowed to skip.

Installs what is missing, starts all parts side by side, and stops what it started however the tests end. After the
tests it says nothing, so that pytest's closing line stays the last one.
"""

import fcntl
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from deploy.console import CannotGoOn, give_up, say, step
from deploy.dev.machine import ROOT, install_debian_packages, server_folder
from deploy.dev.part import Part
from deploy.dev.parts import ALL_PARTS
from deploy.processes import Stopped, StopRequest, start_process, wait_for_exit

TESTS = ("make", "--no-print-directory", "test")


def side_by_side(parts: Sequence[Part], work: Callable[[Part], None]) -> None:
    """Do `work` for every part at the same time; raise the first failure once all have come to an end."""
    failures: list[Exception] = []

    def guarded(part: Part) -> None:
        try:
            work(part)
        except (CannotGoOn, Stopped, OSError) as failure:
            failures.append(failure)

    threads = [threading.Thread(target=guarded, args=(part,), name=part.name) for part in parts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


@contextmanager
def only_one() -> Iterator[None]:
    """Refuse to run twice at once in one checkout, because the servers' folders are shared."""
    with (server_folder() / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotGoOn("make test-all already runs in this checkout: wait for it to end.") from None
        yield


def install_parts(parts: Sequence[Part]) -> None:
    """Install what this machine lacks."""
    packages = [package for part in parts for package in part.missing_packages()]
    if packages:
        with step(f"install {', '.join(packages)}"):
            install_debian_packages(packages)
    with step("fetch and build what Debian does not have"):
        side_by_side(parts, lambda part: part.install())


def start_parts(parts: Sequence[Part], stop: StopRequest) -> None:
    """Start every part and wait until it answers; prints how long each took."""
    started = time.monotonic()

    def start_and_wait(part: Part) -> None:
        stop.check()
        part.start()
        part.wait(stop)
        say(f"  {part.name + ' answers':<52} {time.monotonic() - started:6.1f} s")

    side_by_side(parts, start_and_wait)


def run_with_parts(command: Sequence[str], stop: StopRequest) -> int:
    """Run `command` beside all real parts; returns its exit code."""
    parts = [kind() for kind in ALL_PARTS]
    say("Real parts for the tests")
    install_parts(parts)
    stop.check()
    try:
        start_parts(parts, stop)
        environment = {**os.environ, "NO_SKIPS": "1"}
        for part in parts:
            environment.update(part.environment())
        tests = start_process(command, environment=environment, folder=ROOT)
        return wait_for_exit(tests, stop)
    finally:
        side_by_side(parts, lambda part: part.stop())


def main() -> int:
    stop = StopRequest().listen()
    command = sys.argv[1:] or TESTS
    try:
        with only_one():
            return run_with_parts(command, stop)
    except Stopped:
        say("Stopped; every part that was started has ended.")
        return 128 + (stop.signal_number or 0)
    except CannotGoOn as reason:
        give_up(str(reason))


if __name__ == "__main__":
    sys.exit(main())
