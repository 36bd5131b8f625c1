"""EPC URIs (``urn:epc:…``) as Digital Link paths, and the constrained canonical form of Digital Link URIs.

EPC Tag Data Standard, section 6 (pure identity URIs) and its correspondence to GS1 keys; CBV 2.0, section 8.9, for
the form that event hashes need: on https://id.gs1.org, without query, at the finest level of identification only.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final
from urllib.parse import quote, unquote

from traceability.gs1.application_identifiers import TABLE
from traceability.gs1.check_digits import check_digit
from traceability.gs1.digital_link import CANONICAL_STEM, DEPRECATED_NAMES
from traceability.gs1.errors import N_, Gs1Error, StructureError

Keys = list[tuple[str, str]]

_URN: Final = re.compile(r"urn:epc:(?P<form>id|class|idpat):(?P<scheme>[a-z]+):(?P<parts>.+)", re.ASCII)
_DIGITS: Final = re.compile(r"[0-9]+")
_PLAIN_TRADE_ITEM: Final = re.compile(
    r"https?://[^/?#]+/01/([0-9]{14})(?:/10/([A-Za-z0-9._-]{1,20}))?(?:/21/([A-Za-z0-9._-]{1,20}))?", re.ASCII
)
"""Links of products, lots and items without anything to decode: nearly all there are, so they take a short way."""


def _number(length: int, ai: str, lead: str = "") -> Callable[[list[str]], Keys]:
    """A key of ``length`` digits: company prefix, reference, check digit; a third part is its serial component."""

    def convert(parts: list[str]) -> Keys:
        serial = "".join(parts[2:])
        return [(ai, lead + _with_check_digit(parts[0] + parts[1], length) + serial)]

    return convert


def _gtin14(parts: list[str]) -> str:
    """The GTIN out of company prefix and item reference, whose first digit is the indicator."""
    prefix, reference = parts[:2]
    return _with_check_digit(reference[:1] + prefix + reference[1:], 14)


def _trade_item(qualifier: str) -> Callable[[list[str]], Keys]:
    return lambda parts: [("01", _gtin14(parts)), *((qualifier, part) for part in parts[2:])]


def _location(parts: list[str]) -> Keys:
    """A place; extension 0 means the place itself (Tag Data Standard, section 6.3.3)."""
    keys = [("414", _with_check_digit(parts[0] + parts[1], 13))]
    return keys if len(parts) < 3 or parts[2] == "0" else [*keys, ("254", parts[2])]


def _logistic_unit(parts: list[str]) -> Keys:
    prefix, reference = parts
    return [("00", _with_check_digit(reference[:1] + prefix + reference[1:], 18))]


def _trade_item_piece(parts: list[str]) -> Keys:
    return [("8006", _gtin14(parts) + parts[2] + parts[3]), *(("21", part) for part in parts[4:])]


def _component_part(parts: list[str]) -> Keys:
    return [("8010", parts[0] + parts[1]), *(("8011", part) for part in parts[2:])]


_SCHEMES: Final[dict[str, tuple[int, int, Callable[[list[str]], Keys]]]] = {
    "sgtin": (2, 3, _trade_item("21")),
    "lgtin": (2, 3, _trade_item("10")),
    "upui": (2, 3, _trade_item("235")),
    "sscc": (2, 2, _logistic_unit),
    "sgln": (2, 3, _location),
    "pgln": (2, 2, _number(13, "417")),
    "grai": (2, 3, _number(13, "8003", lead="0")),
    "giai": (2, 2, lambda parts: [("8004", parts[0] + parts[1])]),
    "gsrn": (2, 2, _number(18, "8018")),
    "gsrnp": (2, 2, _number(18, "8017")),
    "gdti": (2, 3, _number(13, "253")),
    "cpi": (2, 3, _component_part),
    "sgcn": (2, 3, _number(13, "255")),
    "ginc": (2, 2, lambda parts: [("401", parts[0] + parts[1])]),
    "gsin": (2, 2, _number(17, "402")),
    "itip": (4, 5, _trade_item_piece),
}
"""By EPC scheme: the least and the greatest number of parts, and what makes keys of them."""

_FINEST: Final[dict[str, tuple[str, ...]]] = {
    "00": (), "01": ("21", "10", "235"), "253": (), "255": (), "401": (), "402": (), "414": ("254",), "417": (),
    "8003": (), "8004": (), "8006": ("21", "10"), "8010": ("8011",), "8017": (), "8018": (),
}  # fmt: skip
"""The keys of CBV 2.0, section 8.9, each with the qualifiers of which the first present one is kept."""


def keys_of_epc_uri(urn: str) -> Keys:
    """The Digital Link keys that an EPC, EPC class or EPC pattern URI stands for.

    The ``*`` at the end of a pattern leaves the class level. Raises :class:`StructureError` for anything else.
    """
    match = _URN.fullmatch(urn)
    if match is None or match["scheme"] not in _SCHEMES:
        raise StructureError(N_("“%(urn)s” is not an EPC URI with a GS1 key."), {"urn": urn}, value=urn, position=0)
    least, most, convert = _SCHEMES[match["scheme"]]
    parts = match["parts"].split(".", most - 1)
    if match["form"] == "idpat":
        while parts and parts[-1] == "*":
            parts.pop()
    if not least <= len(parts) <= most or not parts[0].isdigit() or "*" in parts:
        raise StructureError(N_("“%(urn)s” is not an EPC URI with a GS1 key."), {"urn": urn}, value=urn, position=0)
    return convert([unquote(part) for part in parts])


@lru_cache(maxsize=16384)
def canonical_identifier(uri: str) -> str:
    """``uri`` as the event hash writes it; what is neither an EPC URI nor a Digital Link is returned unchanged.

    EPC URIs become Digital Link URIs; Digital Link URIs lose their domain, path stem and query, get fourteen
    digits in a GTIN, numbers for the words of version 1.1, one way of percent-encoding, and keep the finest level
    only: of ``/01/…/10/…/21/…`` the lot is dropped.
    """
    plain = _PLAIN_TRADE_ITEM.fullmatch(uri)
    if plain is not None:
        gtin, lot, serial = plain.groups()
        finest = f"/21/{serial}" if serial else f"/10/{lot}" if lot else ""
        return f"{CANONICAL_STEM}/01/{gtin}{finest}"
    try:
        if uri.startswith("urn:epc:"):
            keys = keys_of_epc_uri(uri)
        elif uri.startswith(("https://", "http://")):
            keys = _keys_of_link(uri)
        else:
            return uri
    except Gs1Error:
        return uri
    if not keys:
        return uri
    return CANONICAL_STEM + "".join(f"/{ai}/{quote(value, safe=_UNRESERVED)}" for ai, value in keys)


_UNRESERVED: Final = "'"
"""The apostrophe stays as it is in event hashes, although the grammar of links would encode it."""


def _keys_of_link(uri: str) -> Keys:
    """The finest keys of a Digital Link, or nothing if ``uri`` is an ordinary address."""
    segments = re.split("[?#]", uri, maxsplit=1)[0].rstrip("/").split("/")[3:]
    for start in range(len(segments) - 2, -1, -2):
        ai = DEPRECATED_NAMES.get(segments[start], segments[start])
        if ai in _FINEST:
            pairs = {
                DEPRECATED_NAMES.get(name, name): unquote(value)
                for name, value in zip(segments[start::2], segments[start + 1 :: 2], strict=True)
            }
            value = pairs[ai].zfill(14) if ai == "01" and len(pairs[ai]) in (8, 12, 13) else pairs[ai]
            if TABLE[ai].pattern.fullmatch(value) is None:
                return []
            finest = next((name for name in _FINEST[ai] if name in pairs), None)
            return [(ai, value)] if finest is None else [(ai, value), (finest, pairs[finest])]
    return []


def _with_check_digit(payload: str, length: int) -> str:
    """``payload`` with its check digit, ``length`` digits in all."""
    if len(payload) != length - 1 or _DIGITS.fullmatch(payload) is None:
        raise StructureError(N_("An EPC URI has too few or too many digits in it."), value=payload)
    return payload + check_digit(payload)
