"""EPC URIs (``urn:epc:…``) to and from Digital Links, and the constrained canonical form of Digital Link URIs.

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
from traceability.gs1.digital_link import CANONICAL_STEM, DEPRECATED_NAMES, DigitalLink, build_digital_link
from traceability.gs1.errors import N_, Gs1Error, StructureError

Keys = list[tuple[str, str]]

_URN: Final = re.compile(r"urn:epc:(?P<form>id|class|idpat):(?P<scheme>[a-z]+):(?P<parts>.+)", re.ASCII)
_PIECE: Final = re.compile(r"[0-9]{4}")
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
    if _PIECE.fullmatch(parts[2] + parts[3]) is None:
        raise StructureError(N_("An EPC URI has too few or too many digits in it."), value=parts[2] + parts[3])
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

_Written = tuple[str, str, list[str]]
_Writer = Callable[[str, int, Callable[[str], str | None]], _Written]
"""Makes form, scheme and parts of a URI out of the key, the length of its company prefix and the qualifiers."""


def _instance(scheme: str, parts: list[str], serial: str | None) -> _Written:
    """The URI of one thing, or the pattern of all of its class when there is no serial component."""
    return ("id", scheme, [*parts, serial]) if serial else ("idpat", scheme, [*parts, "*"])


def _split_gtin(gtin: str, length: int) -> list[str]:
    """Company prefix, and item reference with the indicator in front; the check digit goes."""
    return [gtin[1 : 1 + length], gtin[0] + gtin[1 + length : 13]]


def _write_trade_item(key: str, length: int, value: Callable[[str], str | None]) -> _Written:
    parts = _split_gtin(key, length)
    third_party, lot, serial = value("235"), value("10"), value("21")
    if third_party:
        return "id", "upui", [*parts, third_party]
    if lot and not serial:
        return "class", "lgtin", [*parts, lot]
    return _instance("sgtin", parts, serial)


def _write_location(key: str, length: int, value: Callable[[str], str | None]) -> _Written:
    return "id", "sgln", [key[:length], key[length:12], value("254") or "0"]


def _write_number(scheme: str, digits: int) -> _Writer:
    """Of a key of so many digits, the last its check digit, that is nothing but a number."""
    return lambda key, length, _: ("id", scheme, [key[:length], key[length : digits - 1]])


def _write_serialised(scheme: str, lead: int = 0) -> _Writer:
    """Of a key of thirteen digits, after ``lead`` digits that say nothing, with the serial component behind."""

    def write(key: str, length: int, _: Callable[[str], str | None]) -> _Written:
        number, serial = key[lead : lead + 13], key[lead + 13 :]
        return _instance(scheme, [number[:length], number[length:12]], serial)

    return write


def _write_text(scheme: str) -> _Writer:
    """Of a key that is a company prefix and any text behind it."""
    return lambda key, length, _: ("id", scheme, [key[:length], key[length:]])


_WRITERS: Final[dict[str, _Writer]] = {
    "00": lambda key, length, _: ("id", "sscc", [key[1 : 1 + length], key[0] + key[1 + length : 17]]),
    "01": _write_trade_item,
    "253": _write_serialised("gdti"),
    "255": _write_serialised("sgcn"),
    "401": _write_text("ginc"),
    "402": _write_number("gsin", 17),
    "414": _write_location,
    "417": _write_number("pgln", 13),
    "8003": _write_serialised("grai", lead=1),
    "8004": _write_text("giai"),
    "8006": lambda key, length, value: _instance(
        "itip", [*_split_gtin(key, length), key[14:16], key[16:18]], value("21")
    ),
    "8010": lambda key, length, value: _instance("cpi", [key[:length], key[length:]], value("8011")),
    "8017": _write_number("gsrnp", 18),
    "8018": _write_number("gsrn", 18),
}
"""By primary key, what writes its EPC URI; GMN (8013) and payment slips (415) have none."""

_URN_SAFE: Final = "!'()*+,-.:;=_"
"""The signs of set 82 that a URN takes as they are (Tag Data Standard, annex A)."""
EPC_COMPANY_PREFIX_LENGTHS: Final = range(6, 13)

_FINEST: Final[dict[str, tuple[str, ...]]] = {
    "00": (), "01": ("21", "10", "235"), "253": (), "255": (), "401": (), "402": (), "414": ("254",), "417": (),
    "8003": (), "8004": (), "8006": ("21", "10"), "8010": ("8011",), "8017": (), "8018": (),
}  # fmt: skip
"""The keys of CBV 2.0, section 8.9, each with the qualifiers of which the first present one is kept."""


def keys_of_epc_uri(urn: str) -> Keys:
    """The Digital Link keys that an EPC, EPC class or EPC pattern URI stands for.

    The ``*`` at the end of a pattern leaves the class level; elsewhere it is a character like others. Raises
    :class:`StructureError` for anything else.
    """
    match = _URN.fullmatch(urn)
    if match is None or match["scheme"] not in _SCHEMES:
        raise _no_epc_uri(urn)
    form, scheme = match["form"], match["scheme"]
    least, most, convert = _SCHEMES[scheme]
    parts = match["parts"].split(".", most - 1)
    if form == "idpat":
        while parts and parts[-1] == "*":
            parts.pop()
    else:
        least = most
    if (form == "class") != (scheme == "lgtin") and form != "idpat":
        raise _no_epc_uri(urn)
    if not least <= len(parts) <= most or _DIGITS.fullmatch(parts[0]) is None or (form == "idpat" and "*" in parts):
        raise _no_epc_uri(urn)
    return convert([unquote(part) for part in parts])


def parse_epc_uri(urn: str) -> DigitalLink:
    """The Digital Link of an EPC, EPC class or EPC pattern URI, its values checked.

    Raises a :class:`~traceability.gs1.errors.Gs1Error`.
    """
    return build_digital_link(keys_of_epc_uri(urn))


def to_epc_urn(link: DigitalLink, company_prefix_length: int) -> str:
    """The EPC URI of what ``link`` identifies, when its GS1 company prefix has so many digits (6 to 12).

    A serialised key becomes a pure identity URI (``urn:epc:id:…``), a lot an ``urn:epc:class:lgtin:…``, any other
    class a pattern (``urn:epc:idpat:…``). Like the standard, the EPC knows one level only: of lot and serial the
    serial stays, and product variants (22) and service relation instances (8019) have no place in it.
    Raises :class:`StructureError` when the key has no EPC scheme or the prefix does not fit it.
    """
    if company_prefix_length not in EPC_COMPANY_PREFIX_LENGTHS:
        raise StructureError(
            N_("In an EPC URI the company prefix has 6 to 12 digits, not %(length)s."),
            {"length": company_prefix_length},
        )
    ai, key = link.primary_key
    write = _WRITERS.get(ai)
    if write is None or link.value("7040") is not None:
        raise StructureError(N_("(%(ai)s) has no EPC URI."), {"ai": "7040" if write else ai}, ai=ai)
    form, scheme, parts = write(key, company_prefix_length, link.value)
    has_reference = parts[1] or TABLE[ai].components[0].kind == "N"
    if _DIGITS.fullmatch(parts[0]) is None or len(parts[0]) < company_prefix_length or not has_reference:
        raise StructureError(
            N_("(%(ai)s) does not begin with a company prefix of %(length)s digits."),
            {"ai": ai, "length": company_prefix_length},
            ai=ai,
            value=key,
        )
    return f"urn:epc:{form}:{scheme}:" + ".".join(
        part if part == "*" else quote(part, safe=_URN_SAFE) for part in parts
    )


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


def _no_epc_uri(urn: str) -> StructureError:
    return StructureError(N_("“%(urn)s” is not an EPC URI with a GS1 key."), {"urn": urn}, value=urn, position=0)


def _with_check_digit(payload: str, length: int) -> str:
    """``payload`` with its check digit, ``length`` digits in all."""
    if len(payload) != length - 1 or _DIGITS.fullmatch(payload) is None:
        raise StructureError(N_("An EPC URI has too few or too many digits in it."), value=payload)
    return payload + check_digit(payload)
