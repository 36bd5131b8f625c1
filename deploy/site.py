"""The site as `make run` starts it: what it consists of, with which commands and which environment."""

import json
import os
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.config import ConfigurationError, Settings, load_settings
from deploy.console import CannotGoOn, require_disk_space
from deploy.processes import port_is_free

ROOT = Path(__file__).resolve().parent.parent
SPACE_NEEDED_BYTES = 300 * 1000 * 1000
# Threads beyond those that live stall screens may hold, so that pages are still served when all screens are open.
THREADS_FOR_PAGES = 8


@dataclass(frozen=True)
class SiteProcess:
    """One process under the supervisor."""

    name: str
    command: list[str]
    environment: dict[str, str]


@dataclass(frozen=True)
class Site:
    """One site on this machine, and the environment its processes share."""

    settings: Settings
    environment: dict[str, str]

    @property
    def url(self) -> str:
        """Where people open it."""
        return self.settings.site_url

    @property
    def web_address(self) -> str:
        """Where this machine reaches the web process, whatever address it listens on."""
        return local_address(self.settings.host, self.settings.port)

    def processes(self) -> list[SiteProcess]:
        """What runs beside the database, in the order of starting."""
        web_threads = self.settings.live_streams_limit + THREADS_FOR_PAGES
        web = self._granian("app:create_server", self.settings.port, web_threads)
        worker = [sys.executable, "-m", "deploy.worker"]
        processes = [
            SiteProcess("web", web, self.environment),
            SiteProcess("worker", worker, self.environment | self._worker_environment()),
        ]
        if self.settings.uses_sandbox:
            application = "market.payments.sandbox.server:create_from_environment"
            sandbox = self._granian(application, self.settings.effective_sandbox_port, THREADS_FOR_PAGES)
            processes.append(SiteProcess("sandbox", sandbox, self.environment))
        return processes

    def _granian(self, application: str, port: int, threads: int) -> list[str]:
        return [
            *(sys.executable, "-m", "granian", "--interface", "wsgi", "--factory"),
            *("--host", self.settings.host, "--port", str(port)),
            *("--workers", "1", "--blocking-threads", str(threads), "--workers-kill-timeout", "3s"),
            *("--log-level", "error", "--no-access-log"),
            application,
        ]

    @property
    def worker_ready_file(self) -> Path:
        return Path(self.environment["VAR_DIR"]) / "run" / "worker.ready"

    def _worker_environment(self) -> dict[str, str]:
        return {"WORKER_READY_FILE": str(self.worker_ready_file)}

    def not_answering(self) -> list[str]:
        """Names of the parts that do not answer yet."""
        waiting = []
        ready = get_json(f"{self.web_address}/readyz")
        if ready is None:
            waiting.append("web")
        else:
            parts = ready.get("parts", {})
            waiting += sorted(name for name, state in parts.items() if state != "ok")
        if not self.worker_ready_file.exists():
            waiting.append("worker")
        if self.settings.uses_sandbox:
            address = local_address(self.settings.host, self.settings.effective_sandbox_port)
            if get_json(f"{address}/healthz") is None:
                waiting.append("sandbox")
        return waiting


def local_address(host: str, port: int) -> str:
    reachable = "127.0.0.1" if host in ("0.0.0.0", "") else "::1" if host == "::" else host
    return f"http://[{reachable}]:{port}" if ":" in reachable else f"http://{reachable}:{port}"


def get_json(address: str) -> dict[str, Any] | None:
    """What `address` answers, also with 503; None when nobody listens or the answer is no JSON object."""
    try:
        with urllib.request.urlopen(address, timeout=5) as response:
            body = response.read()
    except urllib.error.HTTPError as error:
        body = error.read()
    except OSError:
        return None
    try:
        answer = json.loads(body)
    except ValueError:
        return None
    return answer if isinstance(answer, dict) else None


def describe_site(root: Path = ROOT) -> Site:
    """Read the settings for the site on this machine. Raises `CannotGoOn` naming a setting that makes no sense."""
    environment = dict(os.environ)
    environment.setdefault("PYTHONUNBUFFERED", "1")
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # with it every process would compile the site anew at each start
    environment.setdefault("LOG_LEVEL", "WARNING")
    site_url = environment.get("SITE_URL") or f"http://localhost:{environment.get('PORT') or 8000}"
    try:
        settings = load_settings(site_url=site_url)
    except ConfigurationError as error:
        raise CannotGoOn(
            f"{'; '.join(str(error).splitlines())}: correct it in the environment and run again."
        ) from None
    environment["SITE_URL"] = settings.site_url
    environment["VAR_DIR"] = str((root / settings.var_dir).resolve())
    return Site(settings=settings, environment=environment)


def check_ports(settings: Settings) -> None:
    """Raise `CannotGoOn` when a port that the site needs is taken."""
    if not port_is_free(settings.host, settings.port):
        raise CannotGoOn(
            f"Port {settings.port} is in use by another program (or by this site, already running): "
            f"stop it, or choose another port: make run PORT={settings.port + 10}"
        )
    sandbox = settings.effective_sandbox_port
    if settings.uses_sandbox and not port_is_free(settings.host, sandbox):
        raise CannotGoOn(
            f"Port {sandbox}, which the payment sandbox needs, is in use by another program: "
            f"stop it, or choose another port: make run PORT={settings.port + 10}, or SANDBOX_PORT=…"
        )


def check_disk(settings: Settings) -> None:
    """Raise `CannotGoOn` when the disk under `var/` is almost full."""
    settings.var_dir.mkdir(parents=True, exist_ok=True)
    require_disk_space(str(settings.var_dir), SPACE_NEEDED_BYTES)
