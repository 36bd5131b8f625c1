"""Whatever is written into a query parameter, the answer is a problem or finds nothing, and nothing breaks."""

from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from tests.traceability.epcis_rest.recorded import EVENTS, as_officer, record, seen
from traceability.epcis_rest.documented import QUERY_PARAMETERS

MALICE = [
    "' OR '1'='1",
    "'; DROP TABLE epcis_events; --",
    "%' OR 1=1 /*",
    "%(p0)s %s :p0 {0} $1",
    '$.epcList[*] ? (@ like_regex ".*")',
    '{a,b}"\\',
    "\x00",
    "\ud800",
    "a\x1eb\x1fc",
    "*",
    "%",
    "_" * 300,
    "urn:epc:idpat:sgtin:*.*.*",
    "urn:epc:idpat:sgtin:%.%.*",
    "urn:epc:id:sgtin:....",
    "https://id.gs1.org/01/1/21/%00",
    "https://[::1",
    "\u202e𝒳é" * 50,
    "9" * 400,
    "-0",
    "1e308",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59.999999-12:00",
    "2026-13-45T25:61:61Z",
    "x" * 10_000,
    "|||",
    "",
]
FAMILIES = [
    "EQ_ex:mood", "GE_ex:mood", "EXISTS_ex:mood", "EQ_INNER_ex:mood", "EQ_ILMD_ex:mood", "LT_INNER_ILMD_ex:mood",
    "EQ_ERROR_DECLARATION_ex:mood", "EQ_SENSORELEMENT_ex:mood", "EQ_SENSORMETADATA_ex:mood", "GT_SENSORREPORT_ex:mood",
    "HASATTR_ex:mood", "EQATTR_ex:mood_ex:colour", "EQ_readPoint_ex:mood", "EQ_bizLocation_ex:mood", "GE_value_CEL",
    "EQ_quantity_KGM", "EQ_bizTransaction_po", "EQ_source_owning_party", "EQ_destination_location", "perPage",
    "nextPageToken",
]  # fmt: skip
NAMES = sorted({*QUERY_PARAMETERS, *FAMILIES})

FORMS = ["{}", "EQ_{}", "EQ_ex:{}", "EXISTS_INNER_{}", "EQATTR_ex:a_{}", "EQ_bizTransaction_{}"]
HEADERS = ["Accept", "GS1-EPCIS-Min", "GS1-CBV-Max", "GS1-EPC-Format", "GS1-CBV-XML-Format", "GS1-Extensions"]


@pytest.fixture
def reader(client: FlaskClient) -> FlaskClient:
    return as_officer(client)


@pytest.mark.parametrize("value", MALICE, ids=range(len(MALICE)))
def test_no_value_breaks_a_parameter(reader: FlaskClient, value: str) -> None:
    record(seen(1, **{"ex:mood": "fresh"}))
    for name in NAMES:
        answer = reader.get(EVENTS, query_string={name: value.encode("utf-8", "surrogatepass")})
        assert answer.status_code in (200, 400, 413), f"{name}: {answer.text}"
        if answer.status_code != 200:
            assert answer.json["detail"].startswith(f"{name}: "), answer.text


@pytest.mark.parametrize("value", MALICE, ids=range(len(MALICE)))
@pytest.mark.parametrize(
    "form", ["{}", "EQ_{}", "EQ_ex:{}", "EXISTS_INNER_{}", "EQATTR_ex:a_{}", "EQ_bizTransaction_{}"]
)
def test_no_name_breaks_the_query(reader: FlaskClient, form: str, value: str) -> None:
    record(seen(1, **{"ex:mood": "fresh"}))
    name = form.format(value).encode("utf-8", "surrogatepass")
    assert reader.get(EVENTS, query_string={name: "1"}).status_code in (200, 400)


@pytest.mark.parametrize("value", MALICE, ids=range(len(MALICE)))
def test_no_value_breaks_an_address(client: FlaskClient, value: str) -> None:
    written = quote(value.encode("utf-8", "surrogatepass"), safe="")
    for resource in ("events", "epcs", "bizSteps", "bizLocations", "readPoints", "dispositions", "eventTypes"):
        for rest in ("", "/events"):
            assert client.get(f"/epcis/v2/{resource}/{written}{rest}").status_code in (200, 400, 404, 308)
    assert client.delete(f"/epcis/v2/nextPageToken/{written}").status_code in (404, 405)


@pytest.mark.parametrize("value", [value for value in MALICE if value.isprintable() and value.isascii() and value])
@pytest.mark.parametrize(
    "header",
    [
        "Accept",
        "GS1-EPCIS-Min",
        "GS1-EPCIS-Max",
        "GS1-CBV-Min",
        "GS1-EPC-Format",
        "GS1-CBV-XML-Format",
        "GS1-Extensions",
    ],
)
def test_no_header_breaks_the_answer(client: FlaskClient, header: str, value: str) -> None:
    assert client.get(EVENTS, headers={header: value}).status_code in (200, 406)


def test_a_query_with_too_much_in_it_is_refused(reader: FlaskClient) -> None:
    values = "|".join("x" for _ in range(1001))
    answer = reader.get(EVENTS, query_string={"EQ_bizStep": values})
    assert (answer.status_code, answer.json["type"]) == (413, "epcisException:QueryTooComplexException")
    many = reader.get(EVENTS, query_string={f"EQ_ex:f{number}": "1" for number in range(101)})
    assert many.status_code == 413
