"""The path of a request as the scanner sent it.

A lot number may hold "/" and other signs that are percent-encoded in the link. WSGI servers decode the path, so the
undecoded one is used where the server keeps it, and guessed where not.
"""

import re
from typing import Final
from urllib.parse import quote, urlsplit

from traceability.gs1.application_identifiers import TABLE
from traceability.gs1.digital_link import DigitalLink, parse_path
from traceability.gs1.errors import Gs1Error

_DECODED: Final = re.compile(
    r"/01/(?P<gtin>[^/]+)(?:/22/(?P<variant>.+?))?(?:/10/(?P<lot>.+?))?(?:/21/(?P<serial>.+))?", re.ASCII | re.DOTALL
)
_ONE_KEY: Final = re.compile(r"/(?P<ai>[0-9]{2,4})/(?P<value>.+)", re.ASCII | re.DOTALL)
_QUALIFIERS: Final = {"10", "21", "22"}
_KEYS_WITHOUT_QUALIFIERS: Final = {ai for ai, entry in TABLE.items() if entry.qualifiers == ()}


def parse_request_path(raw_uri: str | None, decoded_path: str, query: str, *, root: str = "") -> DigitalLink:
    """The Digital Link of a request below `root`; a slash at the end is tolerated. Raises Gs1Error.

    `raw_uri` is the undecoded target of the request, where the server gives it.
    """
    raw_path = _path_of(raw_uri) if raw_uri else None
    if raw_path is not None and raw_path.startswith(f"{root}/"):
        return parse_path(_without_slash(raw_path.removeprefix(root)), query)
    path = _without_slash(decoded_path.removeprefix(root))
    try:
        return parse_path(quote(path, safe="/"), query)
    except Gs1Error:
        rebuilt = _rebuilt(path)
        if rebuilt is None:
            raise
        return parse_path(rebuilt, query)


def _path_of(raw_uri: str) -> str:
    return urlsplit(raw_uri).path if "://" in raw_uri.partition("?")[0] else raw_uri.partition("?")[0]


def _without_slash(path: str) -> str:
    return path[:-1] if path.endswith("/") else path


def _rebuilt(path: str) -> str | None:
    """The path with slashes inside values encoded again, where it can be read in one way only."""
    match = _DECODED.fullmatch(path)
    if match is None:
        key = _ONE_KEY.fullmatch(path)
        plain = key is not None and key["ai"] in _KEYS_WITHOUT_QUALIFIERS
        return f"/{key['ai']}/{quote(key['value'], safe='')}" if key is not None and plain else None
    parts = [("01", match["gtin"]), ("22", match["variant"]), ("10", match["lot"]), ("21", match["serial"])]
    if any(value and not _QUALIFIERS.isdisjoint(value.split("/")) for _ai, value in parts):
        return None
    return "".join(f"/{ai}/{quote(value, safe='')}" for ai, value in parts if value)
