"""The real parts of `make test-all`: what is missing, what is stopped."""

import os
import sys
import time
from pathlib import Path

import pytest

from deploy.console import CannotGoOn
from deploy.dev import machine, parts
from deploy.dev.test_all import side_by_side
from deploy.processes import Stopped, StopRequest, end_process, group_lives, start_process, wait_for_exit


@pytest.fixture
def java(tmp_path: Path) -> Path:
    """A folder that looks like an installed Java 21."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "java").touch()
    (tmp_path / "release").write_text('IMPLEMENTOR="Somebody"\nJAVA_VERSION="21.0.4"\n')
    return tmp_path


def test_the_version_of_a_java_is_read(java: Path) -> None:
    assert parts.java_version(java) == 21


def test_a_folder_without_java_has_no_version(tmp_path: Path) -> None:
    assert parts.java_version(tmp_path) == 0


def test_missing_packages_are_named_to_someone_who_is_not_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "is_root", lambda: False)
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    with pytest.raises(CannotGoOn, match="Run `sudo apt-get install chromium redis-server`"):
        machine.install_debian_packages(["chromium", "redis-server"])


def test_missing_packages_are_named_where_there_is_no_debian(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(CannotGoOn, match="Missing on this machine: chromium"):
        machine.install_debian_packages(["chromium"])


def test_nothing_missing_installs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "run_tool", lambda *_, **__: pytest.fail("a tool was run"))
    machine.install_debian_packages([])


def test_each_part_offers_its_own_variables() -> None:
    offered = [name for kind in parts.ALL_PARTS for name in kind().environment()]
    assert sorted(offered) == [
        "CHROMIUM_PATH",
        "ELASTICSEARCH_URL",
        "REDIS_URL",
        "STRIPE_MOCK_URL",
        "TEST_DATABASE_URL",
    ]


def test_the_first_failure_is_told_after_all_have_ended() -> None:
    done = []

    def work(part: parts.Part) -> None:
        if part.name == "redis":
            raise CannotGoOn("no redis")
        done.append(part.name)

    with pytest.raises(CannotGoOn, match="no redis"):
        side_by_side([parts.Redis(), parts.Chromium()], work)
    assert done == ["chromium"]


def test_ending_a_process_ends_what_it_started(tmp_path: Path) -> None:
    process = start_process(["sh", "-c", "sleep 300 & wait"], environment=os.environ, folder=tmp_path)
    end_process(process)
    assert process.returncode is not None
    assert not group_lives(process.pid)


def test_a_process_that_ignores_the_request_is_killed(tmp_path: Path) -> None:
    deaf = "import signal, pathlib; signal.signal(15, signal.SIG_IGN); pathlib.Path('deaf').touch(); signal.pause()"
    process = start_process([sys.executable, "-S", "-c", deaf], environment=os.environ, folder=tmp_path)
    while not (tmp_path / "deaf").exists():
        assert process.poll() is None
        time.sleep(0.01)
    end_process(process, patience_seconds=0.2)
    assert process.returncode == -9


def test_a_stop_request_ends_the_process_that_is_waited_for(tmp_path: Path) -> None:
    process = start_process(["sleep", "300"], environment=os.environ, folder=tmp_path)
    stop = StopRequest()
    stop.signal_number = 15
    with pytest.raises(Stopped):
        wait_for_exit(process, stop)
    assert process.returncode == -15


def test_an_exit_code_is_passed_on(tmp_path: Path) -> None:
    process = start_process(["sh", "-c", "exit 7"], environment=os.environ, folder=tmp_path)
    assert wait_for_exit(process, StopRequest()) == 7
