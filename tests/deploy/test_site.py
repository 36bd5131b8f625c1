"""What `make run` starts, and what it refuses to start with."""

import json
import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from deploy.console import CannotGoOn
from deploy.processes import free_port, port_is_free
from deploy.site import check_disk, check_ports, describe_site, get_json, local_address
from deploy.with_site import announcement, find_running_site


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The embedded profile with a folder of its own."""
    for name in ("SITE_URL", "DATABASE_URL", "STRIPE_API_KEY", "HOST", "SANDBOX_PORT", "PORT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("VAR_DIR", str(tmp_path / "var"))


@pytest.fixture
def busy_port() -> Iterator[int]:
    """A port that somebody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


@pytest.fixture
def ready_server() -> Iterator[str]:
    """Address of a server whose `/readyz` says that all is well."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps({"status": "ok" if self.path == "/readyz" else "failed"}).encode()
            self.send_response(200 if self.path == "/readyz" else 503)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_busy_port_is_one_sentence_with_a_way_out(busy_port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", str(busy_port))
    with pytest.raises(CannotGoOn) as refusal:
        check_ports(describe_site().settings)
    assert f"Port {busy_port} is in use" in str(refusal.value)
    assert f"make run PORT={busy_port + 10}" in str(refusal.value)


def test_a_busy_port_of_the_sandbox_is_told_apart(busy_port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", str(free_port()))
    monkeypatch.setenv("SANDBOX_PORT", str(busy_port))
    with pytest.raises(CannotGoOn, match=f"Port {busy_port}, which the payment sandbox needs"):
        check_ports(describe_site().settings)


def test_a_port_is_free_again_when_nobody_listens(busy_port: int) -> None:
    assert not port_is_free("127.0.0.1", busy_port)
    assert port_is_free("127.0.0.1", free_port())


def test_an_unknown_host_has_no_free_port() -> None:
    assert not port_is_free("no-such-host.invalid", 80)


@pytest.mark.parametrize("port", ["abc", "0", "70000"])
def test_a_nonsense_port_is_named(port: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", port)
    with pytest.raises(CannotGoOn, match=r"PORT: .*correct it in the environment"):
        describe_site()


def test_the_address_follows_the_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "8123")
    site = describe_site()
    assert site.url == "http://localhost:8123"
    assert site.environment["SITE_URL"] == site.url
    assert site.settings.effective_sandbox_port == 8124


def test_a_full_disk_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = describe_site().settings
    check_disk(settings)
    monkeypatch.setattr("deploy.site.SPACE_NEEDED_BYTES", 10**18)
    with pytest.raises(CannotGoOn, match="free some space"):
        check_disk(settings)


@pytest.mark.parametrize(
    ("host", "address"),
    [("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "127.0.0.1"), ("::", "[::1]"), ("::1", "[::1]"), ("10.0.0.2", "10.0.0.2")],
)
def test_the_machine_reaches_its_own_site(host: str, address: str) -> None:
    assert local_address(host, 8000) == f"http://{address}:8000"


def test_parts_that_do_not_answer_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", str(free_port()))
    assert describe_site().not_answering() == ["web", "worker", "sandbox"]


def test_an_answer_is_read_whatever_its_status(ready_server: str) -> None:
    assert get_json(f"{ready_server}/readyz") == {"status": "ok"}
    assert get_json(f"{ready_server}/other") == {"status": "failed"}


def test_a_running_site_is_found_by_its_announcement(ready_server: str, tmp_path: Path) -> None:
    assert find_running_site(tmp_path) is None
    path = announcement(tmp_path)
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"pid": 1, "url": "http://localhost:1", "web_address": ready_server}))
    found = find_running_site(tmp_path)
    assert found is not None
    assert found.url == "http://localhost:1"


def test_an_announcement_left_by_a_crash_counts_for_nothing(tmp_path: Path) -> None:
    path = announcement(tmp_path)
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"pid": 1, "url": "x", "web_address": f"http://127.0.0.1:{free_port()}"}))
    assert find_running_site(tmp_path) is None
