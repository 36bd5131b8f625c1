"""Digital Link URIs: what is taken, what is refused and where, and the canonical form."""

import pytest

from traceability.gs1.application_identifiers import Element
from traceability.gs1.digital_link import DigitalLink, build_digital_link, parse_digital_link, parse_path
from traceability.gs1.element_strings import format_element_string, parse_element_string
from traceability.gs1.errors import (
    AssociationError,
    CharacterError,
    CheckDigitError,
    DateError,
    Gs1Error,
    LengthError,
    StructureError,
    UnknownIdentifierError,
)

SITE = "https://example.com"
GTIN = "09506000134352"


def test_a_link_is_taken_apart() -> None:
    link = parse_digital_link(
        f"{SITE}/some/stem/01/{GTIN}/22/2A/10/AB%2FC/21/x?17=261231&3103=000195&linkType=gs1:pip#top"
    )
    assert link.stem == f"{SITE}/some/stem"
    assert link.primary_key == Element("01", GTIN)
    assert link.qualifiers == (("22", "2A"), ("10", "AB/C"), ("21", "x"))
    assert link.attributes == (("17", "261231"), ("3103", "000195"))
    assert link.extensions == (("linkType", "gs1:pip"),)
    assert link.value("10") == "AB/C"
    assert link.value("235") is None
    assert link.canonical == f"https://id.gs1.org/01/{GTIN}/22/2A/10/AB%2FC/21/x?17=261231&3103=000195"
    assert link.uri("http://localhost:8000/") == (
        f"http://localhost:8000/01/{GTIN}/22/2A/10/AB%2FC/21/x?17=261231&3103=000195&linkType=gs1%3Apip"
    )


@pytest.mark.parametrize(
    "path",
    [
        "/00/106141412345678908", "/01/09506000134352", "/01/09506000134352/235/ABC", "/253/4012345000092PO-4711",
        "/255/4012345000092", "/401/0614141xyz47%2F11", "/402/40123452223334442", "/414/9506000134376/254/A",
        "/414/9506000134376/7040/1ABC", "/415/9506000134376/8020/R-1", "/417/9506000134376/7040/1ABC",
        "/8003/04012345000221334455", "/8004/4012345ABC345", "/8006/040123451111180102/21/987",
        "/8010/0614141A%23%2F/8011/1234", "/8013/1987654Ad4X4bL5ttr2310c2K", "/8017/401234500000000074/8019/1",
        "/8018/401234500000067657",
    ],
)  # fmt: skip
def test_every_primary_key_is_taken_and_written_back(path: str) -> None:
    assert parse_digital_link(SITE + path).uri() == SITE + path
    assert parse_path(path).uri() == "https://id.gs1.org" + path


@pytest.mark.parametrize(
    ("uri", "error", "ai"),
    [
        ("https://example.com", StructureError, None),
        ("https://example.com/products/12", StructureError, None),
        ("/01/09506000134352", StructureError, None),
        ("ftp://example.com/01/09506000134352", StructureError, None),
        ("https:///01/09506000134352", StructureError, None),
        ("https://user@example.com/01/09506000134352", StructureError, None),
        ("https://exa mple.com/01/09506000134352", StructureError, None),
        (f"{SITE}/gtin/{GTIN}", StructureError, "01"),
        (f"{SITE}/01/{GTIN}/lot/A", UnknownIdentifierError, "lot"),
        (f"{SITE}/01/9506000134352", LengthError, "01"),
        (f"{SITE}/01/40170725", LengthError, "01"),
        (f"{SITE}/01/09506000134353", CheckDigitError, "01"),
        (f"{SITE}/01/{GTIN}/", StructureError, None),
        (f"{SITE}/01/{GTIN}/10/", LengthError, "10"),
        (f"{SITE}/01/{GTIN}/10/A%20B", CharacterError, "10"),
        (f"{SITE}/01/{GTIN}/10/A B", CharacterError, "10"),
        (f"{SITE}/01/{GTIN}/10/b%C6%B0%E1%BB%9Fi", CharacterError, "10"),
        (f"{SITE}/01/{GTIN}/10/A%2", StructureError, "10"),
        (f"{SITE}/01/{GTIN}/10/{'x' * 21}", LengthError, "10"),
        (f"{SITE}/01/{GTIN}/21/1/10/A", StructureError, "21"),
        (f"{SITE}/01/{GTIN}/10/A/10/B", StructureError, "10"),
        (f"{SITE}/01/{GTIN}/21/1/235/A", StructureError, "21"),
        (f"{SITE}/01/{GTIN}/254/A", StructureError, "254"),
        (f"{SITE}/01/{GTIN}?10=A", StructureError, "10"),
        (f"{SITE}/01/{GTIN}?21=A", StructureError, "21"),
        (f"{SITE}/01/{GTIN}?01={GTIN}", StructureError, "01"),
        (f"{SITE}/01/{GTIN}?17=261231&17=261231", StructureError, "17"),
        (f"{SITE}/01/{GTIN}?17=261301", DateError, "17"),
        (f"{SITE}/01/{GTIN}?9999=1", UnknownIdentifierError, "9999"),
        (f"{SITE}/01/{GTIN}?8200=x", StructureError, "8200"),
        (f"{SITE}/01/{GTIN}?37=5", AssociationError, "01"),
        (f"{SITE}/01/{GTIN}?3103=000195&3102=001950", AssociationError, "3103"),
        (f"{SITE}/415/9506000134376", AssociationError, "415"),
    ],
)
def test_what_is_wrong_is_refused_by_name(uri: str, error: type[Gs1Error], ai: str | None) -> None:
    with pytest.raises(error) as refusal:
        parse_digital_link(uri)
    assert refusal.value.ai == ai
    assert str(refusal.value) == refusal.value.message_id % refusal.value.params


