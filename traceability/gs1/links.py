"""The links that this house makes most: of lots, items, places and parcels."""

from traceability.gs1.application_identifiers import Element, check_element
from traceability.gs1.digital_link import DigitalLink
from traceability.gs1.identifiers import normalise_gln, normalise_gtin, normalise_sscc
from traceability.gs1.uris import check_stem


def product_uri(base_url: str, gtin: str) -> str:
    """The link of a product at ``base_url``; ``gtin`` may have 8, 12, 13 or 14 digits and is written with 14."""
    return _uri(base_url, Element("01", normalise_gtin(gtin)))


def lot_uri(base_url: str, gtin: str, lot: str) -> str:
    """The link of a lot: ``{base_url}/01/{GTIN-14}/10/{lot}``, the lot up to 20 characters of set 82, no spaces."""
    return _uri(base_url, Element("01", normalise_gtin(gtin)), check_element("10", lot))


def item_uri(base_url: str, gtin: str, serial: str, *, lot: str | None = None) -> str:
    """The link of one item, by serial number, through its lot when that is given."""
    lots = () if lot is None else (check_element("10", lot),)
    return _uri(base_url, Element("01", normalise_gtin(gtin)), *lots, check_element("21", serial))


def location_uri(base_url: str, gln: str, *, extension: str | None = None) -> str:
    """The link of a physical place (AI 414), with the GLN extension component (AI 254) when it is given."""
    extensions = () if extension is None else (check_element("254", extension),)
    return _uri(base_url, Element("414", normalise_gln(gln)), *extensions)


def party_uri(base_url: str, gln: str) -> str:
    """The link of a party (AI 417): a producer, a cooperative, a trader."""
    return _uri(base_url, Element("417", normalise_gln(gln)))


def parcel_uri(base_url: str, sscc: str) -> str:
    """The link of a logistic unit (AI 00), such as the parcel of an order."""
    return _uri(base_url, Element("00", normalise_sscc(sscc)))


def asset_uri(base_url: str, giai: str) -> str:
    """The link of an individual asset (AI 8004), such as a sensor."""
    return _uri(base_url, check_element("8004", giai))


def _uri(base_url: str, primary_key: Element, *qualifiers: Element) -> str:
    return DigitalLink.of((primary_key, *qualifiers), stem=check_stem(base_url)).uri()
