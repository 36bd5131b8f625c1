"""GS1 Digital Link URIs of the uncompressed form: parse, build, canonical form.

GS1 Digital Link standard, URI syntax 1.4. A link is a stem (scheme, domain and perhaps a path of its own), a
primary key, its key qualifiers in their fixed order, and data attributes in the query.
"""

import re
from collections.abc import Iterable
from typing import Final, NamedTuple, Self
from urllib.parse import quote

from traceability.gs1.application_identifiers import TABLE, Element, check_associations, get_identifier
from traceability.gs1.errors import N_, Gs1Error, Gs1ValueError, StructureError
from traceability.gs1.link_shapes import PLANS, PRIMARY_KEYS, check_attribute, plan_of
from traceability.gs1.uris import check_stem, percent_decode, percent_decode_text, require_uri_characters

CANONICAL_STEM: Final = "https://id.gs1.org"
DEPRECATED_NAMES: Final = {
    "gtin": "01", "itip": "8006", "gmn": "8013", "cpid": "8010", "gln": "414", "payTo": "415", "party": "417",
    "gsrnp": "8017", "gsrn": "8018", "gcn": "255", "sscc": "00", "gdti": "253", "ginc": "401", "gsin": "402",
    "grai": "8003", "giai": "8004", "cpv": "22", "lot": "10", "ser": "21", "cpsn": "8011", "glnx": "254",
    "refno": "8020", "srin": "8019",
}  # fmt: skip
"""Words that version 1.1 allowed instead of numbers; withdrawn since 1.2, named here for the error message."""

_COMPRESSED: Final = re.compile(r"(?=.*[A-Za-z])(?=.*[0-9A-Z])[\w-]{10,}", re.ASCII)
_new: Final = tuple.__new__


class DigitalLink(NamedTuple):
    """A checked Digital Link. Links are equal when they say the same, wherever they live: the stem does not count.

    ``names`` holds the application identifiers in the order of the URI, ``values`` their decoded values; the first
    ``key_count`` of them are the keys. ``extensions`` are query parameters that are not GS1's. Flat like this a
    link is made in no time; :attr:`keys`, :attr:`attributes` and :attr:`elements` pair them up when asked.
    """

    names: tuple[str, ...]
    values: tuple[str, ...]
    key_count: int
    extensions: tuple[tuple[str, str], ...] = ()
    stem: str = CANONICAL_STEM

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DigitalLink) and self[:4] == other[:4]

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(self[:4])

    @classmethod
    def of(
        cls, keys: Iterable[tuple[str, str]], attributes: Iterable[tuple[str, str]] = (), *, stem: str = CANONICAL_STEM
    ) -> Self:
        """The link of ``keys`` (primary key first) and ``attributes``, all of them checked already."""
        path = tuple(keys)
        names, values = zip(*path, *attributes, strict=True)
        return cls(names, values, len(path), (), stem)

    @property
    def primary_key(self) -> Element:
        """The first key: of which kind of thing this is the link."""
        return Element(self.names[0], self.values[0])

    @property
    def qualifiers(self) -> tuple[Element, ...]:
        """The key qualifiers, in the order of the path."""
        return self.elements[1 : self.key_count]

    @property
    def keys(self) -> tuple[Element, ...]:
        """The primary key and its qualifiers, in the order of the path."""
        return self.elements[: self.key_count]

    @property
    def attributes(self) -> tuple[Element, ...]:
        """The data attributes, in the order of the query."""
        return self.elements[self.key_count :]

    @property
    def elements(self) -> tuple[Element, ...]:
        """Every GS1 element: the keys, then the attributes as they came."""
        return tuple(map(Element, self.names, self.values))

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
        return self.values[self.names.index(ai)] if ai in self.names else None

    def uri(self, stem: str | None = None) -> str:
        """The URI at ``stem`` (its own when None), with attributes and extensions in their order."""
        base = self.stem if stem is None else check_stem(stem)
        return base + self.path + _query((*self.attributes, *self.extensions))


