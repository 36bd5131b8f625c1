"""EPC URIs written from Digital Links: the examples of the Tag Data Standard, and the way there and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.traceability.gs1.elements import PATHS, values
from traceability.gs1.digital_link import build_digital_link, parse_digital_link
from traceability.gs1.epc_uris import canonical_identifier, parse_epc_uri, to_epc_urn
from traceability.gs1.errors import CharacterError, Gs1Error, LengthError, StructureError

SITE = "https://example.com"
WITH_EPC = [path for path in PATHS if path[0] not in {"415", "8013"} and "7040" not in path]
LOSSY = {"22", "8019"}
"""Qualifiers that an EPC has no place for."""


@pytest.mark.parametrize(
    ("path", "length", "urn"),
    [
        ("/01/80614141123458/21/6789", 7, "urn:epc:id:sgtin:0614141.812345.6789"),
        ("/01/80614141123458/10/L1/21/6789", 7, "urn:epc:id:sgtin:0614141.812345.6789"),
        ("/01/80614141123458/21/a%2Fb%26c%22!%3F()", 7, "urn:epc:id:sgtin:0614141.812345.a%2Fb%26c%22!%3F()"),
        ("/01/80614141123458", 7, "urn:epc:idpat:sgtin:0614141.812345.*"),
        ("/01/80614141123458/21/%2A", 7, "urn:epc:id:sgtin:0614141.812345.*"),
        ("/01/04012345123456/10/Lot.987", 7, "urn:epc:class:lgtin:4012345.012345.Lot.987"),
        ("/01/01234567987651/235/51qI%29%3C%26Jp3%2Aj'SDB", 7, "urn:epc:id:upui:1234567.098765.51qI)%3C%26Jp3*j'SDB"),
        ("/00/106141412345678908", 7, "urn:epc:id:sscc:0614141.1234567890"),
        ("/414/0614141123452/254/5678", 7, "urn:epc:id:sgln:0614141.12345.5678"),
        ("/414/0614141123452", 7, "urn:epc:id:sgln:0614141.12345.0"),
        ("/417/9999999999994", 12, "urn:epc:id:pgln:999999999999."),
        ("/8003/006141411234525678", 7, "urn:epc:id:grai:0614141.12345.5678"),
        ("/8003/00614141123452", 7, "urn:epc:idpat:grai:0614141.12345.*"),
        ("/8004/061414112345400", 7, "urn:epc:id:giai:0614141.12345400"),
        ("/8018/061414112345678902", 7, "urn:epc:id:gsrn:0614141.1234567890"),
        ("/8017/061414112345678902", 7, "urn:epc:id:gsrnp:0614141.1234567890"),
        ("/253/06141411234525678", 7, "urn:epc:id:gdti:0614141.12345.5678"),
        ("/255/401234567890104711", 7, "urn:epc:id:sgcn:4012345.67890.04711"),
        ("/8010/061414198765/8011/12345", 7, "urn:epc:id:cpi:0614141.98765.12345"),
        ("/8010/06141415PQ7%2FZ43/8011/12345", 7, "urn:epc:id:cpi:0614141.5PQ7%2FZ43.12345"),
        ("/401/0614141xyz47%2F11", 7, "urn:epc:id:ginc:0614141.xyz47%2F11"),
        ("/402/06141411234567890", 7, "urn:epc:id:gsin:0614141.123456789"),
        ("/8006/040123451234560102/21/987", 7, "urn:epc:id:itip:4012345.012345.01.02.987"),
        ("/8006/040123451234560102/10/L", 7, "urn:epc:idpat:itip:4012345.012345.01.02.*"),
    ],
)  # fmt: skip
def test_a_link_becomes_an_epc_uri(path: str, length: int, urn: str) -> None:
    assert to_epc_urn(parse_digital_link(SITE + path), length) == urn


@pytest.mark.parametrize(
    ("path", "length"),
    [
        ("/8013/1987654Ad4X4bL5ttr2310c2K", 7), ("/415/9506000134376/8020/R-1", 7),
        ("/414/9506000134376/7040/1ABC", 7), ("/8004/0614A1", 6), ("/8004/061414", 6), ("/401/06141", 6),
        ("/01/80614141123458", 5), ("/01/80614141123458", 13),
    ],
)  # fmt: skip
def test_what_has_no_epc_uri_is_refused(path: str, length: int) -> None:
    with pytest.raises(StructureError):
        to_epc_urn(parse_digital_link(SITE + path), length)


@given(data=st.data())
def test_a_key_comes_back_from_its_epc_uri(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(WITH_EPC))
    link = build_digital_link([(ai, data.draw(values(ai))) for ai in path])
    length = data.draw(st.integers(6, 12))
    try:
        urn = to_epc_urn(link, length)
    except StructureError:
        assert path[0] in {"401", "8004", "8010"}, "only keys with letters may have no prefix of that length"
        return
    serialised = any(ai in path for ai in ("21", "235"))
    kept = [
        (ai, value)
        for ai, value in link.keys
        if ai not in LOSSY and not (ai == "10" and (serialised or path[0] == "8006"))
    ]
    kept = [pair for pair in kept if pair != ("254", "0")]
    assert list(parse_epc_uri(urn).elements) == kept
    assert to_epc_urn(parse_epc_uri(urn), length) == urn
    assert canonical_identifier(urn) == canonical_identifier(build_digital_link(kept).canonical)


@pytest.mark.parametrize(
    "urn",
    [
        "urn:epc:id:sgtin:4012345.011111",
        "urn:epc:id:lgtin:4012345.012345.L1",
        "urn:epc:class:sgtin:4012345.011111.1",
        "urn:epc:id:itip:4012345.011111.*.02.1",
        "urn:epc:idpat:sgtin:4012345.*.*",
        "urn:epc:idpat:sgtin:*.*.*",
        "urn:epc:id:itip:4012345.011111.01.02",
        "urn:epc:id:sscc:4012345.311111111",
        "urn:epc:id:sgtin:40A2345.011111.1",
        "urn:epc:tag:sgtin-96:3.4012345.011111.1",
        "URN:EPC:ID:sgtin:4012345.011111.1",
        "https://example.com/01/09506000134352",
        "",
    ],
)
def test_what_is_no_epc_uri_is_refused(urn: str) -> None:
    with pytest.raises(StructureError):
        parse_epc_uri(urn)


def test_values_of_epc_uris_are_checked() -> None:
    with pytest.raises(LengthError):
        parse_epc_uri("urn:epc:id:sgtin:4012345.011111." + "x" * 21)
    with pytest.raises(CharacterError):
        parse_epc_uri("urn:epc:id:sgtin:4012345.011111.a%20b")
    with pytest.raises(Gs1Error):
        parse_epc_uri("urn:epc:id:itip:4012345.011111.03.02.1")
