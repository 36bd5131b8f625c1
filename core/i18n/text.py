"""Text as data: normalisation, and folding so that "buoi" finds "bưởi"."""

import re
import unicodedata

_NOT_WORD = re.compile(r"[^a-z0-9]+")


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