def parse_digital_link(uri: str, *, stray_characters: bool = False) -> DigitalLink:
    """Take a Digital Link URI apart and check everything in it.

    Raises a :class:`~traceability.gs1.errors.Gs1Error` that names the identifier and the place: unknown
    identifiers, wrong order of qualifiers, values that do not fit, qualifiers in the query, missing or excluded
    companions, characters that no URI may hold (``stray_characters`` lets them be where GS1 has no say). A fragment
    is no part of the identification and is dropped.
    """
    address = uri.partition("#")[0] if "#" in uri else uri
    address, _, query = address.partition("?")
    segments = address.split("/")
    start = len(segments) - 2
    while start > 2 and segments[start] not in PRIMARY_KEYS:
        start -= 2
    if start < 3:
        raise _no_primary_key(uri, segments)
    stem = check_stem("/".join(segments[:start]))
    path = names = tuple(segments[start::2])
    values = segments[start + 1 :: 2]
    if "%" in address:
        values = [percent_decode(value, ai=ai, uri=uri) for ai, value in zip(path, values, strict=True)]
    extensions: tuple[tuple[str, str], ...] = ()
    if query:
        attributes, query_values, extensions = _split_query(query, uri)
        names += attributes
        values += query_values
    plan = PLANS.get(path) if names is path else None
    if plan is None:
        try:
            plan = plan_of(path, names[len(path) :])
        except Gs1Error as error:
            raise _located(error, uri) from None
    try:
        for (fits, rule, entry), value in zip(plan, values, strict=False):
            if fits(value) is None:
                entry.check(value)
            elif rule is not None:
                rule(value)
    except Gs1ValueError as error:
        error.ai, error.value, error.position = entry.ai, value, error.position or 0
        raise
    # What has been checked as stem, identifier or value is fit for a URI, but for these two signs of set 82.
    if (extensions or "#" in uri or "<" in uri or ">" in uri) and not stray_characters:
        require_uri_characters(uri)
    return _new(DigitalLink, (names, tuple(values), len(path), extensions, stem))


def parse_path(path: str, query: str = "", *, stem: str = CANONICAL_STEM) -> DigitalLink:
    """As :func:`parse_digital_link`, for the raw (still encoded) path and query of a request at ``stem``.

    A slash at the end is tolerated, as a conformant resolver must; in a URI to be printed it would be wrong. So are
    stray characters in parameters that are not GS1's: whatever a campaign hangs on a link, the product is known.
    """
    uri = f"{check_stem(stem)}/{path.strip('/')}" + (f"?{query}" if query else "")
    return parse_digital_link(uri, stray_characters=True)


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
        check_attribute(element.ai, path)
    check_associations(tuple(checked))
    return DigitalLink.of([checked[ai] for ai in path], attributes, stem=check_stem(stem))


def _split_query(query: str, uri: str) -> tuple[tuple[str, ...], list[str], tuple[tuple[str, str], ...]]:
    """The application identifiers in ``query``, their decoded values, and the parameters that are not GS1's."""
    names: list[str] = []
    values: list[str] = []
    extensions: list[tuple[str, str]] = []
    for parameter in (query.replace(";", "&") if ";" in query else query).split("&"):
        name, _, raw = parameter.partition("=")
        if name in TABLE or (name.isdigit() and name.isascii()):
            names.append(name)
            values.append(_query_value(raw, name, uri) if "%" in raw or "+" in raw else raw)
        elif parameter:
            extensions.append((percent_decode_text(name), percent_decode_text(raw)))
    return tuple(names), values, tuple(extensions)


def _query_value(raw: str, ai: str, uri: str) -> str:
    """The decoded value; half of the world's software reads a bare plus as a space, so it may not stand here."""
    if "+" in raw:
        raise StructureError(
            N_("A plus sign after the question mark must be written %(code)s."),
            {"code": "%2B"},
            ai=ai,
            value=uri,
            position=uri.find(raw) + raw.find("+"),
        )
    return percent_decode(raw, ai=ai, uri=uri)


def _located(error: Gs1Error, uri: str) -> Gs1Error:
    """``error`` with the place in ``uri`` where its identifier stands: the last time, if it stands twice."""
    if error.position is None and error.ai is not None:
        places = [match.start() + 1 for match in re.finditer(rf"[/?&;]{re.escape(error.ai)}(?=[/=&;]|$)", uri)]
        error.position = places[-1] if places else None
        error.value = uri
    return error


def _no_primary_key(uri: str, segments: list[str]) -> StructureError:
    """Say why there is no primary key where one should be."""
    host = check_stem("/".join(segments[:3]))
    for name in segments[3:]:
        if name in DEPRECATED_NAMES:
            return StructureError(
                N_("“%(name)s” is no longer allowed in links: write %(ai)s instead."),
                {"name": name, "ai": DEPRECATED_NAMES[name]},
                ai=DEPRECATED_NAMES[name],
                value=uri,
                position=uri.find(f"/{name}/") + 1,
            )
    end = len("/".join(segments))
    if not PRIMARY_KEYS.isdisjoint(segments[3:]):
        if segments[-1] == "":
            return StructureError(N_("A link may not end in a slash."), value=uri, position=end - 1)
        return StructureError(N_("An application identifier has no value."), value=uri, position=end)
    if len(segments) > 3 and _COMPRESSED.fullmatch(segments[-1]):
        return StructureError(
            N_("There is no GS1 key in this link. If it is a compressed one, expand it first."),
            value=uri,
            position=len(host),
        )
    return StructureError(N_("There is no GS1 key in this link."), value=uri, position=len(host))


def _query(parameters: Iterable[tuple[str, str]]) -> str:
    text = "&".join(f"{quote(key, safe='')}={quote(value, safe='')}" for key, value in parameters)
    return "?" + text if text else ""
