"""What every real part has in common."""

import os
import socket
import subprocess
import threading
import urllib.error
import urllib.request
from abc import ABC, abstractmethod
from pathlib import Path

from deploy.console import CannotGoOn
from deploy.dev.machine import server_folder, server_user
from deploy.processes import StopRequest, end_process, free_port, start_process, wait_until

PATIENCE_SECONDS = 120


class Part(ABC):
    """One program that `make test-all` installs, starts, and stops again."""

    name: str
    #: How the process is asked to end.
    stop_signal: int = 15

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None

    def missing_packages(self) -> list[str]:
        """Debian packages that this machine lacks."""
        return []

    def install(self) -> None:  # noqa: B027 - most parts come whole from Debian
        """Fetch or build what no Debian package holds; does nothing when it is there."""

    @abstractmethod
    def start(self) -> None:
        """Start the process; returns at once."""

    @abstractmethod
    def answers(self) -> bool:
        """Whether it serves requests now."""

    @abstractmethod
    def environment(self) -> dict[str, str]:
        """The variables through which the tests find it."""

    def wait(self, stop: StopRequest) -> None:
        """Wait until it answers. Raises `CannotGoOn` when it ended or takes too long, naming its log."""

        def answers_or_ended() -> bool:
            return self.has_ended() or self.answers()

        in_time = wait_until(answers_or_ended, stop, patience_seconds=PATIENCE_SECONDS)
        if self.has_ended():
            raise CannotGoOn(f"{self.name} ended while starting: {self.last_words()} ({self.log_path}).")
        if not in_time:
            raise CannotGoOn(f"{self.name} did not answer within {PATIENCE_SECONDS} s: see {self.log_path}.")

    def stop(self) -> None:
        """End the process that `start` started, and all that it started."""
        if self.process is not None:
            end_process(self.process, first=self.stop_signal)
            self.process = None

    def has_ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    @property
    def log_path(self) -> Path:
        return server_folder() / f"{self.name}.log"

    def last_words(self) -> str:
        lines = self.log_path.read_text(errors="replace").strip().splitlines() if self.log_path.exists() else []
        return lines[-1] if lines else "it said nothing"

    def spawn(self, command: list[str], folder: Path, environment: dict[str, str], *, as_server: bool = True) -> None:
        """Start `command` in `folder`, its words going to `log_path`."""
        with self.log_path.open("wb") as log:
            self.process = start_process(
                command,
                environment=environment,
                folder=folder,
                output=log,
                user=server_user() if as_server else None,
            )


class LoopbackPort:
    """A port of loopback, chosen when first asked for: any free one, or the next from `REAL_PARTS_PORTS_FROM` on."""

    _taken = 0
    _lock = threading.Lock()

    def __init__(self) -> None:
        self._number: int | None = None

    @property
    def number(self) -> int:
        if self._number is None:
            first = os.environ.get("REAL_PARTS_PORTS_FROM")
            self._number = self._next_from(int(first)) if first else free_port()
        return self._number

    @classmethod
    def _next_from(cls, first: int) -> int:
        with cls._lock:
            cls._taken += 1
            return first + cls._taken - 1

    def is_open(self) -> bool:
        with socket.socket() as probe:
            probe.settimeout(1)
            return probe.connect_ex(("127.0.0.1", self.number)) == 0


def http_answers(address: str, *, accepted: tuple[int, ...] = (200,)) -> bool:
    """Whether a GET of `address` is answered with one of the `accepted` status codes."""
    try:
        with urllib.request.urlopen(address, timeout=2) as response:
            return response.status in accepted
    except urllib.error.HTTPError as error:
        return error.code in accepted
    except OSError:
        return False
