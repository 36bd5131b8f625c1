"""What the benchmark of purchases counts, and the connections of its buyers."""

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest

from bench.checkout import Round, counted_rounds
from bench.connection import Connection
from bench.machine import machine_speed

ANSWER = (
    "HTTP/1.1 303 See Other\r\nSet-Cookie: a=1; Path=/\r\nset-cookie: b=2\r\nLocation: /đường\r\n"
    "Content-Length: 7\r\n\r\nbưởi"
).encode()


@contextmanager
def _server(*parts: bytes) -> Iterator[int]:
    """A server for one connection: it reads a request, sends the parts one after the other, and closes."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _address = listening.accept()
            with connection:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                connection.recv(1000)
                for part in parts:
                    connection.sendall(part)

        thread = threading.Thread(target=serve)
        thread.start()
        yield listening.getsockname()[1]
        thread.join(timeout=10)


def _read(port: int) -> Connection:
    connection = Connection.to(port)
    with connection.socket:
        connection.send(b"GET / HTTP/1.1\r\n\r\n")
        while not connection.finished():
            pass
    return connection


@pytest.mark.parametrize("parts", [[ANSWER], [ANSWER[i : i + 1] for i in range(len(ANSWER))]])
def test_an_answer_is_read_however_it_comes_in(parts: Sequence[bytes]) -> None:
    with _server(*parts) as port:
        answer = _read(port)
    assert (answer.status, answer.body) == (303, "bưởi")
    assert list(answer.headers("set-cookie")) == ["a=1; Path=/", "b=2"]


@pytest.mark.parametrize("parts", [[], [ANSWER[:40]], [ANSWER[:-1]]])
def test_an_answer_that_breaks_off_is_told(parts: Sequence[bytes]) -> None:
    with _server(*parts) as port, pytest.raises(ConnectionError, match="closed the connection"):
        _read(port)


def test_the_rounds_of_the_fastest_machine_count_whatever_their_purchases() -> None:
    rounds = [Round(purchases=60 - number, commits=170, machine=200 + number) for number in range(8)]
    assert [one.purchases for one in counted_rounds(rounds)] == [55, 54, 53]


def test_the_speed_of_the_machine_is_that_of_all_its_processors() -> None:
    assert machine_speed() > 1
