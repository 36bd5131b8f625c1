"""A keep-alive connection that reads of HTTP what the servers here answer, and no more.

What it costs is taken from the processors that the servers have; a library's client takes twice as much of them.
"""

import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

END_OF_HEADERS = b"\r\n\r\n"
CHUNK_BYTES = 262_144


@dataclass
class Connection:
    """One connection and the answer that it is reading; `sent_at` is when it asked, by `time.perf_counter`."""

    socket: socket.socket
    sent_at: float = 0.0
    received: bytearray = field(default_factory=bytearray)
    body_at: int = 0
    expected: int | None = None

    @classmethod
    def to(cls, port: int) -> "Connection":
        """A new one to 127.0.0.1:`port`."""
        return cls(socket.create_connection(("127.0.0.1", port), timeout=30))

    def send(self, request: bytes) -> None:
        """Ask; the answer before is forgotten."""
        self.received.clear()
        self.expected = None
        self.sent_at = time.perf_counter()
        self.socket.sendall(request)

    def finished(self) -> bool:
        """Read what is there; True once the whole answer is in. Raises ConnectionError when the server has closed."""
        chunk = self.socket.recv(CHUNK_BYTES)
        if not chunk:
            raise ConnectionError("the server closed the connection")
        self.received += chunk
        if self.expected is None:
            end = self.received.find(END_OF_HEADERS)
            if end < 0:
                return False
            self.body_at = end + len(END_OF_HEADERS)
            self.expected = self.body_at + int(next(self.headers("content-length")))
        return len(self.received) >= self.expected

    @property
    def status(self) -> int:
        """The status of a finished answer."""
        return int(self.received[9:12])

    @property
    def body(self) -> str:
        """The text of a finished answer."""
        return self.received[self.body_at : self.expected].decode()

    def headers(self, name: str) -> Iterator[str]:
        """The values of the headers of this name, written small."""
        for line in self.received[: self.body_at].decode("latin-1").split("\r\n")[1:]:
            key, _, value = line.partition(": ")
            if key.lower() == name:
                yield value
