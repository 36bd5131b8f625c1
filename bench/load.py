"""A small HTTP load generator: many keep-alive connections in one process, so that it takes little from the server."""

import selectors
import socket
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle

CONNECTIONS = 16


@dataclass(frozen=True)
class LoadResult:
    """What a run saw: answers per second, and the median and 95th percentile of their times in milliseconds."""

    requests_per_second: float
    median_milliseconds: float
    p95_milliseconds: float
    failures: int


@dataclass
class _Connection:
    """One keep-alive connection and the answer it is reading."""

    socket: socket.socket
    sent_at: float = 0.0
    received: bytearray = field(default_factory=bytearray)
    expected: int | None = None

    def send(self, request: bytes) -> None:
        self.received.clear()
        self.expected = None
        self.sent_at = time.perf_counter()
        self.socket.sendall(request)

    def finished(self) -> bool:
        """Read what is there; True once the whole answer is in."""
        chunk = self.socket.recv(262_144)
        if not chunk:
            raise ConnectionError("the server closed the connection")
        self.received += chunk
        if self.expected is None:
            end = self.received.find(b"\r\n\r\n")
            if end < 0:
                return False
            head = bytes(self.received[:end]).lower()
            length = head.split(b"content-length:", 1)[1].split(b"\r\n", 1)[0]
            self.expected = end + 4 + int(length)
        return len(self.received) >= self.expected

    @property
    def ok(self) -> bool:
        """Whether the answer was a 200."""
        return self.received.startswith(b"HTTP/1.1 200")


def run_load(
    port: int,
    paths: Sequence[str],
    *,
    seconds: float,
    connections: int = CONNECTIONS,
    accept: str = "text/html",
    cookie: str = "",
) -> LoadResult:
    """Ask 127.0.0.1:`port` for `paths` in turn over so many connections for so many seconds."""
    head = f"Host: localhost:{port}\r\nConnection: keep-alive\r\nAccept: {accept}\r\n"
    if cookie:
        head += f"Cookie: {cookie}\r\n"
    requests = cycle(f"GET {path} HTTP/1.1\r\n{head}\r\n".encode() for path in paths)
    selector = selectors.DefaultSelector()
    for _ in range(connections):
        connection = _Connection(socket.create_connection(("127.0.0.1", port)))
        selector.register(connection.socket, selectors.EVENT_READ, connection)
        connection.send(next(requests))
    times: list[float] = []
    failures = 0
    started = time.perf_counter()
    while time.perf_counter() - started < seconds:
        for connection in _ready(selector):
            if connection.finished():
                times.append(time.perf_counter() - connection.sent_at)
                failures += not connection.ok
                connection.send(next(requests))
    elapsed = time.perf_counter() - started
    for key in list(selector.get_map().values()):
        key.data.socket.close()
    if not times:
        raise SystemExit(f"nothing came back from port {port} within {seconds} s")
    ordered = sorted(times)
    return LoadResult(
        requests_per_second=len(times) / elapsed,
        median_milliseconds=statistics.median(ordered) * 1000,
        p95_milliseconds=ordered[int(len(ordered) * 0.95)] * 1000,
        failures=failures,
    )


def _ready(selector: selectors.BaseSelector) -> Iterator[_Connection]:
    for key, _ in selector.select(timeout=1):
        yield key.data
