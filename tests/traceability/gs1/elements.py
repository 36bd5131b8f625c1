"""Valid elements for property tests: values for every application identifier, and what must stand beside it."""

import json
import string
from itertools import combinations
from typing import Any

from hypothesis import strategies as st

from traceability.gs1.application_identifiers import TABLE, check_associations
from traceability.gs1.build_application_identifiers import TARGET
from traceability.gs1.characters import SETS
from traceability.gs1.check_digits import check_characters, check_digit
from traceability.gs1.errors import AssociationError

FACTS: dict[str, Any] = json.loads(TARGET.read_text("utf-8"))
EXAMPLES = {
    "yymmdd": "260901", "yymmd0": "260900", "yyyymmdd": "20260901", "hhmi": "2359", "hh": "23", "mi": "59", "ss": "58",
    "iso3166": "704", "iso3166999": "999", "iso4217": "704", "iso3166alpha2": "VN", "iso5218": "9", "yesno": "1",
    "mediatype": "80", "pieceoftotal": "0102", "posinseqslash": "1/2", "iban": "DE89370400440532013000", "winding": "9",
    "zero": "0", "latitude": "0279085848", "longitude": "3015297971", "hyphen": "-", "importeridx": "_",
    "packagetype": "PX", "couponcode": "106141416543213150110120", "couponposoffer": "001414165432110123456",
    "hasnondigit": "x", "nozeroprefix": "120", "pcenc": "B%C6%B0%E1%BB%9Fi",
}  # fmt: skip


def component_values(component: dict[str, Any]) -> st.SearchStrategy[str]:
    """Texts that fit one component of the table."""
    rules = component.get("linters", [])
    kind, shortest, longest = component["kind"], component["min"], component["max"]
    if kind == "Z":
        text = st.text(sorted(SETS["Z"] - {"="}), min_size=1, max_size=longest - 2)
        return st.builds(str.__add__, text, st.sampled_from(["", "=", "=="]))
    if "csum" in rules:
        digits = st.text(string.digits, min_size=longest - 1, max_size=longest - 1)
        return digits.map(lambda payload: payload + check_digit(payload))
    if "csumalpha" in rules:
        text = st.text(sorted(SETS["X"]), min_size=1, max_size=longest - 7).map(lambda rest: "9506" + rest + "x")
        return text.map(lambda payload: payload + check_characters(payload))
    example = next((EXAMPLES[rule] for rule in rules if rule in EXAMPLES), None)
    if example is not None:
        return st.just(example)
    if "nonzero" in rules:
        return st.integers(1, 10**longest - 1).map(lambda number: str(number).zfill(longest))
    if "gcppos1" in rules:
        return st.text(sorted(SETS[kind]), max_size=longest - 4).map("9506".__add__)
    return st.text(sorted(SETS[kind]), min_size=shortest, max_size=longest)


@st.composite
def values(draw: st.DrawFn, ai: str) -> str:
    """A value that fits ``ai``; optional components come as far as the draw says, none after a short one."""
    parts = FACTS[ai]["components"]
    optional = [part for part in parts if part.get("optional")]
    count = len(parts) - len(optional) + draw(st.integers(0, len(optional)))
    return "".join(draw(component_values(part)) for part in parts[:count])


def companions(ais: list[str]) -> list[str]:
    """``ais`` with what they need beside them, by the first alternative that clashes with nothing."""
    try:
        check_associations(tuple(ais))
    except AssociationError as error:
        for alternatives in TABLE[str(error.ai)].requires:
            for group in alternatives:
                concrete = [
                    ai.replace("n", "0") if ai.replace("n", "0") in TABLE else ai.replace("n", "1") for ai in group
                ]
                added = [ai for ai in concrete if ai not in ais]
                if added and len(ais) < 6:
                    found = companions([*ais, *added])
                    if found:
                        return found
        return []
    return ais


GROUPS = {ai: companions([ai]) for ai in sorted(TABLE)}
IN_A_LINK = [
    ai
    for ai, group in GROUPS.items()
    if group
    and (TABLE[ai].is_data_attribute or TABLE[ai].is_primary_key)
    and any(TABLE[one].is_primary_key for one in group)
]

PATHS = [
    (key, *chosen)
    for key, entry in sorted(TABLE.items())
    for sequence in (entry.qualifiers or ((),) if entry.is_primary_key else ())
    for count in range(len(sequence) + 1)
    for chosen in combinations(sequence, count)
    if key != "415" or chosen
]
"""Every sequence of keys that a link may have; some stand twice, as each alternative begins with none."""


def group_of(ai: str) -> list[str]:
    """``ai`` with the identifiers that it needs beside it."""
    return GROUPS[ai]
