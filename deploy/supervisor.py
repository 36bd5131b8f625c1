"""One supervisor for the processes of the site: honcho's manager, made safe against signals at any moment.

What honcho leaves open and the site needs: a signal that comes while children are being started, a supervisor that is
killed without a chance to clean up, and a sentence that names the process that ended first.
"""

import math
import multiprocessing
import multiprocessing.connection
import os
import queue
import signal
import sys
import threading
import time
import types
from collections.abc import Callable, Mapping
from typing import Any

from honcho.manager import Manager
from honcho.printer import Message, Printer
from honcho.process import Process

from deploy.processes import StopRequest

STOP_SIGNALS = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}


class GuardedProcess(Process):
    """A honcho process whose wrapper survives the terminal's Ctrl-C, and ends its child when the supervisor is gone."""

    def run(self, events: Any = None, ignore_signals: bool = False) -> None:
        """Run the child to its end, in the wrapper process."""
        for number in STOP_SIGNALS:
            # A handler that does nothing, rather than SIG_IGN, because the child would inherit SIG_IGN.
            signal.signal(number, _stay)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)
        threading.Thread(target=self._end_with_supervisor, daemon=True).start()
        super().run(events, ignore_signals=False)

    def _end_with_supervisor(self) -> None:
        supervisor = multiprocessing.parent_process()
        if supervisor is None:
            return
        multiprocessing.connection.wait([supervisor.sentinel])
        while self._child is None:
            time.sleep(0.05)  # it is being born
        if self._child.poll() is None:
            os.killpg(self._child.pid, signal.SIGTERM)


def _stay(number: int, frame: types.FrameType | None) -> None:
    """The supervisor decides when a child ends."""


class Supervisor(Manager):
    """Runs named commands together; when one ends, all end."""

    #: How long processes may take to finish what they are at, once they are asked to end.
    patience_seconds: float = 15

    def __init__(self, stop: StopRequest, on_started: Callable[[], None] | None = None) -> None:
        super().__init__(Printer(sys.stdout))
        self._process_ctor = GuardedProcess
        self._stop_before_start = stop
        self._on_started = on_started
        self._patience_ends = math.inf
        self.stop_requested = False
        self.first_to_end: str | None = None

    def add(self, name: str, command: str, environment: Mapping[str, str], folder: str) -> None:
        """Add a process; `command` is a shell command, which the shell replaces itself with."""
        self.add_process(name, f"exec {command}", env=dict(environment), cwd=folder)

    def run(self) -> None:
        """Run until one process ends or a stop signal comes; returns when every process has ended."""
        signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
        self.loop()

    def _start(self) -> None:
        """Start every process, and let signals through only once each is known by its process id."""
        for number in STOP_SIGNALS:
            signal.signal(number, self._stop_for_signal)
        super()._start()
        while not self._all_started():
            try:
                self._note(self.events.get(timeout=0.5))
            except queue.Empty:
                dead = [name for name, process in self._processes.items() if not process["process"].is_alive()]
                if dead and not all("pid" in self._processes[name] for name in dead):
                    raise RuntimeError(f"{', '.join(dead)} could not be started") from None
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)
        if self._stop_before_start.requested:
            self._stop_for_signal()
        elif self._on_started is not None:
            threading.Thread(target=self._on_started, name="readiness", daemon=True).start()

    def _stop_for_signal(self, number: int = signal.SIGTERM, frame: types.FrameType | None = None) -> None:
        """End every process because somebody asked, also when the same signal has already ended a newborn child."""
        self.stop_requested = self.stop_requested or not self._terminating
        self.terminate()

    def _note(self, message: Message) -> None:
        """Take in one message that came before honcho's own loop listens."""
        if message.type == "line":
            self._printer.write(message)
        elif message.type == "start":
            self._processes[message.name]["pid"] = message.data["pid"]
        elif message.type == "stop":
            self._processes[message.name]["returncode"] = message.data["returncode"]

    def terminate(self) -> None:
        """End every process; remembers which one had ended by itself, if any had."""
        if not self._terminating:
            ended = [name for name, process in self._processes.items() if "returncode" in process]
            self.first_to_end = ended[0] if ended and not self.stop_requested else None
            self._patience_ends = time.monotonic() + self.patience_seconds
            # honcho begins to count only when a first process has ended; none might.
            last_resort = threading.Timer(self.patience_seconds + 0.1, self.kill)
            last_resort.daemon = True
            last_resort.start()
        super().terminate()

    def kill(self) -> None:
        """Kill what is left, but not before their patience ends: honcho's own five are too few for a worker's tasks."""
        if time.monotonic() > self._patience_ends:
            super().kill()

    def exit_code_of(self, name: str) -> int:
        return int(self._processes[name]["returncode"])

    def _system_print(self, data: str) -> None:
        """Say nothing of starts and signals: the closing sentence tells what matters."""
