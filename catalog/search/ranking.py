"""How texts become words, and what a matching word is worth: the same for every engine.

A hit must match every word of the query. What a match is worth depends on where and how closely it matches, in fixed
numbers instead of word statistics, so that a small market and a large one rank alike; the statistics only break ties.
"""

import re
import unicodedata
from dataclasses import dataclass

from core.i18n import fold

MAX_WORDS = 12
MAX_WORD_LENGTH = 40

NAME_EXACT = 8.0
"""A word of the name as typed, marks included: "đường" is worth more on "đường" than on "dương"."""
NAME_FOLDED = 5.0
NAME_PREFIX = 3.0
OTHER_EXACT = 2.5
"""Producer, commune, geographical indication, brand."""
OTHER_FOLDED = 2.0
OTHER_PREFIX = 1.5
NAME_FUZZY = 1.0
OTHER_FUZZY = 0.5
WHOLE_NAME_EXACT = 8.0
"""The query is the whole name, once for the query."""
WHOLE_NAME_FOLDED = 8.0
PHRASE = 4.0
"""The words stand in the name side by side, in this order."""
STATISTICS = 0.01
"""Weight of BM25 beside the fixed numbers: it breaks ties in favour of short names and rare words."""

_WORD = re.compile(r"[\w\u0300-\u036f]+")
"""Letters and digits, and marks that have no composed form."""
_NOT_LETTER = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Word:
    """One word of a query: as typed in lower case, folded, and how many slips of the keyboard are forgiven."""

    exact: str
    folded: str
    is_last: bool

    @property
    def slips(self) -> int:
        """Forgiven edits, a transposition counting as one: none up to 3 signs, one up to 7, then two."""
        length = len(self.folded)
        return 0 if length <= 3 else 1 if length <= 7 else 2


def exact_words(text: str) -> list[str]:
    """The words of `text` in lower case, marks kept, in order."""
    lowered = unicodedata.normalize("NFC", text.casefold()).replace("_", " ")
    return [word[:MAX_WORD_LENGTH] for word in _WORD.findall(lowered)]


def folded_words(text: str) -> list[str]:
    """The words of `text` in lower case without marks, in order."""
    return [folded for word in exact_words(text) if (folded := _folded(word))]


def query_words(text: str) -> list[Word]:
    """The words of a query, at most MAX_WORDS; none for a text without any letter or digit."""
    pairs = [(word, folded) for word in exact_words(text) if (folded := _folded(word))][:MAX_WORDS]
    return [Word(exact, folded, index == len(pairs) - 1) for index, (exact, folded) in enumerate(pairs)]


def _folded(word: str) -> str:
    return _NOT_LETTER.sub("", fold(word))[:MAX_WORD_LENGTH]
