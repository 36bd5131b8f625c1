"""Addresses that people give us, and that this server is to open: public https only.

Whoever may name an address could otherwise make the server talk to its own network. So the address is read strictly,
its name is resolved once, every answer must be public, and the connection goes to exactly that answer: a name that
changes between the check and the connection (DNS rebinding) gains nothing. Redirects are not followed.
"""

import ipaddress
import re
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from http.client import HTTPException, HTTPSConnection
from typing import Final, NamedTuple
from urllib.parse import quote, urlsplit, urlunsplit

from core.errors import Invalid, Unavailable
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l

LONGEST_URL: Final = 2000
HTTPS_PORT: Final = 443
SECONDS: Final = 10.0
SECONDS_TO_RESOLVE: Final = 4.0
LARGEST_ANSWER: Final = 1_000_000

_FORBIDDEN: Final = re.compile(r"[\x00-\x20\x7f-\x9f\\<>\"^`{|}\s]")
_LABEL: Final = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)", re.ASCII)
_NUMERIC_LABEL: Final = re.compile(r"[0-9]+|0x[0-9a-f]*", re.ASCII)
_PRIVATE_SUFFIXES: Final = frozenset(
    ("localhost", "local", "localdomain", "internal", "intranet", "lan", "home", "corp", "arpa", "onion", "invalid")
)
_KEPT_IN_PATH: Final = "/%:@!$&'()*+,;=~-._"
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")
_UNICAST_6: Final = ipaddress.ip_network("2000::/3")
_TUNNELS: Final = tuple(ipaddress.ip_network(net) for net in ("2002::/16", "2001::/32", "192.88.99.0/24"))
_X509_CERTIFICATE_HAS_EXPIRED: Final = 10
_resolving: Final = ThreadPoolExecutor(max_workers=8, thread_name_prefix="resolve")


class Unreachable(Unavailable):
    """The other side could not be asked: no such name, no answer in time, or no secure connection."""

    default_message = _l("The address cannot be reached.")


class CertificateExpired(Unreachable):
    """The other side answers, but its certificate is over."""

    default_message = _l("The certificate of the address has expired.")


class CertificateRefused(Unreachable):
    """The other side answers, but its certificate is not one to trust for this name."""

    default_message = _l("The certificate of the address is not valid for it.")


