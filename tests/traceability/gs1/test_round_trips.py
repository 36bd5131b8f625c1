"""For every application identifier: what is built is parsed back, as a link and as an element string."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.traceability.gs1.elements import FACTS, GROUPS, IN_A_LINK, PATHS, values
from traceability.gs1.application_identifiers import TABLE, Element
from traceability.gs1.digital_link import build_digital_link, parse_digital_link
from traceability.gs1.element_strings import SEPARATOR, format_element_string, parse_element_string
from traceability.gs1.errors import CheckDigitError, Gs1Error, StructureError


def check_message(error: Gs1Error) -> None:
    """Every error can be told, and told in another language."""
    assert str(error) == (error.message_id % error.params if error.params else error.message_id)


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


@given(data=st.data())
def test_what_a_scanner_sends_is_read_like_the_bracketed_form(data: st.DataObject) -> None:
    group = GROUPS[data.draw(st.sampled_from(sorted(TABLE)))]
    elements = tuple(Element(ai, data.draw(values(ai))) for ai in group)
    sent = "".join(f"{ai}{value}{'' if TABLE[ai].has_predefined_length else SEPARATOR}" for ai, value in elements)
    assert parse_element_string(sent) == elements
    assert parse_element_string("]d2" + sent) == elements
    assert parse_element_string(SEPARATOR + sent) == elements


@given(data=st.data())
def test_a_wrong_check_digit_is_refused_wherever_it_stands(data: st.DataObject) -> None:
    with_check_digit = [
        ai for ai in IN_A_LINK if any("csum" in part.get("linters", ()) for part in FACTS[ai]["components"])
    ]
    ai = data.draw(st.sampled_from(with_check_digit))
    elements = {name: data.draw(values(name)) for name in GROUPS[ai]}
    link = build_digital_link(elements.items(), "https://example.com")
    place = 0
    for part in FACTS[ai]["components"]:
        place += part["max"]
        if "csum" in part.get("linters", ()):
            break
    value = elements[ai]
    other = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != value[place - 1]]))
    wrong = value[: place - 1] + other + value[place:]
    uri = "&".join(link.uri().replace(f"/{ai}/{value[:place]}", f"/{ai}/{wrong[:place]}").split("&"))
    uri = uri.replace(f"{ai}={value[:place]}", f"{ai}={wrong[:place]}")
    with pytest.raises(CheckDigitError) as refusal:
        parse_digital_link(uri)
    assert (refusal.value.ai, refusal.value.position) == (ai, place - 1)


@given(data=st.data())
def test_qualifiers_out_of_order_are_refused(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from([path for path in PATHS if len(path) > 2]))
    link = build_digital_link([(ai, data.draw(values(ai))) for ai in path], "https://example.com")
    order = data.draw(st.permutations(range(1, len(path))).filter(lambda order: list(order) != sorted(order)))
    pairs = [f"/{ai}" for ai in link.path.split("/")[1:]]
    steps = ["".join(pairs[index : index + 2]) for index in range(0, len(pairs), 2)]
    with pytest.raises(StructureError):
        parse_digital_link("https://example.com" + steps[0] + "".join(steps[index] for index in order))


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
    [("", 0), ("05", 0), ("(01)09506000134352 (10)A", None), ("(01)09506000134352(10)A(1)B", 23), ("(1)5", 0)],
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
