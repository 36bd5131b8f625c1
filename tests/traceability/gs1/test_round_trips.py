"""For every application identifier: what is built is parsed back, as a link and as an element string."""

import json
import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.gs1.application_identifiers import TABLE, Element, check_associations
from traceability.gs1.build_application_identifiers import TARGET
from traceability.gs1.characters import SETS
from traceability.gs1.check_digits import check_characters, check_digit
from traceability.gs1.digital_link import build_digital_link, parse_digital_link
from traceability.gs1.element_strings import format_element_string, parse_element_string
from traceability.gs1.errors import AssociationError, Gs1Error, StructureError

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
    if "csum" in rules:
        digits = st.text(string.digits, min_size=longest - 1, max_size=longest - 1)
        return digits.map(lambda payload: payload + check_digit(payload))
    if "csumalpha" in rules:
        text = st.text(sorted(SETS["X"]), min_size=1, max_size=longest - 6).map(lambda rest: "9506" + rest + "x")
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


def check_message(error: Gs1Error) -> None:
    """Every error can be told, and told in another language."""
    assert str(error) == (error.message_id % error.params if error.params else error.message_id)


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


def test_every_identifier_has_companions_to_stand_with() -> None:
    assert [ai for ai, group in GROUPS.items() if not group] == []
    assert len(IN_A_LINK) > 450


@pytest.mark.parametrize("ais", [pytest.param(TABLE.keys(), id="all identifiers")])
@given(data=st.data())
def test_an_element_string_is_read_back(ais: dict[str, Any], data: st.DataObject) -> None:
    group = GROUPS[data.draw(st.sampled_from(sorted(ais)))]
    elements = tuple(Element(ai, data.draw(values(ai))) for ai in group)
    assert parse_element_string(format_element_string(elements)) == elements


@given(data=st.data())
def test_a_link_is_read_back(data: st.DataObject) -> None:
    group = GROUPS[data.draw(st.sampled_from(IN_A_LINK))]
    link = build_digital_link([(ai, data.draw(values(ai))) for ai in group], "https://example.com/stem")
    assert parse_digital_link(link.uri()) == link
    assert parse_digital_link(link.canonical).canonical == link.canonical
    assert set(parse_element_string(format_element_string(link.elements))) == set(link.elements)


@given(st.text(), st.text())
def test_any_text_is_a_link_or_a_named_error(path: str, query: str) -> None:
    for uri in (
        path,
        f"https://example.com/{path}?{query}",
        f"https://example.com/01/09506000134352/10/{path}?{query}",
    ):
        try:
            link = parse_digital_link(uri)
        except Gs1Error as error:
            check_message(error)
        else:
            assert parse_digital_link(link.uri()) == link


@given(st.text(alphabet="()0123456789ab\\ "))
def test_any_text_is_an_element_string_or_a_named_error(text: str) -> None:
    try:
        elements = parse_element_string(text)
    except Gs1Error as error:
        check_message(error)
    else:
        assert parse_element_string(format_element_string(elements)) == elements


@pytest.mark.parametrize(
    ("text", "position"),
    [("", 0), ("01", 0), ("(01)09506000134352 (10)A", None), ("(01)09506000134352(10)A(1)B", 23), ("(1)5", 0)],
)
def test_a_broken_element_string_is_refused_at_its_place(text: str, position: int | None) -> None:
    with pytest.raises(Gs1Error) as refusal:
        parse_element_string(text)
    if position is not None:
        assert isinstance(refusal.value, StructureError)
        assert refusal.value.position == position


def test_a_parenthesis_in_a_value_is_escaped() -> None:
    elements = (Element("01", "09506000134352"), Element("10", "A(1)\\"))
    assert format_element_string(elements[:1]) == "(01)09506000134352"
    with pytest.raises(Gs1Error):
        parse_element_string(format_element_string(elements))
    assert parse_element_string(r"(01)09506000134352(10)A\(10)B") == (elements[0], ("10", "A(10)B"))
