"""Building and normalising GTIN, GLN and SSCC, and the links made of them."""

import datetime as dt

import pytest

from traceability.gs1.dates import format_date, full_year, parse_date
from traceability.gs1.errors import CharacterError, CheckDigitError, DateError, Gs1Error, LengthError
from traceability.gs1.identifiers import gln, gtin, normalise_gln, normalise_gtin, normalise_sscc, sscc
from traceability.gs1.links import item_uri, location_uri, lot_uri, parcel_uri, party_uri, product_uri


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("40170725", "00000040170725"),
        ("036000291452", "00036000291452"),
        ("9506000134352", "09506000134352"),
        ("09506000134352", "09506000134352"),
    ],
)
def test_every_gtin_becomes_fourteen_digits(given: str, expected: str) -> None:
    assert normalise_gtin(given) == expected


@pytest.mark.parametrize("given", ["", "1", "950600013435", "95060001343520", "9506000134353", "950600013435X"])
def test_what_is_no_gtin_is_refused(given: str) -> None:
    with pytest.raises(Gs1Error):
        normalise_gtin(given)


def test_keys_are_built_from_the_company_prefix() -> None:
    assert gtin("9506000", 13435) == "09506000134352"
    assert gtin("9506000", "13435", indicator=1) == "19506000134359"
    assert gln("9506000", "13437") == "9506000134376"
    assert sscc("4012345", "000000111") == "040123450000001112"
    assert sscc("0614141", 234567890, 1) == "106141412345678908"
    assert normalise_sscc(sscc("0614141", 234567890, 1))
    assert normalise_gln(gln("9506000", 1))


def test_a_reference_that_does_not_fit_the_prefix_is_refused() -> None:
    with pytest.raises(LengthError):
        gtin("9506000", "1234")
    with pytest.raises(LengthError):
        gtin("9506000", 123456)
    with pytest.raises(LengthError):
        gtin("950", 1)
    with pytest.raises(CharacterError):
        gtin("9506000", "1234x")
    with pytest.raises(CharacterError):
        gtin("9506000", 13435, indicator=10)
    with pytest.raises(CharacterError):
        sscc("9506000", 1, 12)


def test_the_links_of_the_house() -> None:
    base = "https://example.com/"
    assert product_uri(base, "9506000134352") == "https://example.com/01/09506000134352"
    assert lot_uri(base, "9506000134352", "HK-260901/A") == "https://example.com/01/09506000134352/10/HK-260901%2FA"
    assert item_uri(base, "9506000134352", "7", lot="L1") == "https://example.com/01/09506000134352/10/L1/21/7"
    assert item_uri(base, "9506000134352", "7") == "https://example.com/01/09506000134352/21/7"
    assert location_uri(base, "9506000134376") == "https://example.com/414/9506000134376"
    assert location_uri(base, "9506000134376", extension="A1") == "https://example.com/414/9506000134376/254/A1"
    assert party_uri(base, "9506000134376") == "https://example.com/417/9506000134376"
    assert parcel_uri(base, "106141412345678908") == "https://example.com/00/106141412345678908"


@pytest.mark.parametrize("lot", ["", "has space", "quá-dài-và-có-dấu", "x" * 21, "a\nb", "50€", "#1"])
def test_a_lot_outside_the_character_set_is_refused(lot: str) -> None:
    with pytest.raises(Gs1Error) as refusal:
        lot_uri("https://example.com", "9506000134352", lot)
    assert refusal.value.ai == "10"


def test_a_link_needs_a_valid_product_and_site() -> None:
    with pytest.raises(CheckDigitError):
        lot_uri("https://example.com", "9506000134353", "L1")
    for site in ("example.com", "ftp://example.com", "https://", "https://a b", "https://user@example.com"):
        with pytest.raises(Gs1Error):
            lot_uri(site, "9506000134352", "L1")


def test_dates_of_six_digits() -> None:
    today = dt.date(2026, 9, 1)
    assert parse_date("260901", today=today) == today
    assert parse_date("260200", today=today) == dt.date(2026, 2, 28)
    assert parse_date("280200", today=today) == dt.date(2028, 2, 29)
    assert format_date(today) == "260901"
    for wrong in ("261301", "260230", "260001", "26090", "2609011", "26o901"):
        with pytest.raises(DateError):
            parse_date(wrong, today=today)


def test_the_century_slides_with_the_present() -> None:
    today = dt.date(2026, 1, 1)
    assert full_year(76, today=today) == 2076
    assert full_year(77, today=today) == 1977
    assert full_year(26, today=today) == 2026
    assert full_year(0, today=dt.date(2051, 1, 1)) == 2100
    assert full_year(1, today=dt.date(2051, 1, 1)) == 2101
    assert full_year(2, today=dt.date(2051, 1, 1)) == 2002
