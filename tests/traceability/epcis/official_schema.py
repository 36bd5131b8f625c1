"""The official JSON Schema with its formats, each checked by another method than the product's."""

import calendar
import ipaddress
import json
import re
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator, FormatChecker

PARTS = re.compile(r"(([^:/?#]+):)?(//([^/?#]*))?([^?#]*)(\?([^#]*))?(#(.*))?", re.DOTALL)  # RFC 3986, appendix B
UNRESERVED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
SUB_DELIMITERS = "!$&'()*+,;="
HEXADECIMAL = "0123456789ABCDEFabcdef"
formats = FormatChecker(formats=())


def official_validator(schema: Path) -> Draft7Validator:
    """The validator of the schema file `schema`, formats included."""
    return Draft7Validator(json.loads(schema.read_text("utf-8")), format_checker=formats)


def made_of(text: str, characters: str) -> bool:
    """Whether `text` has only `characters` and percent-encoded octets."""
    position = 0
    while position < len(text):
        if text[position] == "%":
            octet = text[position + 1 : position + 3]
            if len(octet) < 2 or not set(octet) <= set(HEXADECIMAL):
                return False
            position += 3
        elif text[position] not in characters:
            return False
        else:
            position += 1
    return True


def is_host(text: str) -> bool:
    if not text.startswith("["):
        return made_of(text, UNRESERVED + SUB_DELIMITERS)
    if not text.endswith("]"):
        return False
    inside = text[1:-1]
    if inside[:1] == "v":
        version, dot, address = inside[1:].partition(".")
        return bool(
            version and dot and address and set(version) <= set(HEXADECIMAL) and "%" not in address
        ) and made_of(address, UNRESERVED + SUB_DELIMITERS + ":")
    try:
        return ipaddress.ip_address(inside).version == 6 and "%" not in inside
    except ValueError:
        return False


def is_authority(text: str) -> bool:
    user, at, rest = text.rpartition("@")
    if at and not made_of(user, UNRESERVED + SUB_DELIMITERS + ":"):
        return False
    host, colon, port = rest.rpartition(":")
    if not colon or rest.endswith("]"):
        return is_host(rest)
    return is_host(host) and set(port) <= set("0123456789")


@formats.checks("uri")
def is_uri(value: Any) -> bool:
    if not isinstance(value, str):
        return True
    match = PARTS.fullmatch(value)
    assert match is not None
    scheme, authority, path, query, fragment = match.group(2, 4, 5, 7, 9)
    if not scheme or not scheme[0].isascii() or not scheme[0].isalpha():
        return False
    path_characters = UNRESERVED + SUB_DELIMITERS + ":@/"
    return (
        all(character.isascii() and (character.isalnum() or character in "+-.") for character in scheme)
        and (authority is None or is_authority(authority))
        and made_of(path, path_characters)
        and made_of(query or "", path_characters + "?")
        and made_of(fragment or "", path_characters + "?")
    )


@formats.checks("date-time")
def is_date_time(value: Any) -> bool:
    if not isinstance(value, str):
        return True
    if not value.isascii() or len(value) < 20 or value[10] not in "Tt":
        return False
    date, clock = value[:10].split("-"), value[11:].upper()
    clock, offset = (clock[:-1], "00:00") if clock.endswith("Z") else (clock[:-6], clock[-5:])
    if not value.upper().endswith("Z") and value[-6] not in "+-":
        return False
    seconds, dot, fraction = clock.partition(".")
    numbers = [*date, *seconds.split(":"), *offset.split(":")]
    if [len(number) for number in numbers] != [4, 2, 2, 2, 2, 2, 2, 2] or not all(map(str.isdigit, numbers)):
        return False
    if dot and not fraction.isdigit():
        return False
    year, month, day, hour, minute, second, ahead_hours, ahead_minutes = map(int, numbers)
    if not 1 <= month <= 12 or not 1 <= day <= calendar.monthrange(year or 400, month)[1]:
        return False
    return max(hour, ahead_hours) < 24 and max(minute, second, ahead_minutes) < 60
