"""The real site for tests: web under granian, a Celery worker and the payment sandbox, as `make run` starts them.

It has ports, a folder, a database and a search index of its own. Where the addresses of a real Elasticsearch and Redis
are set, it runs on those.
"""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
import redis
import requests

from core.db import new_id
from deploy.database import plain_url, run_flask
from deploy.processes import StopRequest, end_process, free_port, start_process, wait_until
from deploy.site import ROOT, Site, describe_site
from tests.support.databases import TestDatabases

PATIENCE_SECONDS = 60
REDIS_DATABASE = 7
FOREIGN_SERVICES = ("STRIPE_API_KEY", "STRIPE_WEBHOOK_SECRET", "S3_BUCKET", "SMTP_HOST", "SECRET_KEY")


@dataclass
class RunningSite:
    """The site and its processes by name; a test may kill one and start it again."""

    site: Site
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return self.site.url

    @property
    def var_dir(self) -> Path:
        return Path(self.site.environment["VAR_DIR"])

    def start(self, name: str) -> None:
        """Start one process; its words go to a file."""
        process = next(process for process in self.site.processes() if process.name == name)
        log_path = self.var_dir / "log" / f"{name}.log"
        log_path.parent.mkdir(parents=True, exist_ok=True)
        with log_path.open("ab") as log:
            started = start_process(process.command, environment=process.environment, folder=ROOT, output=log)
        self.processes[name] = started

    def wait(self) -> None:
        """Wait until every part answers; fails with the words of those that ended."""
        ended = {name: process for name, process in self.processes.items() if process.poll() is not None}
        ready = wait_until(lambda: not self.site.not_answering(), StopRequest(), patience_seconds=PATIENCE_SECONDS)
        if not ready or ended:
            words = {name: self.words_of(name)[-2000:] for name in self.processes}
            pytest.fail(f"the site did not come up; still waiting for {self.site.not_answering()}: {words}")

    def words_of(self, name: str) -> str:
        """What a process has said so far."""
        return (self.var_dir / "log" / f"{name}.log").read_text(errors="replace")

    def end(self, name: str, signal_number: int) -> None:
        """End one process and its children with this signal."""
        process = self.processes.pop(name)
        end_process(process, first=signal_number)

    def stop(self) -> None:
        """End all: first everybody is asked, then each is waited for."""
        for process in self.processes.values():
            with suppress(ProcessLookupError):  # it has ended by itself
                os.killpg(process.pid, signal.SIGTERM)
        for name in list(self.processes):
            end_process(self.processes.pop(name))

    def rows(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        """What the database says; for what no page shows, such as how often something was done."""
        with psycopg.connect(plain_url(self.site.environment["DATABASE_URL"])) as connection:
            return connection.execute(statement, values).fetchall()


@pytest.fixture(scope="session")
def running_site(databases: TestDatabases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """The site, filled with the demo world, for as long as the tests run."""
    var_dir = tmp_path_factory.mktemp("site")
    database_url = databases.clone()
    with pytest.MonkeyPatch.context() as patch, _real_parts(patch):
        for name in FOREIGN_SERVICES:
            patch.delenv(name, raising=False)
        port, sandbox_port = free_port(), free_port()
        variables = {
            "HOST": "127.0.0.1",
            "PORT": str(port),
            "SANDBOX_PORT": str(sandbox_port),
            "SITE_URL": f"http://localhost:{port}",
            "VAR_DIR": str(var_dir),
            "DATABASE_URL": database_url,
        }
        for name, value in variables.items():
            patch.setenv(name, value)
        running = RunningSite(describe_site())
        running.var_dir.joinpath("run").mkdir()
        run_flask(["seed"], environment=running.site.environment, root=ROOT, stop=StopRequest())
        try:
            for process in running.site.processes():
                running.start(process.name)
            running.wait()
            yield running
        finally:
            running.stop()


@contextmanager
def _real_parts(patch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the site use a real Redis and Elasticsearch where there are any, and leave nothing in them."""
    redis_url, search_url = os.environ.get("REDIS_URL"), os.environ.get("ELASTICSEARCH_URL")
    index = f"story-{new_id().hex}"
    patch.setenv("ELASTICSEARCH_INDEX", index)
    broker = None
    if redis_url:
        parts = urlsplit(redis_url)
        broker = parts._replace(path=f"/{REDIS_DATABASE}").geturl()
        patch.setenv("CELERY_BROKER_URL", broker)
    try:
        yield
    finally:
        if broker:
            redis.Redis.from_url(broker).flushdb()
        if search_url:
            listed = requests.get(f"{search_url}/_cat/indices/{index}*?format=json", timeout=10).json()
            for entry in listed:
                requests.delete(f"{search_url}/{entry['index']}", timeout=10).raise_for_status()
