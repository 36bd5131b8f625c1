"""GS1 Digital Link URIs of the uncompressed form: parse, build, canonical form.

GS1 Digital Link standard, URI syntax 1.4. A link is a stem (scheme, domain and perhaps a path of its own), a
primary key, its key qualifiers in their fixed order, and data attributes in the query.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, NoReturn
from urllib.parse import quote

from traceability.gs1.application_identifiers import TABLE, Element, check_associations, get_identifier
from traceability.gs1.errors import N_, StructureError, UnknownIdentifierError

CANONICAL_STEM: Final = "https://id.gs1.org"
DEPRECATED_NAMES: Final = {
    "gtin": "01", "itip": "8006", "gmn": "8013", "cpid": "8010", "gln": "414", "payTo": "415", "party": "417",
    "gsrnp": "8017", "gsrn": "8018", "gcn": "255", "sscc": "00", "gdti": "253", "ginc": "401", "gsin": "402",
    "grai": "8003", "giai": "8004", "cpv": "22", "lot": "10", "ser": "21", "cpsn": "8011", "glnx": "254",
    "refno": "8020", "srin": "8019",
}  # fmt: skip
"""Words that version 1.1 allowed instead of numbers; withdrawn since 1.2, named here for the error message."""

_STEM: Final = re.compile(
    r"https?://(?:\[[0-9A-Fa-f:.]+\]|(?:[\w.~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+)(?::\d{0,5})?"
    r"(?:/(?:[\w.~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})*)*",
    re.IGNORECASE | re.ASCII,
)
_BROKEN_ESCAPE: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
_ESCAPE: Final = re.compile(r"%([0-9A-Fa-f]{2})")


@dataclass(frozen=True, slots=True)
class DigitalLink:
    """A checked Digital Link. Values are decoded; ``extensions`` are query parameters that are not GS1's."""

    primary_key: Element
    qualifiers: tuple[Element, ...] = ()
    attributes: tuple[Element, ...] = ()
    extensions: tuple[tuple[str, str], ...] = ()
    stem: str = field(default=CANONICAL_STEM, compare=False)

    @property
    def keys(self) -> tuple[Element, ...]:
        """The primary key and its qualifiers, in the order of the path."""
        return (self.primary_key, *self.qualifiers)

    @property
    def elements(self) -> tuple[Element, ...]:
        """Every GS1 element: the keys, then the attributes as they came."""
        return (*self.keys, *self.attributes)

    @property
    def path(self) -> str:
        """The percent-encoded path from the primary key on, with its leading slash."""
        return "".join(f"/{ai}/{quote(value, safe='')}" for ai, value in self.keys)

    @property
    def canonical(self) -> str:
        """The canonical form: https://id.gs1.org without stem, attributes by identifier, extensions left out."""
        return CANONICAL_STEM + self.path + _query(sorted(self.attributes))

    def value(self, ai: str) -> str | None:
        """The value of ``ai`` in this link, or None."""
        return next((element.value for element in self.elements if element.ai == ai), None)

    def uri(self, stem: str | None = None) -> str:
        """The URI at ``stem`` (its own when None), with attributes and extensions in their order."""
        base = self.stem if stem is None else check_stem(stem)
        return base + self.path + _query((*self.attributes, *self.extensions))


def parse_digital_link(uri: str) -> DigitalLink:
    """Take a Digital Link URI apart and check everything in it.

    Raises a :class:`~traceability.gs1.errors.Gs1Error` that names the identifier and the place: unknown
    identifiers, wrong order of qualifiers, values that do not fit, qualifiers in the query, missing or excluded
    companions. A fragment is no part of the identification and is dropped.
    """
    address, _, _ = uri.partition("#")
    address, _, query = address.partition("?")
    segments = address.split("/")
    start = len(segments) - 2
    while start >= 3 and not _is_primary_key(segments[start]):
        start -= 2
    if start < 3:
        raise _no_primary_key(uri, segments)
    stem = check_stem("/".join(segments[:start]))
    return _link(stem, segments[start:], query, offset=sum(map(len, segments[:start])) + start)


