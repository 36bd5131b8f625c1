"""The character sets of GS1 element strings (GS1 General Specifications, section 7.11)."""

import re
import string
from typing import Final

DIGITS: Final = frozenset(string.digits)
CSET_82: Final = frozenset(string.ascii_letters + string.digits + "!\"%&'()*+,-./:;<=>?_")
"""The 82 graphic characters for lots, serial numbers and most texts (figure 7.11-1)."""
CSET_39: Final = frozenset(string.ascii_uppercase + string.digits + "#-/")
"""The 39 characters of component and part identifiers (figure 7.11-2)."""
CSET_64: Final = frozenset(string.ascii_letters + string.digits + "-_=")
"""File-safe base64 of RFC 4648, with its padding, for digital signatures (figure 7.11-3)."""

SETS: Final = {"N": DIGITS, "X": CSET_82, "Y": CSET_39, "Z": CSET_64}

CLASSES: Final = {
    kind: "[" + "".join(re.escape(character) for character in sorted(allowed)) + "]" for kind, allowed in SETS.items()
}
"""The same sets as classes of a regular expression."""


def first_outside(text: str, kind: str) -> int | None:
    """The offset of the first character of ``text`` outside the set ``kind`` (N, X, Y or Z), or None."""
    allowed = SETS[kind]
    return next((offset for offset, character in enumerate(text) if character not in allowed), None)
