"""Patterns of EPCs (`urn:epc:idpat:…`) as patterns over canonical URIs (EPC Tag Data Standard §8, EPCIS 2.0 §8.2.7)."""

import re
from collections.abc import Callable
from typing import Final

from traceability.gs1.digital_link import CANONICAL_STEM
from traceability.gs1.epc_uris import canonical_identifier
from traceability.journal.beginnings import like_beginning

_PATTERN: Final = re.compile(r"urn:epc:(?:idpat|class):([a-z]+):(.+)", re.ASCII)
_ANY: Final = "%"
_ONE: Final = "_"


def epc_patterns(text: str) -> tuple[str, ...]:
    """The LIKE patterns for an EPC pattern, none when `text` is no pattern but the URI of one thing.

    `*` may stand for the parts from some part on, as the standard has it. A digit before the company prefix that is
    not known gives ten patterns, so that each has a beginning to look up in the index.
    """
    match = _PATTERN.fullmatch(text)
    if match is None or "*" not in match[2].split("."):
        return ()
    build = _BUILDERS.get(match[1])
    parts = match[2].split(".")
    star = parts.index("*")
    if build is None or any(part != "*" for part in parts[star:]):
        return ()
    pattern = build(parts[:star])
    if pattern is None:
        return ()
    digits = "0123456789" if _ONE in pattern else "-"
    return tuple(like_beginning(CANONICAL_STEM) + pattern.replace(_ONE, digit) for digit in digits)


def _serialised(ai: str, qualifier: str) -> Callable[[list[str]], str | None]:
    """Keys whose serial is a qualifier of its own."""

    def build(known: list[str]) -> str | None:
        if not all(part.isascii() and part.isdigit() for part in known[:2]):
            return None
        if len(known) == 2:
            key = canonical_identifier(f"urn:epc:idpat:sgtin:{known[0]}.{known[1]}.*")
            return f"/{ai}/{key.rpartition('/')[2]}/{qualifier}/{_ANY}" if key.startswith("http") else None
        body = _ONE + known[0] if known else ""
        return f"/{ai}/{body}{_ANY}/{qualifier}/{_ANY}"

    return build


def _plain(ai: str, lead: int, fixed: str = "") -> Callable[[list[str]], str | None]:
    """Keys in one piece: what is known of them is how they begin.

    `lead` is 1 where a digit stands before the company prefix; the reference says it.
    """

    def build(known: list[str]) -> str | None:
        if not all(part.isascii() and part.isalnum() for part in known):
            return None
        if lead and len(known) > 1:
            known = [known[1][:1], known[0], known[1][1:]]
            return f"/{ai}/{''.join(known)}{_ANY}"
        return f"/{ai}/{fixed}{_ONE * lead if known else ''}{''.join(known)}{_ANY}"

    return build


_BUILDERS: Final[dict[str, Callable[[list[str]], str | None]]] = {
    "sgtin": _serialised("01", "21"),
    "lgtin": _serialised("01", "10"),
    "upui": _serialised("01", "235"),
    "sscc": _plain("00", 1),
    "sgln": _plain("414", 0),
    "pgln": _plain("417", 0),
    "grai": _plain("8003", 0, "0"),
    "giai": _plain("8004", 0),
    "gsrn": _plain("8018", 0),
    "gsrnp": _plain("8017", 0),
    "gdti": _plain("253", 0),
    "sgcn": _plain("255", 0),
    "ginc": _plain("401", 0),
    "gsin": _plain("402", 0),
    "cpi": _plain("8010", 0),
    "itip": _plain("8006", 1),
}