def parse_path(path: str, query: str = "", *, stem: str = CANONICAL_STEM) -> DigitalLink:
    """As :func:`parse_digital_link`, for the raw (still encoded) path and query of a request at ``stem``.

    A slash at the end is tolerated, as a conformant resolver must; in a URI to be printed it would be wrong.
    """
    return parse_digital_link(f"{check_stem(stem)}/{path.strip('/')}" + (f"?{query}" if query else ""))


def build_digital_link(elements: Iterable[tuple[str, str]], stem: str = CANONICAL_STEM) -> DigitalLink:
    """Make a link out of ``elements`` in any order: the first primary key leads, the rest finds its place."""
    checked: dict[str, Element] = {}
    for ai, value in elements:
        get_identifier(ai).check(value)
        if checked.setdefault(ai, Element(ai, value)).value != value:
            raise StructureError(N_("(%(ai)s) stands twice, with different values."), {"ai": ai}, ai=ai, value=value)
    primary = next((ai for ai in checked if TABLE[ai].is_primary_key), None)
    if primary is None:
        raise StructureError(N_("None of the identifiers can be the primary key of a link."))
    sequences = TABLE[primary].qualifiers or ()
    best = max(([ai for ai in sequence if ai in checked] for sequence in sequences), key=len, default=[])
    path = (primary, *best)
    attributes = tuple(element for ai, element in checked.items() if ai not in path)
    for element in attributes:
        _check_attribute(element.ai, path)
    check_associations(tuple(checked))
    return DigitalLink(
        primary_key=checked[primary],
        qualifiers=tuple(checked[ai] for ai in best),
        attributes=attributes,
        stem=check_stem(stem),
    )


@lru_cache(maxsize=1024)
def check_stem(stem: str) -> str:
    """``stem`` without trailing slash: http or https, a host, perhaps a port and a path; nothing else."""
    trimmed = stem.rstrip("/")
    if _STEM.fullmatch(trimmed) is None:
        raise StructureError(N_("A link starts with http:// or https:// and a domain name."), value=stem, position=0)
    scheme, separator, rest = trimmed.partition("://")
    return scheme.lower() + separator + rest


def percent_decode(text: str, *, ai: str | None = None, position: int | None = None) -> str:
    """Undo percent-encoding, octet by octet: GS1 values are ASCII, so each octet is one character."""
    if "%" not in text:
        return text
    broken = _BROKEN_ESCAPE.search(text)
    if broken is not None:
        raise StructureError(
            N_("A percent sign must be followed by two hexadecimal digits."),
            ai=ai,
            value=text,
            position=None if position is None else position + broken.start(),
        )
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)


def _link(stem: str, segments: list[str], query: str, *, offset: int) -> DigitalLink:
    """Check the path from the primary key on, then the query. ``offset`` counts the characters before."""
    keys = []
    place = offset
    for index in range(0, len(segments), 2):
        ai, raw = segments[index], segments[index + 1]
        entry = TABLE.get(ai) or _unknown(ai, place)
        value = percent_decode(raw, ai=ai, position=place + len(ai) + 1) if "%" in raw else raw
        entry.check(value)
        keys.append(Element(ai, value))
        place += len(ai) + len(raw) + 2
    path = tuple([ai for ai, _ in keys])
    if len(path) > 1:
        _check_order(path)
    attributes, extensions = _parse_query(query, path, place) if query else ((), ())
    check_associations(path + tuple([ai for ai, _ in attributes]))
    return DigitalLink(keys[0], tuple(keys[1:]), attributes, extensions, stem)


