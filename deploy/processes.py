"""Starting and ending other processes so that none is left behind, whenever a signal comes.

A signal handler that raises can strike between the birth of a child and the moment its parent has noted it. So the
handler here only takes note, and whoever waits for something asks `stop.requested` a few times a second. Children get
a session of their own: a Ctrl-C in the terminal reaches the parent alone, which then ends them in its order.
"""

import os
import signal
import socket
import subprocess
import time
import types
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

POLL_SECONDS = 0.05


class Stopped(Exception):
    """The user, or whoever supervises this process, asked it to end."""


class StopRequest:
    """Remembers that SIGINT, SIGTERM or SIGHUP came."""

    def __init__(self) -> None:
        self.signal_number: int | None = None

    def listen(self) -> "StopRequest":
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._take_note)
        return self

    def _take_note(self, number: int, frame: types.FrameType | None) -> None:
        self.signal_number = self.signal_number or number

    @property
    def requested(self) -> bool:
        return self.signal_number is not None

    def check(self) -> None:
        """Raise `Stopped` when a stop was requested."""
        if self.requested:
            raise Stopped


def start_process(
    command: Sequence[str],
    *,
    environment: Mapping[str, str],
    folder: Path,
    output: int | IO[bytes] | None = None,
    user: str | None = None,
) -> subprocess.Popen[bytes]:
    """Start `command` in a session of its own, as `user` when one is named (that takes root)."""
    return subprocess.Popen(
        list(command),
        env=dict(environment),
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT if output is not None else None,
        start_new_session=True,
        user=user,
        group=None if user is None else _group_of(user),
        extra_groups=None if user is None else [],
    )


def _group_of(user: str) -> int:
    import pwd  # not on Windows, where no user is ever named

    return pwd.getpwnam(user).pw_gid


def group_lives(leader: int) -> bool:
    """Whether any process of the session that `leader` opened is left."""
    try:
        os.killpg(leader, 0)
    except ProcessLookupError:
        return False
    return True


def end_process(process: subprocess.Popen[bytes], *, first: int = signal.SIGTERM, patience_seconds: float = 10) -> None:
    """End `process` and all it started: ask with `first`, and after `patience_seconds` do not ask any longer."""
    _signal_group(process.pid, first)
    deadline = time.monotonic() + patience_seconds
    while time.monotonic() < deadline:
        if process.poll() is not None and not group_lives(process.pid):
            return
        time.sleep(POLL_SECONDS)
    _signal_group(process.pid, signal.SIGKILL)
    process.wait()


def _signal_group(leader: int, number: int) -> None:
    with suppress(ProcessLookupError):  # it has ended by itself
        os.killpg(leader, number)


def wait_for_exit(process: subprocess.Popen[bytes], stop: StopRequest, *, pass_on: int = signal.SIGTERM) -> int:
    """The exit code of `process`. When a stop is requested meanwhile, end it with `pass_on` and raise `Stopped`."""
    try:
        while process.poll() is None:
            stop.check()
            time.sleep(POLL_SECONDS)
    finally:
        if process.poll() is None:
            end_process(process, first=pass_on)
    return process.returncode


def wait_until(answers: Callable[[], bool], stop: StopRequest, *, patience_seconds: float) -> bool:
    """Whether `answers()` became true in time. Raises `Stopped` when a stop is requested."""
    deadline = time.monotonic() + patience_seconds
    while time.monotonic() < deadline:
        stop.check()
        if answers():
            return True
        time.sleep(POLL_SECONDS)
    return False


def port_is_free(host: str, port: int) -> bool:
    """Whether a server could listen on `port` of `host` now."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except socket.gaierror:
        return False
    with socket.socket(family, kind, protocol) as candidate:
        # As servers do, so that connections of a site that has just stopped do not count as busy.
        candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            candidate.bind(address)
        except OSError:
            return False
    return True


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as candidate:
        candidate.bind(("127.0.0.1", 0))
        return int(candidate.getsockname()[1])
