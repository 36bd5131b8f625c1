"""The table of application identifiers: complete, equal to its source, and strict about values."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from traceability.gs1.application_identifiers import TABLE, check_associations, check_element
from traceability.gs1.build_application_identifiers import TARGET, build
from traceability.gs1.errors import (
    AssociationError,
    CharacterError,
    CheckDigitError,
    DateError,
    Gs1Error,
    Gs1ValueError,
    LengthError,
    UnknownIdentifierError,
)
from traceability.gs1.value_rules import RULES


def test_the_data_file_is_what_the_dictionary_says(vector: Callable[[str], Path]) -> None:
    dictionary = vector("digital-link/gs1-syntax-dictionary.txt")
    assert json.loads(TARGET.read_text("utf-8")) == build(dictionary.read_text("utf-8"))


def test_a_line_of_the_dictionary_becomes_an_entry() -> None:
    line = "3950-3951  *?  N3,iso4217 [X..5],pcenc   req=01+21,35nn ex=8111 dlpkey=22,10|235   # A TITLE # b"
    expected = {
        "title": "A TITLE # b",
        "components": [
            {"kind": "N", "min": 3, "max": 3, "linters": ["iso4217"]},
            {"kind": "X", "min": 1, "max": 5, "optional": True, "linters": ["pcenc"]},
        ],
        "predefined_length": True,
        "data_attribute": True,
        "qualifiers": [["22", "10"], ["235"]],
        "requires": [[["01", "21"], ["35nn"]]],
        "excludes": ["8111"],
    }
    assert build(line) == {"3950": expected, "3951": expected}


def test_the_keys_of_digital_link_are_known() -> None:
    keys = {ai for ai, entry in TABLE.items() if entry.is_primary_key}
    assert keys == {
        "00", "01", "253", "255", "401", "402", "414", "415", "417",
        "8003", "8004", "8006", "8010", "8013", "8017", "8018",
    }  # fmt: skip
    assert TABLE["01"].qualifiers == (("22", "10", "21"), ("235",))
    assert TABLE["8030"].components[0].kind == "Z"


@pytest.mark.parametrize(
    ("ai", "value"),
    [
        ("01", "09506000134352"), ("10", "A/b-1%'"), ("17", "260200"), ("253", "4012345000092"),
        ("253", "4012345000092PO-4711"), ("423", "704"), ("423", "704156"), ("3103", "000195"), ("3912", "70415000"),
        ("4309", "02790858483015297971"), ("4324", "2609012359"), ("4326", "260901"), ("7007", "260901260905"),
        ("7040", "1ABC"), ("8003", "04012345000221334455"), ("8006", "040123451111180102"),
        ("8007", "DE89370400440532013000"), ("8008", "26090112"), ("8008", "260901123456"), ("8010", "0614141A#/"),
        ("8011", "1234"), ("8013", "1987654Ad4X4bL5ttr2310c2K"), ("4330", "000123-"), ("7258", "1/2"),
        ("8110", "106141416543213150110120"), ("8112", "001414165432110123456"), ("99", "x" * 90),
        ("7041", "PX"), ("7041", "201"), ("8030", "aB-_9=="),
        ("3914", "92470000"), ("8110", "106141416543213150110120" + "3261231" + "4260101"),
        ("8017", "401234500000000074"),
    ],
)  # fmt: skip
def test_a_value_that_fits_is_taken(ai: str, value: str) -> None:
    assert check_element(ai, value) == (ai, value)


@pytest.mark.parametrize(
    ("ai", "value", "error", "position"),
    [
        ("01", "09506000134353", CheckDigitError, 13), ("01", "9506000134352", LengthError, 13),
        ("01", "0950600013435X", CharacterError, 13), ("10", "A B", CharacterError, 1), ("10", "", LengthError, 0),
        ("10", "x" * 21, LengthError, 20), ("17", "261301", DateError, 2), ("17", "260230", DateError, 4),
        ("7003", "2609012460", Gs1ValueError, 6), ("7006", "260900", DateError, 4), ("422", "999", Gs1ValueError, 0),
        ("3912", "00112", Gs1ValueError, 0), ("8010", "0614141a", CharacterError, 7),
        ("8004", "ABC123", CharacterError, 0),
        ("8006", "040123451111180302", Gs1ValueError, 14), ("8013", "1987654Ad4X4bL5ttr2310c2L", CheckDigitError, 23),
        ("8007", "DE89370400440532013001", CheckDigitError, 2), ("8011", "0123", Gs1ValueError, 0),
        ("7041", "0000", Gs1ValueError, 0), ("8030", "aB=c", Gs1ValueError, 0), ("8030", "a===", Gs1ValueError, 0),
        ("8011", "0", Gs1ValueError, 0), ("8026", "040123451111180302", Gs1ValueError, 14),
        ("8110", "106141416543213150110120" + "3261231" + "4270101", DateError, 32),
        ("7252", "3", Gs1ValueError, 0), ("7241", "11", Gs1ValueError, 0), ("7250", "20260229", DateError, 6),
        ("7040", "1AB!", Gs1ValueError, 3), ("4309", "18000000013015297971", Gs1ValueError, 0),
        ("8001", "00001000010011", Gs1ValueError, 0), ("8001", "00010000100121", Gs1ValueError, 12),
        ("4321", "2", Gs1ValueError, 0), ("4307", "ZZ", Gs1ValueError, 0), ("7258", "3/2", Gs1ValueError, 0),
        ("8110", "1061414165432131501101", LengthError, 22), ("8110", "906141416543213150110120", Gs1ValueError, 0),
        ("8112", "0014141654321101234567", LengthError, 21), ("4301", "50%", Gs1ValueError, 0),
    ],
)  # fmt: skip
def test_a_value_that_does_not_fit_is_refused_at_its_place(
    ai: str, value: str, error: type[Gs1Error], position: int
) -> None:
    with pytest.raises(error) as refusal:
        check_element(ai, value)
    assert (refusal.value.ai, refusal.value.value, refusal.value.position) == (ai, value, position)
    assert str(refusal.value) == refusal.value.message_id % refusal.value.params


def test_an_identifier_that_does_not_exist_is_refused() -> None:
    with pytest.raises(UnknownIdentifierError):
        check_element("9999", "1")


@pytest.mark.parametrize(
    "ais", [("01",), ("01", "10", "17"), ("00", "02", "37"), ("01", "3103"), ("01", "3103", "3922")]
)
def test_identifiers_that_belong_together_are_taken(ais: tuple[str, ...]) -> None:
    check_associations(ais)


@pytest.mark.parametrize(
    ("ais", "concerned"),
    [
        (("01", "37"), "01"), (("01", "3103", "3102"), "3103"), (("10",), "10"), (("01", "250"), "250"),
        (("00", "02"), "02"), (("01", "3922"), "3922"), (("01", "21", "235"), "21"), (("8017", "8018"), "8017"),
    ],
)  # fmt: skip
def test_identifiers_that_clash_or_miss_a_companion_are_refused(ais: tuple[str, ...], concerned: str) -> None:
    with pytest.raises(AssociationError) as refusal:
        check_associations(ais)
    assert refusal.value.ai == concerned


WRONG = {
    "csum": "11", "csumalpha": "1987654Ad4X4bL5ttr2310c2L", "gcppos1": "123A", "gcppos2": "1234A", "yymmdd": "260900",
    "yymmd0": "261300", "yyyymmdd": "20260229", "hhmi": "2460", "hh": "24", "mi": "60", "ss": "60", "iso3166": "999",
    "latitude": "1800000001", "longitude": "3600000001", "iso3166999": "000", "iso3166alpha2": "XX", "iso4217": "000",
    "iso5218": "3", "mediatype": "00", "packagetype": "0000", "pcenc": "%", "yesno": "2", "zero": "1", "nonzero": "000",
    "nozeroprefix": "01", "winding": "2", "hyphen": "+", "hasnondigit": "123", "importeridx": "!",
    "pieceoftotal": "0302", "posinseqslash": "3/2", "iban": "DE88370400440532013000", "couponcode": "7",
    "couponposoffer": "2",
}  # fmt: skip


def test_every_rule_of_the_dictionary_is_there_and_refuses(vector: Callable[[str], Path]) -> None:
    entries = build(vector("digital-link/gs1-syntax-dictionary.txt").read_text("utf-8")).values()
    named = {name for entry in entries for part in entry["components"] for name in part.get("linters", ())}
    assert named == WRONG.keys()
    for name, text in WRONG.items():
        with pytest.raises(Gs1ValueError):
            RULES[name](text)