def _parse_query(
    query: str, path: tuple[str, ...], offset: int
) -> tuple[tuple[Element, ...], tuple[tuple[str, str], ...]]:
    attributes: list[Element] = []
    extensions: list[tuple[str, str]] = []
    seen = set(path)
    for parameter in re.split("[&;]", query):
        key, separator, raw = parameter.partition("=")
        value_at = offset + len(key) + 1
        if key.isascii() and key.isdigit():
            entry = TABLE.get(key) or _unknown(key, offset)
            if key in seen:
                raise StructureError(N_("(%(ai)s) stands twice."), {"ai": key}, ai=key, value=raw, position=offset)
            _check_attribute(key, path, position=offset)
            value = percent_decode(raw, ai=key, position=value_at)
            entry.check(value)
            seen.add(key)
            attributes.append(Element(key, value))
        elif parameter:
            extensions.append((percent_decode_text(key), percent_decode_text(raw) if separator else ""))
        offset += len(parameter) + 1
    return tuple(attributes), tuple(extensions)


def percent_decode_text(text: str) -> str:
    """Undo percent-encoding of UTF-8 text in a query parameter that is not GS1's; broken parts stay as they are."""
    if "%" not in text:
        return text
    octets = re.sub(rb"%([0-9A-Fa-f]{2})", lambda match: bytes.fromhex(match[1].decode()), text.encode())
    return octets.decode("utf-8", "replace")


@lru_cache(maxsize=1024)
def _check_order(path: tuple[str, ...]) -> None:
    """Raise unless the qualifiers after the primary key follow one of its sequences, each at most once."""
    primary, *qualifiers = path
    sequences = TABLE[primary].qualifiers or ()
    for sequence in sequences:
        remaining = iter(sequence)
        if all(ai in remaining for ai in qualifiers):
            return
    stray = next((ai for ai in qualifiers if not any(ai in sequence for sequence in sequences)), None)
    if stray is not None:
        raise StructureError(
            N_("(%(ai)s) is not a key qualifier of (%(key)s)."), {"ai": stray, "key": primary}, ai=stray
        )
    allowed = " / ".join(" → ".join(sequence) for sequence in sequences)
    raise StructureError(
        N_("The qualifiers of (%(key)s) must follow this order: %(allowed)s."),
        {"key": primary, "allowed": allowed},
        ai=qualifiers[0],
    )


@lru_cache(maxsize=4096)
def _fits_path(ai: str, path: tuple[str, ...]) -> bool:
    """Whether ``ai`` could stand in the path as well: then it may not stand in the query."""
    present = {*path[1:], ai}
    return any(ai in sequence and present <= set(sequence) for sequence in TABLE[path[0]].qualifiers or ())


def _check_attribute(ai: str, path: tuple[str, ...], *, position: int | None = None) -> None:
    if _fits_path(ai, path):
        raise StructureError(
            N_("(%(ai)s) is a key qualifier of (%(key)s) and belongs in the path, not in the query."),
            {"ai": ai, "key": path[0]},
            ai=ai,
            position=position,
        )
    if not TABLE[ai].is_data_attribute:
        raise StructureError(
            N_("(%(ai)s) may not be a data attribute of a link."), {"ai": ai}, ai=ai, position=position
        )


def _is_primary_key(segment: str) -> bool:
    entry = TABLE.get(segment)
    return entry is not None and entry.qualifiers is not None


def _unknown(ai: str, position: int) -> NoReturn:
    raise UnknownIdentifierError(
        N_("There is no application identifier (%(ai)s)."), {"ai": ai}, ai=ai, value=ai, position=position
    )


def _no_primary_key(uri: str, segments: list[str]) -> StructureError:
    for name in segments[3:]:
        if name in DEPRECATED_NAMES:
            return StructureError(
                N_("“%(name)s” is no longer allowed in links: write %(ai)s instead."),
                {"name": name, "ai": DEPRECATED_NAMES[name]},
                ai=DEPRECATED_NAMES[name],
                value=uri,
                position=uri.find(f"/{name}/") + 1,
            )
    return StructureError(N_("There is no GS1 key in this link."), value=uri, position=len("/".join(segments[:3])))


def _query(parameters: Iterable[tuple[str, str]]) -> str:
    text = "&".join(f"{quote(key, safe='')}={quote(value, safe='')}" for key, value in parameters)
    return "?" + text if text else ""
