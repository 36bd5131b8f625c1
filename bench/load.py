"""A small HTTP load generator: many keep-alive connections in one process, so that it takes little from the server."""

import selectors
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle

from bench.connection import Connection

CONNECTIONS = 16


@dataclass(frozen=True)
class LoadResult:
    """What a run saw: answers per second, and the median and 95th percentile of their times in milliseconds."""

    requests_per_second: float
    median_milliseconds: float
    p95_milliseconds: float
    failures: int


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
        connection = Connection.to(port)
        selector.register(connection.socket, selectors.EVENT_READ, connection)
        connection.send(next(requests))
    times: list[float] = []
    failures = 0
    started = time.perf_counter()
    while time.perf_counter() - started < seconds:
        for connection in _ready(selector):
            if connection.finished():
                times.append(time.perf_counter() - connection.sent_at)
                failures += connection.status != 200
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


def _ready(selector: selectors.BaseSelector) -> Iterator[Connection]:
    for key, _ in selector.select(timeout=1):
        yield key.data
