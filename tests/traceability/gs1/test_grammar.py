"""Our reading of links beside the grammars that GS1 publishes with each version of the standard."""

import re
from functools import cache

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.traceability.conftest import VECTORS
from tests.traceability.gs1.abnf import Grammar
from tests.traceability.gs1.elements import IN_A_LINK, PATHS, group_of, values
from traceability.gs1.application_identifiers import TABLE
from traceability.gs1.digital_link import build_digital_link, parse_digital_link
from traceability.gs1.errors import AssociationError, Gs1Error, StructureError, UnknownIdentifierError

FOLDER = VECTORS / "digital-link"
VERSIONS = ("1_0", "1_1", "1_2", "1_4")
NOT_IN_THE_GRAMMAR = {"415", "8020"}
"""Payment slips: version 1.4 has rules for them but no path that leads there."""

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the official grammars are not beside the project")


@cache
def grammar(version: str) -> Grammar:
    return Grammar((FOLDER / f"GS1_Digital_Link_Grammar_{version}.abnf").read_text("utf-8"))


@cache
def path_pattern(version: str) -> re.Pattern[str]:
    return re.compile(grammar(version).pattern("gs1path"))


def test_the_reader_of_grammars_reads() -> None:
    toy = Grammar('a = 1*2b [c] ; a comment with "quotes"\nb = %x41-43\n  / "x;"\nc = %s"de" / (2"f" "g")')
    pattern = re.compile(toy.pattern("a"))
    assert all(pattern.fullmatch(text) for text in ("A", "BC", "x;X;", "Ade", "AffG"))
    assert not any(pattern.fullmatch(text) for text in ("", "ABC", "D", "ADE", "Af", "x"))


@settings(max_examples=60)
@given(data=st.data())
def test_what_we_build_is_in_the_grammar(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from([path for path in PATHS if NOT_IN_THE_GRAMMAR.isdisjoint(path)]))
    link = build_digital_link([(ai, data.draw(values(ai))) for ai in path])
    assert path_pattern("1_4").fullmatch(link.path.replace("%22", '"')), link.path


@pytest.mark.parametrize("version", VERSIONS)
@settings(max_examples=60)
@given(data=st.data())
def test_what_the_grammar_makes_is_refused_for_its_values_only(version: str, data: st.DataObject) -> None:
    path = data.draw(st.from_regex(path_pattern(version), fullmatch=True))
    try:
        parse_digital_link("https://example.com" + path)
    except (StructureError, UnknownIdentifierError, AssociationError) as error:
        assert version != "1_4" and withdrawn(path), (path, error)
    except Gs1Error as error:
        assert error.ai in TABLE


def withdrawn(path: str) -> bool:
    """Whether ``path`` uses what older versions had: words, more kinds of GLN, a slip of the pen in an escape."""
    older = {"410", "411", "412", "413", "415", "416"}
    return "%X" in path.upper() or any(not name.isdigit() or name in older for name in path.split("/")[1::2])


@cache
def attributes_of_the_grammar() -> frozenset[str]:
    text = (FOLDER / "GS1_Digital_Link_Grammar_1_4.abnf").read_text("utf-8")
    codes = re.findall(r"^(\w+Code\s*=.*(?:\n\s+.*)*)", text, re.MULTILINE)
    named = re.findall(r'^\w[\w-]*Parameter\s*=\s*"(\d+)="', text, re.MULTILINE)
    return frozenset(named) | frozenset(re.findall(r'"(\d{2,4})"', "".join(codes))) | {"10"}


def test_the_attributes_are_those_of_the_grammar() -> None:
    """What may stand in the query by the grammar may by the dictionary too, but for what was withdrawn since."""
    allowed = {ai for ai, entry in TABLE.items() if entry.is_data_attribute}
    assert attributes_of_the_grammar() - allowed == {"3944", "3945", "8020"}
    assert len(attributes_of_the_grammar() & allowed) > 480


@settings(max_examples=60)
@given(data=st.data())
def test_queries_that_we_build_are_in_the_grammar(data: st.DataObject) -> None:
    group = group_of(data.draw(st.sampled_from(IN_A_LINK)))
    assume(all(ai in attributes_of_the_grammar() or not TABLE[ai].is_data_attribute for ai in group))
    link = build_digital_link([(ai, data.draw(values(ai))) for ai in group])
    whole = re.compile(grammar("1_4").pattern("queryStringComp"))
    _, question_mark, query = link.canonical.partition("?")
    assert not question_mark or whole.fullmatch("?" + query.replace("%22", '"'))
