"""`make run`: the whole site on this machine, under one supervisor, until Ctrl-C.

Order: ports and disk, database, migrations, sample data, then web, worker and payment sandbox together. They end in
the opposite order: the database goes last, because this process holds it.
"""

import json
import os
import shlex
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.console import CannotGoOn, give_up, say, step
from deploy.database import is_empty, is_migrated, run_flask, start_embedded
from deploy.processes import POLL_SECONDS, Stopped, StopRequest
from deploy.site import ROOT, Site, check_disk, check_ports, describe_site
from deploy.supervisor import Supervisor
from deploy.with_site import announcement

PATIENCE_SECONDS = 90
# Filled by the seeds and never emptied afterwards: a row here says that the sample data is in.
SEEDED_TABLE = "users"


def prepare_database(site: Site, stop: StopRequest) -> None:
    """Start, migrate and once fill the database; puts its address into the environment of the site's processes."""
    environment = site.environment
    embedded = site.settings.database_url is None
    if site.settings.database_url is None:
        with step("start the embedded PostgreSQL"):
            environment["DATABASE_URL"] = start_embedded(Path(environment["VAR_DIR"]))
    stop.check()
    if not is_migrated(environment["DATABASE_URL"], ROOT / "migrations"):
        with step("bring the tables up to date"):
            run_flask(["db", "upgrade"], environment=environment, root=ROOT, stop=stop)
    # Only ever the database that this command made itself: the sample accounts have passwords everyone knows.
    if embedded and is_empty(environment["DATABASE_URL"], SEEDED_TABLE):
        with step("fill it with sample data, once"):
            run_flask(["seed"], environment=environment, root=ROOT, stop=stop)


def describe_demo() -> list[str]:
    """Lines about the sample accounts."""
    from seeds.accounts import DEMO_ACCOUNTS

    return [
        f"  {account.role:<21} {account.email:<27} {account.phone:<14} {account.password}" for account in DEMO_ACCOUNTS
    ]


def closing_block(site: Site, seconds: float) -> str:
    """What a person needs to know once everything answers."""
    lines = [
        "",
        f"{site.settings.site_name} is ready after {seconds:.1f} s: {site.url}",
        "",
    ]
    if site.settings.database_url is None:
        lines += ["Demo accounts (who, e-mail or phone number, password):", *describe_demo(), ""]
    if site.settings.smtp_host is None:
        lines += [f"Mails it sent:  {site.url}/mailbox"]
    lines += [f"API:            {site.url}/api", "Stop:           Ctrl-C", ""]
    return "\n".join(lines)


@contextmanager
def announced(site: Site) -> Iterator[Path]:
    """Keep `var/run/site.json` while the site is up, so that other commands find it."""
    path = announcement(Path(site.environment["VAR_DIR"]))
    path.parent.mkdir(parents=True, exist_ok=True)
    site.worker_ready_file.unlink(missing_ok=True)
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)
        site.worker_ready_file.unlink(missing_ok=True)


def announce(site: Site, path: Path) -> None:
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps({"pid": os.getpid(), "url": site.url, "web_address": site.web_address}))
    fresh.replace(path)


class Readiness:
    """Waits, beside the supervisor, until every part answers, and then says so."""

    def __init__(self, site: Site, started: float, announcement: Path) -> None:
        self._site = site
        self._started = started
        self._announcement = announcement
        self.reached = threading.Event()
        self.failed = False

    def wait(self) -> None:
        """Poll until all answer; past `PATIENCE_SECONDS`, name who does not and end the site."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        with step("start " + ", ".join(process.name for process in self._site.processes()), announce=False):
            while waiting := self._site.not_answering():
                if time.monotonic() > deadline:
                    self.failed = True
                    say(f"  still not answering after {PATIENCE_SECONDS} s: {', '.join(waiting)}")
                    os.kill(os.getpid(), signal.SIGTERM)
                    return
                time.sleep(POLL_SECONDS * 2)
        announce(self._site, self._announcement)
        self.reached.set()
        say(closing_block(self._site, time.monotonic() - self._started))


def serve(site: Site, stop: StopRequest, started: float) -> int:
    """Run the site's processes until they end; returns the exit code of the command."""
    with announced(site) as announcement:
        readiness = Readiness(site, started, announcement)
        supervisor = Supervisor(stop, on_started=readiness.wait)
        for process in site.processes():
            supervisor.add(process.name, shlex.join(process.command), process.environment, str(ROOT))
        supervisor.run()
    if supervisor.first_to_end is not None:
        name = supervisor.first_to_end
        raise CannotGoOn(
            f"The {name} ended by itself (exit code {supervisor.exit_code_of(name)}), so everything was stopped: "
            "its last words are above."
        )
    if readiness.failed:
        raise CannotGoOn("The site did not come up, so everything was stopped: what the parts said is above.")
    if not readiness.reached.is_set():
        raise Stopped
    say("Stopped; the data stays in var/.")
    return 0


def main() -> int:
    started = time.monotonic()
    stop = StopRequest().listen()
    try:
        site = describe_site()
        check_ports(site.settings)
        check_disk(site.settings)
        say(f"Starting {site.settings.site_name}")
        prepare_database(site, stop)
        stop.check()
        return serve(site, stop, started)
    except Stopped:
        say("Stopped before it was ready.")
        return 128 + (stop.signal_number or signal.SIGINT)
    except CannotGoOn as reason:
        give_up(str(reason))


if __name__ == "__main__":
    sys.exit(main())
