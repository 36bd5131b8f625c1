"""The world that the benchmarks run in: a database with 10⁵ products and 10⁵ lots, and the servers."""

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from bench.baseline import prepare_rows
from core.embedded.postgresql import embedded_database_url

SITE_PORT = int(os.environ.get("BENCH_PORT", "8700"))
SANDBOX_PORT = SITE_PORT + 1
BASELINE_PORT = SITE_PORT + 2
PRODUCTS = int(os.environ.get("BENCH_PRODUCTS", "100000"))
LOTS = int(os.environ.get("BENCH_LOTS", "100000"))
THREADS = 16


@dataclass(frozen=True)
class World:
    """Where the benchmarks find the site's data."""

    database_url: str
    folder: Path


def prepare_world(folder: Path) -> tuple[World, dict[str, str]]:
    """Make (once) and migrate the database in `folder`, fill it, build the search index.

    Returns the world and the environment of its servers. A second run finds everything in place.
    """
    folder.mkdir(parents=True, exist_ok=True)
    database_url = os.environ.get("BENCH_DATABASE_URL") or embedded_database_url(folder)
    environment = os.environ | {
        "DATABASE_URL": database_url,
        "VAR_DIR": str(folder),
        "PORT": str(SITE_PORT),
        "SANDBOX_PORT": str(SANDBOX_PORT),
        "SITE_URL": f"http://localhost:{SITE_PORT}",
        "LOG_LEVEL": "WARNING",
        "RATE_LIMITS_ENABLED": "false",
    }
    prepare_rows(database_url)
    flask = [sys.executable, "-m", "flask", "--app", "app:create_app"]
    subprocess.run([*flask, "db", "upgrade"], env=environment, check=True)
    marker = folder / f"ready-{PRODUCTS}-{LOTS}"
    if not marker.exists():
        subprocess.run([*flask, "seed", "--products", str(PRODUCTS), "--lots", str(LOTS)], env=environment, check=True)
        marker.touch()
    return World(database_url, folder), environment


@contextmanager
def running_servers(
    environment: dict[str, str], *, site_workers: int = 1, site_threads: int = THREADS
) -> Iterator[None]:
    """The site with so many threads in each worker, the payment sandbox and the baseline, each under granian."""
    commands = (
        ("app:create_server", SITE_PORT, site_workers, site_threads),
        ("market.payments.sandbox.server:create_from_environment", SANDBOX_PORT, 1, THREADS),
        ("bench.baseline:create_baseline", BASELINE_PORT, 1, THREADS),
    )
    granian = [sys.executable, "-m", "granian", "--interface", "wsgi", "--factory", "--no-ws", "--log-level", "warning"]
    granian += ["--host", "127.0.0.1"]
    processes = [
        subprocess.Popen(
            [
                *granian,
                *("--workers", str(workers), "--blocking-threads", str(threads), "--port", str(port)),
                application,
            ],
            env=environment,
        )
        for application, port, workers, threads in commands
    ]
    try:
        for port, path in ((SITE_PORT, "/readyz"), (SANDBOX_PORT, "/healthz"), (BASELINE_PORT, "/rows/1")):
            _wait_for(f"http://127.0.0.1:{port}{path}")
        yield
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(timeout=30)


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with suppress(OSError), urllib.request.urlopen(url, timeout=5):
            return
        time.sleep(0.2)
    raise SystemExit(f"{url} does not answer")
