"""EPC URIs as Digital Links, and the constrained canonical form that event hashes use."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.gs1.epc_uris import canonical_identifier, keys_of_epc_uri
from traceability.gs1.errors import StructureError
from traceability.gs1.links import lot_uri


@pytest.mark.parametrize(
    ("urn", "path"),
    [
        ("urn:epc:id:sgtin:4012345.011111.9876", "/01/04012345111118/21/9876"),
        (
            "urn:epc:id:sgtin:0614141.812345.6789%2F%26%25%22!%3F()",
            "/01/80614141123458/21/6789%2F%26%25%22%21%3F%28%29",
        ),
        ("urn:epc:class:lgtin:4012345.012345.Lot.987", "/01/04012345123456/10/Lot.987"),
        ("urn:epc:idpat:sgtin:4012345.011111.*", "/01/04012345111118"),
        ("urn:epc:id:sscc:4012345.3111111111", "/00/340123451111111111"),
        ("urn:epc:id:sgln:4012345.00005.0", "/414/4012345000054"),
        ("urn:epc:id:sgln:4012345.00005.122", "/414/4012345000054/254/122"),
        ("urn:epc:id:pgln:999999999999.", "/417/9999999999994"),
        ("urn:epc:id:grai:4012345.00022.334455", "/8003/04012345000221334455"),
        ("urn:epc:id:giai:4012345.ABC345", "/8004/4012345ABC345"),
        ("urn:epc:id:gsrn:4012345.0000006765", "/8018/401234500000067657"),
        ("urn:epc:id:gsrnp:4012345.0000000007", "/8017/401234500000000074"),
        ("urn:epc:id:gdti:987659999999..9", "/253/98765999999929"),
        ("urn:epc:id:sgcn:4012345.00009.7", "/255/40123450000927"),
        ("urn:epc:id:cpi:0614141.1-A%23%2F.1234", "/8010/06141411-A%23%2F/8011/1234"),
        ("urn:epc:id:ginc:0614141.xyz47%2F11", "/401/0614141xyz47%2F11"),
        ("urn:epc:id:gsin:4012345.222333444", "/402/40123452223334442"),
        ("urn:epc:id:itip:4012345.011111.01.02.987", "/8006/040123451111180102/21/987"),
        (
            "urn:epc:id:upui:1234567.098765.51qIgY)%3C%26Jp3*j7'SDB",
            "/01/01234567987651/235/51qIgY%29%3C%26Jp3%2Aj7'SDB",
        ),
    ],
)
def test_an_epc_uri_becomes_a_link(urn: str, path: str) -> None:
    assert canonical_identifier(urn) == "https://id.gs1.org" + path


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("https://example.com/shop/01/09506000134352/22/2A/10/L1/21/7?17=261231", "/01/09506000134352/21/7"),
        ("https://example.com/01/09506000134352/22/2A/10/L1", "/01/09506000134352/10/L1"),
        ("http://example.com/01/9506000134352", "/01/09506000134352"),
        ("https://example.com/gtin/09506000134352/lot/L1", "/01/09506000134352/10/L1"),
        ("https://id.gs1.org/8018/401234500000067657/8019/3", "/8018/401234500000067657"),
    ],
)
def test_a_link_keeps_its_finest_level_only(uri: str, path: str) -> None:
    assert canonical_identifier(uri) == "https://id.gs1.org" + path


@pytest.mark.parametrize(
    "uri",
    [
        "geo:18.2,105.7",
        "urn:uuid:374d95fc-9457-4a51-bd6a-0bba133845a8",
        "urn:epc:id:gid:95100000.12345.400",
        "urn:epc:id:sgtin:4012345.11111.9876",
        "urn:epc:id:sgtin:4012345",
        "http://www.opengis.net/def/crs/EPSG/0/27700",
        "https://example.com/po/12345678",
        "https://example.com/01/not-a-gtin",
    ],
)
def test_other_identifiers_stay_as_they_are(uri: str) -> None:
    assert canonical_identifier(uri) == uri


def test_what_is_no_epc_uri_is_refused_by_name() -> None:
    with pytest.raises(StructureError) as refusal:
        keys_of_epc_uri("urn:epc:id:gid:95100000.12345.400")
    assert "gid" in str(refusal.value)


@given(st.text(string.ascii_letters + string.digits + "._-/%", min_size=1, max_size=20), st.sampled_from(["10", "21"]))
def test_the_short_way_and_the_long_way_agree(value: str, ai: str) -> None:
    uri = lot_uri("https://example.com", "9506000134352", value).replace("/10/", f"/{ai}/")
    assert canonical_identifier(uri) == canonical_identifier(uri + "?17=261231")
    assert canonical_identifier(uri) == uri.replace("example.com", "id.gs1.org")
