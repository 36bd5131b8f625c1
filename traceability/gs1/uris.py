"""The parts of a URI that Digital Links are made of: stems, percent-encoding, characters (RFC 3986)."""

import re
from functools import lru_cache
from ipaddress import AddressValueError, IPv6Address
from typing import Final

from traceability.gs1.errors import N_, StructureError

_STEM: Final = re.compile(
    r"https?://(?:\[(?P<ipv6>[0-9A-Fa-f:.]+)\]|(?:[\w.~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+)(?::\d{0,5})?"
    r"(?:/(?:[\w.~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})*)*",
    re.IGNORECASE | re.ASCII,
)
_URI_CHARACTERS: Final = re.compile(r"[!\"-;=?-\[\]_a-z~]*", re.ASCII)
"""What a URI may hold; the grammar of Digital Links lets the double quote stand, so we do too."""
_BROKEN_ESCAPE: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
_HEXADECIMAL: Final = "0123456789ABCDEFabcdef"
_OCTETS: Final = {first + second: chr(int(first + second, 16)) for first in _HEXADECIMAL for second in _HEXADECIMAL}


@lru_cache(maxsize=1024)
def check_stem(stem: str) -> str:
    """``stem`` without trailing slash: http or https, a host, perhaps a port and a path; nothing else."""
    trimmed = stem.rstrip("/")
    match = _STEM.fullmatch(trimmed)
    if match is None or (match["ipv6"] and not _is_ipv6(match["ipv6"])):
        raise StructureError(N_("A link starts with http:// or https:// and a domain name."), value=stem, position=0)
    scheme, separator, rest = trimmed.partition("://")
    return scheme.lower() + separator + rest


def _is_ipv6(address: str) -> bool:
    try:
        IPv6Address(address)
    except AddressValueError:
        return False
    return True


def require_uri_characters(uri: str) -> None:
    """Raise :class:`StructureError` at the first character that no URI may hold."""
    allowed = _URI_CHARACTERS.match(uri)
    end = allowed.end() if allowed else 0
    if end < len(uri):
        raise StructureError(
            N_("“%(character)s” may not stand in a link unless it is percent-encoded."),
            {"character": uri[end]},
            value=uri,
            position=end,
        )


def percent_decode(text: str, *, ai: str | None = None, uri: str | None = None) -> str:
    """Undo percent-encoding, octet by octet: GS1 values are ASCII, so each octet is one character.

    ``ai`` and the whole ``uri`` are for the error only.
    """
    if "%" not in text:
        return text
    first, *rest = text.split("%")
    try:
        return first + "".join([_OCTETS[part[:2]] + part[2:] for part in rest])
    except KeyError:
        broken = _BROKEN_ESCAPE.search(text)
        whole = text if uri is None else uri
        raise StructureError(
            N_("A percent sign must be followed by two hexadecimal digits."),
            ai=ai,
            value=whole,
            position=whole.find(text) + (broken.start() if broken else 0),
        ) from None


def percent_decode_text(text: str) -> str:
    """Undo percent-encoding of UTF-8 text in a query parameter that is not GS1's; broken parts stay as they are."""
    if "%" not in text:
        return text
    octets = re.sub(rb"%([0-9A-Fa-f]{2})", lambda match: bytes.fromhex(match[1].decode()), text.encode())
    return octets.decode("utf-8", "replace")