def test_an_error_of_structure_says_where_in_the_uri() -> None:
    uri = f"{SITE}/stem/01/{GTIN}?17=261231&9999=1"
    with pytest.raises(UnknownIdentifierError) as refusal:
        parse_digital_link(uri)
    assert refusal.value.position == uri.index("9999")
    with pytest.raises(StructureError) as broken:
        parse_digital_link(f"{SITE}/01/{GTIN}/10/A%2")
    assert broken.value.position == len(f"{SITE}/01/{GTIN}/10/A")


def test_a_lot_may_stand_in_the_query_where_no_path_takes_it() -> None:
    link = parse_digital_link(f"{SITE}/01/{GTIN}/235/TPX?10=LOT")
    assert link.attributes == (("10", "LOT"),)


def test_semicolons_separate_too_and_empty_parameters_are_nothing() -> None:
    link = parse_digital_link(f"{SITE}/01/{GTIN}?17=261231;&a=%C4%91&b")
    assert link.attributes == (("17", "261231"),)
    assert link.extensions == (("a", "đ"), ("b", ""))


def test_scheme_and_escapes_may_be_written_otherwise() -> None:
    link = parse_digital_link("HTTPS://EXAMPLE.COM:8443/01/%30" + GTIN[1:] + "/10/%41%2d1?17=%3261231")
    assert link.uri() == f"https://EXAMPLE.COM:8443/01/{GTIN}/10/A-1?17=261231"


def test_a_link_is_built_from_elements_in_any_order() -> None:
    link = build_digital_link([("17", "261231"), ("21", "7"), ("01", GTIN), ("10", "L1")], SITE)
    assert link.uri() == f"{SITE}/01/{GTIN}/10/L1/21/7?17=261231"
    assert build_digital_link([("235", "T"), ("01", GTIN)]).uri() == f"https://id.gs1.org/01/{GTIN}/235/T"


@pytest.mark.parametrize(
    "elements",
    [
        [("10", "L1")],
        [("01", GTIN), ("10", "A"), ("10", "B")],
        [("01", GTIN), ("254", "A")],
        [("01", GTIN), ("21", "A"), ("235", "B")],
        [("01", GTIN), ("37", "5")],
        [("414", "9506000134376"), ("254", "A"), ("7040", "1ABC")],
    ],
)
def test_elements_that_make_no_link_are_refused(elements: list[tuple[str, str]]) -> None:
    with pytest.raises(Gs1Error):
        build_digital_link(elements)


def test_links_are_equal_wherever_they_live() -> None:
    assert parse_digital_link(f"{SITE}/01/{GTIN}") == parse_digital_link(f"https://other.example/x/01/{GTIN}")
    assert hash(DigitalLink.of([Element("01", GTIN)])) == hash(parse_digital_link(f"{SITE}/01/{GTIN}"))


def test_a_request_may_end_in_a_slash() -> None:
    link = parse_path(f"/01/{GTIN}/10/A%2FB/", "17=261231&linkType=all", stem=SITE)
    assert link.uri() == f"{SITE}/01/{GTIN}/10/A%2FB?17=261231&linkType=all"


