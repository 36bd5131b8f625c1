"""The supervisor of `make run`: whatever signal comes, and whenever, no child is left."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).resolve().parents[2]
# A child that writes its process id to a file named after it, and has a child of its own in the same session.
PATIENT = "sh -c 'sleep 300 & echo $$ $! > {folder}/{name}.new; mv {folder}/{name}.new {folder}/{name}; wait'"
DEAF = "sh -c 'trap \"\" TERM; echo $$ > {file}.new; mv {file}.new {file}; while true; do sleep 0.1; done'"
Start = Callable[[dict[str, str]], "subprocess.Popen[str]"]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start the supervisor with these children; a supervisor that a failed test leaves is killed."""
    running: list[subprocess.Popen[str]] = []

    def starting(children: dict[str, str]) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.deploy.supervised", json.dumps(children)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        running.append(process)
        return process

    yield starting
    for process in running:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def patient(folder: Path, *names: str) -> dict[str, str]:
    """Children that run until they are ended."""
    return {name: PATIENT.format(folder=folder, name=name) for name in names}


def eventually(condition: Callable[[], bool], seconds: float = 10) -> bool:
    """Whether `condition` became true within `seconds`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return condition()


def pids_of(folder: Path, *names: str) -> list[int]:
    """Process ids of the named children and theirs, once they have all written them."""
    assert eventually(lambda: all((folder / name).exists() for name in names)), "a child did not start"
    return [int(pid) for name in names for pid in (folder / name).read_text().split()]


def lives(pid: int) -> bool:
    """Whether a process runs; one that has ended and is not collected yet does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def await_line(process: "subprocess.Popen[str]", text: str) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        if text in line:
            return
    pytest.fail(f"the supervisor ended without saying {text!r}")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_every_process(start: Start, tmp_path: Path, number: signal.Signals) -> None:
    supervisor = start(patient(tmp_path, "web", "worker"))
    pids = pids_of(tmp_path, "web", "worker")
    await_line(supervisor, "all started")
    supervisor.send_signal(number)
    output, _ = supervisor.communicate(timeout=10)
    assert supervisor.returncode == 0, output
    assert "ended first: None; asked to stop: True" in output
    assert eventually(lambda: not any(map(lives, pids)))


def test_ctrl_c_in_a_terminal_reaches_the_whole_group_and_is_handled_once(start: Start, tmp_path: Path) -> None:
    supervisor = start(patient(tmp_path, "web", "worker"))
    pids = pids_of(tmp_path, "web", "worker")
    await_line(supervisor, "all started")
    os.killpg(supervisor.pid, signal.SIGINT)
    output, _ = supervisor.communicate(timeout=10)
    assert supervisor.returncode == 0, output
    assert "Traceback" not in output
    assert eventually(lambda: not any(map(lives, pids)))


@pytest.mark.parametrize("delay_ms", [0, 5, 15, 40])
def test_a_signal_during_start_leaves_no_process(start: Start, tmp_path: Path, delay_ms: int) -> None:
    supervisor = start(patient(tmp_path, "web", "worker", "sandbox"))
    await_line(supervisor, "starting")
    time.sleep(delay_ms / 1000)  # not a wait for something: each moment within the start is a case of its own
    os.killpg(supervisor.pid, signal.SIGTERM)
    output, _ = supervisor.communicate(timeout=10)
    assert supervisor.returncode == 0, output
    assert "Traceback" not in output
    pids = [int(pid) for path in tmp_path.iterdir() for pid in path.read_text().split()]
    assert eventually(lambda: not any(map(lives, pids)))


def test_a_child_that_ends_takes_the_others_with_it_and_is_named(start: Start, tmp_path: Path) -> None:
    supervisor = start({**patient(tmp_path, "web"), "worker": "sh -c 'echo I cannot; exit 7'"})
    output, _ = supervisor.communicate(timeout=10)
    assert supervisor.returncode == 1
    assert re.search(r"worker +\| I cannot", output)
    assert "ended first: worker; asked to stop: False" in output
    assert not any(lives(int(pid)) for path in tmp_path.iterdir() for pid in path.read_text().split())


def test_a_child_that_ignores_the_request_is_killed(start: Start, tmp_path: Path) -> None:
    supervisor = start({"web": DEAF.format(file=tmp_path / "web")})
    pids = pids_of(tmp_path, "web")
    await_line(supervisor, "all started")
    supervisor.terminate()
    supervisor.terminate()
    output, _ = supervisor.communicate(timeout=10)
    assert supervisor.returncode == 0, output
    assert not any(map(lives, pids))


def test_a_killed_supervisor_leaves_no_process(start: Start, tmp_path: Path) -> None:
    supervisor = start(patient(tmp_path, "web", "worker"))
    pids = pids_of(tmp_path, "web", "worker")
    supervisor.kill()
    assert eventually(lambda: not any(map(lives, pids)))
