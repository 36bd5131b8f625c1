"""A subscriber's server: real HTTPS on loopback, standing behind a public name."""

import json
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.support.certificates import Authority

HOST = "partner.example.com"
PUBLIC_IP = "93.184.215.14"
DEST = f"https://{HOST}/epcis"


@dataclass(frozen=True)
class Received:
    """One request that arrived."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def document(self) -> dict[str, Any]:
        """The body as JSON."""
        found: dict[str, Any] = json.loads(self.body)
        return found

    @property
    def events(self) -> list[dict[str, Any]]:
        """The events that it reports."""
        found: list[dict[str, Any]] = self.document["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
        return found

    @property
    def delivery_id(self) -> str:
        """The id that tells a repetition."""
        return self.headers["idempotency-key"].strip('"')


class Receiver:
    """Keeps what it is sent; `answer` says what comes back: a status, or a function that writes the answer itself."""

    def __init__(self, authority: Authority, *, host: str = HOST, days: int = 30) -> None:
        self.received: list[Received] = []
        self.answer: int | Callable[[BaseHTTPRequestHandler], None] = 200
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                receiver.received.append(Received(self.path, headers, body))
                if callable(receiver.answer):
                    receiver.answer(self)
                    return
                self.send_response(receiver.answer)
                self.send_header("Content-Length", "0")
                if 300 <= receiver.answer < 400:
                    self.send_header("Location", f"https://{HOST}/elsewhere")
                self.end_headers()

            def log_message(self, *_args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = authority.server_context(host, not_after=datetime.now(UTC) + timedelta(days=days))
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self.port: int = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