@pytest.mark.parametrize(
    "uri",
    [
        f"http://a/01/{GTIN}",
        f"HTTPS://a/01/{GTIN}",
        f"https://a./01/{GTIN}",
        f"https://a:65535/01/{GTIN}",
        f"https://192.0.2.1/01/{GTIN}",
        f"https://[2001:db8::1]:8443/01/{GTIN}",
        f"https://xn--fsq.xn--0zwm56d/01/{GTIN}",
        f"https://a/00/faux/01/{GTIN}",
        f"https://a/01/{GTIN}?",
        f"https://a/01/{GTIN}#",
        f"https://a/01/{GTIN}?#top",
        f"https://a/01/{GTIN}?&&&&linkType=all&&;",
        f"https://a/01/{GTIN}?linkType=linkset;lang=vi&campaign",
    ],
)
def test_a_link_may_live_anywhere(uri: str) -> None:
    assert parse_digital_link(uri).elements == (Element("01", GTIN),)


@pytest.mark.parametrize(
    ("address", "elements"),
    [
        ("01/09520123456788/10/ABC1/21/12345?17=180426", "(01)09520123456788(10)ABC1(21)12345(17)180426"),
        ("01/09520123456788?3103=000195&3922=0299&17=201225", "(01)09520123456788(3103)000195(3922)0299(17)201225"),
        ("00/952012345678912345?02=09520123456788&37=25&10=ABC123",
         "(00)952012345678912345(02)09520123456788(37)25(10)ABC123"),
        ("414/9520123456788/254/32a%2Fb", "(414)9520123456788(254)32a/b"),
        ("8004/9520614141234567?01=09520123456788", "(8004)9520614141234567(01)09520123456788"),
        ("8006/040123451111180102/22/2A/10/L/21/7", "(8006)040123451111180102(22)2A(10)L(21)7"),
        ("01/09520123456788/22/ABC+123?98=XYZ%2f987", "(01)09520123456788(22)ABC+123(98)XYZ/987"),
        ("01/09520123456788/10/%28x%29?99=a%2Bb", "(01)09520123456788(10)\\(x)(99)a+b"),
        ("253/1231231231232TEST5678901234567", "(253)1231231231232TEST5678901234567"),
        ("255/1231231231232123456789012", "(255)1231231231232123456789012"),
        ("8018/123456789012345675/8019/123", "(8018)123456789012345675(8019)123"),
        ("401/12345678?99=ABC", "(401)12345678(99)ABC"),
        ("01/09520123456788?7003=1802261430&7030=704B12", "(01)09520123456788(7003)1802261430(7030)704B12"),
        ("00/952012345678912345?4326=260901", "(00)952012345678912345(4326)260901"),
    ],
)  # fmt: skip
def test_a_link_and_its_element_string_say_the_same(address: str, elements: str) -> None:
    link = parse_digital_link(f"{SITE}/{address}")
    assert format_element_string(link.elements) == elements
    assert build_digital_link(parse_element_string(elements)) == link


@pytest.mark.parametrize(
    ("uri", "message", "at"),
    [
        (f"{SITE}/01/{GTIN}/", "end in a slash", "/"),
        (f"{SITE}/01/{GTIN}/10", "has no value", ""),
        (f"{SITE}/01/{GTIN}?99=a+b", "%2B", "+b"),
        (f"{SITE}/01/{GTIN}?x=đ", "percent-encoded", "đ"),
        (f"{SITE}/01/{GTIN}?x=a b", "percent-encoded", " b"),
        (f"{SITE}/01/{GTIN}/10/a<b", "percent-encoded", "<b"),
        (f"{SITE}/01/{GTIN}#a b", "percent-encoded", " b"),
        (f"{SITE}/01/{GTIN}?17=261231&10=A", "belongs in the path", "10=A"),
        (f"{SITE}/01/{GTIN}?17=261231;17=261230", "twice", "17=261230"),
        (f"{SITE}/01/{GTIN}/21/1/10/A%2", "hexadecimal", "%2"),
    ],
)
def test_the_place_of_an_error_is_where_it_begins(uri: str, message: str, at: str) -> None:
    with pytest.raises(Gs1Error, match=message) as refusal:
        parse_digital_link(uri)
    assert refusal.value.position == len(uri) - len(at)


@pytest.mark.parametrize("host", ["[fe80::1%25lo]", "[::1::]", "a$b c", "", "user:pass@a", "a:port", "a:123456"])
def test_a_host_that_is_none_is_refused(host: str) -> None:
    with pytest.raises(StructureError):
        parse_digital_link(f"https://{host}/01/{GTIN}")


def test_compressed_links_are_recognised() -> None:
    with pytest.raises(StructureError, match="compressed"):
        parse_digital_link("https://id.gs1.org/ARFKk4XB0CDKWcnpq")


def test_a_request_may_carry_what_a_campaign_hung_on_it() -> None:
    link = parse_path(f"/01/{GTIN}", "utm=bưởi ngon&17=261231", stem=SITE)
    assert link.attributes == (("17", "261231"),)
    assert link.extensions == (("utm", "bưởi ngon"),)