@dataclass(frozen=True, slots=True)
class PublicAnswer:
    """What the other side said. A redirect is an answer like any other; `body` is cut off at LARGEST_ANSWER bytes."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    certificate_expires_at: datetime


class _Address(NamedTuple):
    host: str
    port: int
    target: str
    url: str


def check_public_https_url(url: str, *, field: str | None = None) -> str:
    """`url` as it is to be kept: host in lower case and ASCII, everything else percent-encoded.

    Raises Invalid, naming `field`, unless it is https, without user name or password, on a usual port, and every
    address behind its name is public. A name that cannot be resolved now is let through: there is nothing behind it
    that needs protection, and `open_public` looks again.
    """
    address = _parse(url, field)
    try:
        found = _resolve(address.host, address.port)
    except Unreachable:
        return address.url
    if not all(is_public(ip) for ip in found):
        raise Invalid(_("This address leads into a private network. Give one that everybody can open."), field=field)
    return address.url


def open_public(
    url: str,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    seconds: float = SECONDS,
) -> PublicAnswer:
    """Send one request and read the answer, all of it within `seconds`.

    Raises Invalid when the address is not public https, Unreachable (or one of its kinds) when nothing answers.
    """
    address = _parse(url, None)
    with _connected(address, seconds) as connection:
        expires = _expiry(connection.sock)
        connection.request(method, address.target, body=body, headers={"Connection": "close", **(headers or {})})
        response = connection.getresponse()
        content = response.read(LARGEST_ANSWER)
    return PublicAnswer(response.status, _plain(response.headers), content, expires)


def certificate_expiry(url: str, *, seconds: float = SECONDS) -> datetime:
    """When the certificate of the server behind `url` ends; only the connection is made, nothing is asked.

    Raises as `open_public` does; CertificateExpired when it is over already.
    """
    with _connected(_parse(url, None), seconds) as connection:
        return _expiry(connection.sock)


def is_public(ip: str) -> bool:
    """Whether this IPv4 or IPv6 address is one of the open internet; an address inside an address counts as itself."""
    try:
        address = ipaddress.ip_address(ip.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped
        if address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
        if inner is not None:
            return is_public(str(inner))
        if address not in _UNICAST_6:
            return False
    if any(address.version == net.version and address in net for net in _TUNNELS):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _parse(url: str, field: str | None) -> _Address:
    """The parts of `url`, read more strictly than the libraries do, so that nobody downstream reads it otherwise."""
    if not url.isprintable() or _FORBIDDEN.search(url) or len(url) > LONGEST_URL:
        raise Invalid(_("This is not a web address: it holds signs that do not belong in one."), field=field)
    try:
        parts = urlsplit(url)
        port = parts.port or HTTPS_PORT
    except ValueError:
        raise Invalid(_("This is not a web address."), field=field) from None
    if parts.scheme != "https":
        raise Invalid(_("The address must start with https://"), field=field)
    if "@" in parts.netloc:
        raise Invalid(_("The address may not hold a user name or password."), field=field)
    if port != HTTPS_PORT and not 1024 <= port <= 65535:
        raise Invalid(_("The port of this address is not one for web pages."), field=field)
    host = _host(parts.hostname or "", field)
    shown = f"[{host}]" if ":" in host else host
    netloc = shown if port == HTTPS_PORT else f"{shown}:{port}"
    path = quote(parts.path or "/", safe=_KEPT_IN_PATH)
    query = quote(parts.query, safe=_KEPT_IN_PATH + "?[]")
    fragment = quote(parts.fragment, safe=_KEPT_IN_PATH + "?")
    target = f"{path}?{query}" if query else path
    return _Address(host, port, target, urlunsplit(("https", netloc, path, query, fragment)))


def _host(name: str, field: str | None) -> str:
    """The host in ASCII. IP addresses only in their usual form: "2130706433" and "0x7f.1" are 127.0.0.1 in disguise."""
    refused = Invalid(_("This address leads into a private network. Give one that everybody can open."), field=field)
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        pass
    else:
        if "%" in name or not is_public(name):
            raise refused
        return str(address)
    try:
        host = name.encode("idna").decode("ascii").lower().removesuffix(".")
    except UnicodeError:
        raise Invalid(_("This is not a web address."), field=field) from None
    labels = host.split(".")
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise Invalid(_("This is not a web address."), field=field)
    if len(labels) < 2 or labels[-1] in _PRIVATE_SUFFIXES or _NUMERIC_LABEL.fullmatch(labels[-1]):
        raise refused
    return host


def _resolve(host: str, port: int) -> list[str]:
    """The addresses behind `host`, in the order to try them. The system's resolver knows no deadline, so a thread."""
    lookup = _resolving.submit(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    try:
        found = lookup.result(SECONDS_TO_RESOLVE)
    except (OSError, UnicodeError) as error:  # TimeoutError is an OSError
        lookup.cancel()
        raise Unreachable(_("There is no server of this name.")) from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@contextmanager
def _connected(address: _Address, seconds: float) -> Iterator[HTTPSConnection]:
    """A connection to a public address of the host, verified for its name, and cut after `seconds` whatever happens."""
    found = _resolve(address.host, address.port)
    if not found or not all(is_public(ip) for ip in found):
        raise Invalid(_("This address leads into a private network. Give one that everybody can open."))
    connection = HTTPSConnection(address.host, address.port, timeout=seconds)
    late = threading.Event()
    timer: threading.Timer | None = None
    secure: ssl.SSLSocket | None = None
    try:
        plain = _first_that_answers(found, address.port, seconds)
        context = ssl.create_default_context()
        secure = context.wrap_socket(plain, server_hostname=address.host, do_handshake_on_connect=False)
        connection.sock = secure
        # A timeout of the socket is for each read; a server that sends one byte at a time would hold us for ever.
        timer = threading.Timer(seconds, _cut, (secure, late))
        timer.daemon = True
        timer.start()
        secure.do_handshake()
        yield connection
        if late.is_set():
            raise Unreachable
    except ssl.SSLCertVerificationError as error:
        expired = error.verify_code == _X509_CERTIFICATE_HAS_EXPIRED
        raise (CertificateExpired if expired else CertificateRefused) from error
    except (OSError, HTTPException, ValueError) as error:
        raise Unreachable from error
    finally:
        if timer is not None:
            timer.cancel()
        connection.close()
        if secure is not None:
            secure.close()


def _first_that_answers(addresses: list[str], port: int, seconds: float) -> socket.socket:
    problem: OSError | None = None
    tried = addresses[:3]
    for ip in tried:
        try:
            return socket.create_connection((ip, port), timeout=seconds / len(tried))
        except OSError as error:
            problem = error
    raise Unreachable from problem


def _cut(secure: ssl.SSLSocket, late: threading.Event) -> None:
    """Wake whoever reads. The socket's own shutdown: TLS's would drop the state that the reader is using."""
    late.set()
    with suppress(OSError):
        socket.socket.shutdown(secure, socket.SHUT_RDWR)


def _expiry(secure: ssl.SSLSocket) -> datetime:
    certificate = secure.getpeercert() or {}
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), tz=UTC)


def _plain(headers: Message) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}
