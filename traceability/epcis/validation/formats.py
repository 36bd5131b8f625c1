"""The formats that the official JSON Schema names: URIs (RFC 3986) and times (RFC 3339)."""

import calendar
import ipaddress
import re
from functools import lru_cache
from typing import Final

_UNRESERVED: Final = r"A-Za-z0-9._~\-"
_SUB_DELIMITERS: Final = r"!$&'()*+,;="
_ENCODED: Final = r"%[0-9A-Fa-f]{2}"
_PATH: Final = rf"(?:[{_UNRESERVED}{_SUB_DELIMITERS}:@/]++|{_ENCODED})*+"
_USER: Final = rf"(?:[{_UNRESERVED}{_SUB_DELIMITERS}:]|{_ENCODED})*"
_NAME: Final = rf"(?:[{_UNRESERVED}{_SUB_DELIMITERS}]++|{_ENCODED})*+"
_ADDRESS: Final = rf"\[(?:v[0-9A-Fa-f]+\.[{_UNRESERVED}{_SUB_DELIMITERS}:]+|(?P<ipv6>[0-9A-Fa-f:.]+))\]"
_REST: Final = rf"(?:[{_UNRESERVED}{_SUB_DELIMITERS}:@/?]++|{_ENCODED})*+"
_URI: Final = re.compile(
    rf"[A-Za-z][A-Za-z0-9+.-]*+:(?://(?:{_USER}@)?(?:{_ADDRESS}|{_NAME})(?::[0-9]*+)?(?:/{_PATH})?|(?!//){_PATH})"
    rf"(?:\?{_REST})?+(?:#{_REST})?+"
)
_TIME: Final = re.compile(
    r"([0-9]{4})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[Tt](?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?"
    r"(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"
)


def is_uri(text: str) -> bool:
    """Whether ``text`` is a URI with a scheme (RFC 3986, section 3); a compact URI such as ``example:field`` is one."""
    match = _URI.fullmatch(text)
    if match is None:
        return False
    return match["ipv6"] is None or _is_ipv6(match["ipv6"])


is_uri_name = lru_cache(maxsize=4096)(is_uri)
"""The same for names of fields, which come again and again."""


def _is_ipv6(text: str) -> bool:
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return True


def is_date_time(text: str) -> bool:
    """Whether ``text`` is a day and time with its offset from UTC (RFC 3339, section 5.6; no leap seconds)."""
    match = _TIME.fullmatch(text)
    if match is None:
        return False
    year, month, day = match.groups()
    return day < "29" or int(day) <= _days_in(int(year), int(month))


def _days_in(year: int, month: int) -> int:
    return 29 if month == 2 and calendar.isleap(year) else (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]
