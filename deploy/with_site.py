"""Run a command against the site: the one that runs on this machine, or one that is started for it and stopped again.

    python -m deploy.with_site COMMAND [ARGUMENT …]

The command finds the site's address in `SITE_URL`; its exit code is passed on.
"""

import json
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.console import CannotGoOn, give_up, say, step
from deploy.processes import Stopped, StopRequest, end_process, start_process, wait_for_exit, wait_until
from deploy.site import ROOT, describe_site, get_json

PATIENCE_SECONDS = 300  # a first start installs the database and the sample data
PATIENCE_FOR_END_SECONDS = 20


@dataclass(frozen=True)
class RunningSite:
    """What a site says of itself once it is ready."""

    url: str
    web_address: str

    def answers(self) -> bool:
        ready = get_json(f"{self.web_address}/readyz")
        return ready is not None and ready.get("status") == "ok"


def announcement(var_dir: Path) -> Path:
    return var_dir / "run" / "site.json"


def find_running_site(var_dir: Path) -> RunningSite | None:
    """The site that was started from this checkout and answers now."""
    try:
        said = json.loads(announcement(var_dir).read_text())
        site = RunningSite(url=said["url"], web_address=said["web_address"])
    except (FileNotFoundError, ValueError, KeyError):
        return None
    return site if site.answers() else None


@contextmanager
def site_at_hand(stop: StopRequest) -> Iterator[RunningSite]:
    """The running site, or one that lives as long as the block. Raises `CannotGoOn` when it does not come up."""
    described = describe_site()
    var_dir = Path(described.environment["VAR_DIR"])
    running = find_running_site(var_dir)
    if running is not None:
        say(f"Using the site that runs at {running.url}")
        yield running
        return
    log_path = var_dir / "log" / "site.log"
    log_path.parent.mkdir(parents=True, exist_ok=True)
    with log_path.open("wb") as log:
        process = start_process([sys.executable, "-m", "deploy.run"], environment=os.environ, folder=ROOT, output=log)
    try:
        with step("no site runs here, so start one"):
            wait_until(
                lambda: process.poll() is not None or find_running_site(var_dir) is not None,
                stop,
                patience_seconds=PATIENCE_SECONDS,
            )
        started = find_running_site(var_dir)
        if started is None:
            words = log_path.read_text(errors="replace").strip().splitlines()
            raise CannotGoOn(f"The site did not start: {words[-1] if words else 'it said nothing'} (see {log_path}).")
        yield started
    finally:
        end_process(process, first=signal.SIGTERM, patience_seconds=PATIENCE_FOR_END_SECONDS)


def run_with_site(command: Sequence[str], stop: StopRequest) -> int:
    """Run `command` with `SITE_URL` set; returns its exit code."""
    with site_at_hand(stop) as site:
        process = start_process(command, environment={**os.environ, "SITE_URL": site.url}, folder=ROOT)
        return wait_for_exit(process, stop)


def main() -> int:
    stop = StopRequest().listen()
    if len(sys.argv) < 2:
        give_up("Say which command to run with the site: python -m deploy.with_site COMMAND …")
    try:
        return run_with_site(sys.argv[1:], stop)
    except Stopped:
        return 128 + (stop.signal_number or signal.SIGINT)
    except CannotGoOn as reason:
        give_up(str(reason))


if __name__ == "__main__":
    sys.exit(main())
