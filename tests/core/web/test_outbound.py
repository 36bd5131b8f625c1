"""Addresses from outside: only public https is opened, at the address that was checked."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import Invalid
from core.web import outbound
from core.web.outbound import (
    CertificateExpired,
    CertificateRefused,
    Unreachable,
    certificate_expiry,
    check_public_https_url,
    is_public,
    open_public,
)
from tests.support.certificates import Authority

PUBLIC_IP = "93.184.215.14"
pytestmark = pytest.mark.usefixtures("words")


@pytest.fixture
def words(app: Flask) -> Iterator[None]:
    """The messages are translated, which needs an application."""
    with app.app_context():
        yield


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """What the names resolve to; other names do not exist."""
    table: dict[str, list[str]] = {}

    real = socket.getaddrinfo

    def look_up(host: str, port: int, *rest: int, **kwargs: int) -> list[tuple[object, ...]]:
        if host == "127.0.0.1":
            return [*real(host, port, *rest, **kwargs)]
        if host not in table:
            raise socket.gaierror(socket.EAI_NONAME, "not known")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in table[host]]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return table


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "ftp://example.com/",
        "javascript:alert(1)",
        "//example.com/",
        "",
        "https://",
        "https:///path",
        "https://user@example.com/",
        "https://user:secret@example.com/",
        "https://@example.com/",
        "https://exa mple.com/",
        "https://example.com/\r\nHost: x",
        "https://example.com\\@127.0.0.1/",
        "https://example.com:99999/",
        "https://example.com:22/",
        "https://example.com:abc/",
        "https://-example.com/",
        "https://example..com/",
        "https://[::1/",
        "https://" + "a" * 64 + ".com/",
        "https://example.com/" + "a" * 2000,
    ],
)
def test_what_is_no_https_address_is_refused(url: str, names: dict[str, list[str]]) -> None:
    names["example.com"] = [PUBLIC_IP]
    with pytest.raises(Invalid) as refusal:
        check_public_https_url(url, field="href")
    assert refusal.value.field == "href"


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST.",
        "intranet",
        "printer.local",
        "db.internal",
        "127.0.0.1",
        "127.1",
        "0",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "127.0.0.1.",
        "１２７.0.0.1",
        "10.0.0.8",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "240.0.0.1",
        "198.18.0.1",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "[2001:0:7f00:1::]",
        "[fe80::1]",
        "[fd00::1]",
        "[ff02::1]",
        "[2001:db8::1]",
    ],
)
def test_private_places_are_refused_however_they_are_written(host: str) -> None:
    with pytest.raises(Invalid):
        check_public_https_url(f"https://{host}/")


def test_a_name_that_leads_inside_is_refused_even_beside_a_public_address(names: dict[str, list[str]]) -> None:
    names["inside.example.com"] = [PUBLIC_IP, "10.0.0.8"]
    with pytest.raises(Invalid):
        check_public_https_url("https://inside.example.com/")
    with pytest.raises(Invalid):
        open_public("https://inside.example.com/")


def test_the_address_is_kept_in_one_form(names: dict[str, list[str]]) -> None:
    names["xn--bi-9va6h.vn"] = [PUBLIC_IP]
    assert check_public_https_url("https://EXAMPLE.com:443") == "https://example.com/"
    assert check_public_https_url("https://example.com:8443/a?b=c#d") == "https://example.com:8443/a?b=c#d"
    assert check_public_https_url("https://example.com/bưởi?q=ngọt%20lắm") == (
        "https://example.com/b%C6%B0%E1%BB%9Fi?q=ng%E1%BB%8Dt%20l%E1%BA%AFm"
    )
    assert check_public_https_url("https://[2606:4700::1111]/").startswith("https://[2606:4700::1111]/")


@given(st.ip_addresses(v=4))
def test_an_address_inside_an_address_is_judged_as_itself(ip: object) -> None:
    assert is_public(f"::ffff:{ip}") == is_public(str(ip)) == is_public(f"64:ff9b::{ip}")


@given(text=st.text(max_size=40))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_either_refused_or_becomes_plain_ascii(text: str, names: dict[str, list[str]]) -> None:
    for url in (text, f"https://{text}", f"https://example.com/{text}"):
        try:
            kept = check_public_https_url(url)
        except Invalid:
            continue
        assert kept.isascii()
        assert kept.startswith("https://")
        assert check_public_https_url(kept) == kept


class Server:
    """A TLS server on loopback that stands in for a public one: `answer` writes to each connection."""

    def __init__(self, authority: Authority, host: str, *, days: int, answer: Callable[[ssl.SSLSocket], None]) -> None:
        self.seen: list[str | None] = []
        context = authority.server_context(host, not_after=datetime.now(UTC) + timedelta(days=days))
        context.sni_callback = lambda _socket, name, _context: self.seen.append(name)
        listening = socket.create_server(("127.0.0.1", 0))
        self.port = listening.getsockname()[1]
        self._listening, self._context, self._answer = listening, context, answer
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            try:
                with self._context.wrap_socket(connection, server_side=True) as secure:
                    self._answer(secure)
            except OSError:
                connection.close()

    def close(self) -> None:
        """Stop listening."""
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()


@pytest.fixture
def serve(
    monkeypatch: pytest.MonkeyPatch, names: dict[str, list[str]], tmp_path: Path
) -> Iterator[Callable[..., Server]]:
    """Start servers behind public addresses: what is sent to PUBLIC_IP arrives at the last one started."""
    authority = Authority()
    bundle = tmp_path / "authority.pem"
    bundle.write_bytes(authority.certificate_pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
    servers: list[Server] = []
    connect = socket.create_connection

    def connect_there(address: tuple[str, int], **kwargs: float) -> socket.socket:
        assert address == (PUBLIC_IP, 443)
        return connect(("127.0.0.1", servers[-1].port), **kwargs)

    monkeypatch.setattr(outbound.socket, "create_connection", connect_there)

    def start(host: str = "farm.example.com", *, days: int = 30, answer: Callable[[ssl.SSLSocket], None]) -> Server:
        names["farm.example.com"] = [PUBLIC_IP]
        servers.append(Server(authority, host, days=days, answer=answer))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


def test_the_request_goes_to_the_checked_address_under_its_own_name(
    serve: Callable[..., Server], names: dict[str, list[str]]
) -> None:
    received: list[bytes] = []

    def answer(secure: ssl.SSLSocket) -> None:
        request = b""
        while not request.endswith(b"{}"):  # closing with something unread would take the answer back
            request += secure.recv(4096)
        received.append(request)
        # Whoever asks again would now be sent inside.
        names["farm.example.com"] = ["127.0.0.1"]
        secure.sendall(b"HTTP/1.1 302 Found\r\nLocation: https://127.0.0.1/\r\nContent-Length: 2\r\n\r\nhi")

    server = serve(answer=answer)
    said = open_public("https://farm.example.com/a?b=c", method="POST", headers={"X-Kind": "test"}, body=b"{}")
    assert (said.status, said.headers["location"], said.body) == (302, "https://127.0.0.1/", b"hi")
    assert timedelta(days=29) < said.certificate_expires_at - datetime.now(UTC) < timedelta(days=31)
    assert server.seen == ["farm.example.com"]
    assert received[0].startswith(b"POST /a?b=c HTTP/1.1\r\nHost: farm.example.com\r\n")
    assert b"X-Kind: test" in received[0]


def test_the_expiry_of_a_certificate_is_read_without_asking_for_anything(serve: Callable[..., Server]) -> None:
    received: list[bytes] = []
    serve(days=90, answer=lambda secure: received.append(secure.recv(10)))
    expires = certificate_expiry("https://farm.example.com/whatever")
    assert timedelta(days=89) < expires - datetime.now(UTC) < timedelta(days=91)
    assert received in ([], [b""])


def test_certificates_that_do_not_hold_are_told_apart(serve: Callable[..., Server]) -> None:
    serve(days=-1, answer=lambda secure: None)
    with pytest.raises(CertificateExpired):
        certificate_expiry("https://farm.example.com/")
    serve("other.example.com", answer=lambda secure: None)
    with pytest.raises(CertificateRefused):
        certificate_expiry("https://farm.example.com/")


def test_a_server_that_drips_is_left_in_time(serve: Callable[..., Server]) -> None:
    def drip(secure: ssl.SSLSocket) -> None:
        secure.recv(4096)
        for _ in range(100):
            secure.sendall(b"H" if _ else b"HTTP/1.1 200 OK\r\nX: ")
            time.sleep(0.1)

    serve(answer=drip)
    started = time.monotonic()
    with pytest.raises(Unreachable):
        open_public("https://farm.example.com/", seconds=0.8)
    assert time.monotonic() - started < 4


def test_no_answer_and_no_name_are_said_so(serve: Callable[..., Server]) -> None:
    serve(answer=lambda secure: None)
    with pytest.raises(Unreachable):
        open_public("https://farm.example.com/")
    with pytest.raises(Unreachable):
        open_public("https://nobody.example.com/")


def test_an_endless_body_is_cut(serve: Callable[..., Server], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbound, "LARGEST_ANSWER", 1000)

    def pour(secure: ssl.SSLSocket) -> None:
        secure.recv(4096)
        secure.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 50_000)

    serve(answer=pour)
    assert len(open_public("https://farm.example.com/").body) == 1000
