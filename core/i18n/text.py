"""Text as data: normalisation, and folding so that "buoi" finds "bưởi"."""

import re
import unicodedata

_NOT_WORD = re.compile(r"[^a-z0-9]+")
_NUMBER_PARTS = re.compile(r"(\d+)")


def normalize(text: str) -> str:
    """`text` in Unicode normalisation form C, outer white space removed, inner runs of it made one space."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def fold(text: str) -> str:
    """`text` in lower case without Vietnamese marks: "Đường Bưởi" becomes "duong buoi".

    The one folding for every search engine and every sorted list; "đ" has no decomposition, so it is named.
    """
    lowered = unicodedata.normalize("NFD", text.casefold()).replace("đ", "d")
    return "".join(character for character in lowered if not unicodedata.combining(character))


def slugify(text: str, *, length: int = 80) -> str:
    """A readable part of an address from `text`: ASCII letters, digits and single hyphens, at most `length` long."""
    return _NOT_WORD.sub("-", fold(text)).strip("-")[:length].strip("-")


def natural_key(name: str) -> tuple[tuple[int, int, str], ...]:
    """Sorting key of names with numbers in them as people count: stall A2 stands before A10, plot 9 before plot 10."""
    return tuple(
        (0, int(part), "") if part.isdecimal() else (1, 0, part.casefold())
        for part in _NUMBER_PARTS.split(name)
        if part
    )
