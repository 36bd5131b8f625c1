"""How Stripe's client reaches its server: by proxies that the environment names, and not at all where none answers."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import stripe

from market.payments.stripe_http import PooledClient


class Server(BaseHTTPRequestHandler):
    """Answers with what it was asked for: a proxy sees the whole address."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """One answer for everything."""
        self.send_response(200)
        self.send_header("Request-Id", "req_1")
        self.send_header("Content-Length", str(len(self.path)))
        self.end_headers()
        self.wfile.write(self.path.encode())

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A server on loopback, and an environment that names no proxy."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_it_asks_the_server_itself(address: str) -> None:
    body, status, headers = PooledClient(address).request("get", f"{address}/v1/balance", {})
    assert (body, status, headers["request-id"]) == (b"/v1/balance", 200, "req_1")


def test_it_asks_through_the_proxy_of_the_environment(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", address)
    asked = "http://stripe.example/v1/balance"
    assert PooledClient("http://stripe.example").request("get", asked, {})[0] == asked.encode()


def test_what_is_not_to_go_through_a_proxy_does_not(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    assert PooledClient(address).request("get", f"{address}/v1/balance", {})[1] == 200


def test_a_server_that_does_not_answer_is_worth_another_try() -> None:
    with pytest.raises(stripe.APIConnectionError) as refusal:
        PooledClient("http://127.0.0.1:9").request("get", "http://127.0.0.1:9/v1/balance", {})
    assert refusal.value.should_retry
