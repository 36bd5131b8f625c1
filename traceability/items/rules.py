"""Serial numbers: which ones a block holds, decided by a key alone, and whether a number is one of them.

A serial number is worth something against counterfeiters only when nobody can tell the next one from those in the
shop. Numbers that count up give the whole block away; random ones would all have to be kept. Here the n-th number of
a product is n under a secret permutation of 32¹⁰ numbers: two numbers are never the same, each is found back to its n
at once, so a block of 100,000 is one row, and whoever guesses hits one of a million issued numbers once in a billion.

The permutation is a balanced Feistel network over 50 bits (Luby and Rackoff; NIST SP 800-38G builds format-preserving
encryption the same way) with keyed BLAKE2b as its round function.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from core.db.codes import READABLE_ALPHABET
from core.errors import Invalid
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l

CODE_LENGTH: Final = 10
"""Characters of the part that the permutation makes; five bits each."""
LONGEST_PREFIX: Final = 10
"""AI 21 has room for 20 characters (General Specifications §3.5.2)."""
LARGEST_BLOCK: Final = 100_000
MOST_OF_LOT: Final = 1_000_000
MOST_BLOCKS: Final = 200
"""Of one lot: a scan looks at all of them."""
KEY_LENGTH: Final = 32
BATCH_SIZE: Final = 1_000
"""Items that one commissioning event names at most."""
BAD_PREFIX: Final = _l("A prefix has at most 10 letters without marks, digits or - / . _ and begins with no sign.")

_PREFIX: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z./_-]{0,9}", re.ASCII)
"""Less than set 82: a table program must not take a list of serial numbers for formulas."""

_HALF: Final = 25
_MASK: Final = (1 << _HALF) - 1
_ROUNDS: Final = 10
_VALUES: Final = {sign: value for value, sign in enumerate(READABLE_ALPHABET)}


@dataclass(frozen=True, slots=True)
class Block:
    """A block as far as telling its numbers goes: `count` numbers from the `first` of the product, behind `prefix`."""

    first: int
    count: int
    prefix: str


def serial_number(key: bytes, block: Block, position: int) -> str:
    """The serial number at `position` (from 0) of `block`. Raises IndexError outside it."""
    if not 0 <= position < block.count:
        raise IndexError(position)
    return block.prefix + code_of(key, block.first + position)


def find_block(key: bytes, blocks: Iterable[Block], serial: str) -> Block | None:
    """The one of `blocks` that holds `serial`; None when it was never issued."""
    number = number_of(key, serial[-CODE_LENGTH:])
    if number is None:
        return None
    prefix = serial[:-CODE_LENGTH]
    for block in blocks:
        if block.prefix == prefix and block.first <= number < block.first + block.count:
            return block
    return None


def code_of(key: bytes, number: int) -> str:
    """The code of the `number`-th item (from 0, below 2⁵⁰): ten signs without I, L, O and U."""
    left, right = number >> _HALF, number & _MASK
    for step in range(_ROUNDS):
        left, right = right, left ^ _round(key, step, right)
    value = left << _HALF | right
    return "".join(READABLE_ALPHABET[value >> shift & 31] for shift in range(5 * (CODE_LENGTH - 1), -1, -5))


def number_of(key: bytes, code: str) -> int | None:
    """Which item has this code, the other way round; None for what is no code."""
    if len(code) != CODE_LENGTH or any(sign not in _VALUES for sign in code):
        return None
    value = 0
    for sign in code:
        value = value << 5 | _VALUES[sign]
    left, right = value >> _HALF, value & _MASK
    for step in reversed(range(_ROUNDS)):
        left, right = right ^ _round(key, step, left), left
    return left << _HALF | right


def _round(key: bytes, step: int, half: int) -> int:
    digest = hashlib.blake2b(bytes((step,)) + half.to_bytes(4, "big"), digest_size=4, key=key).digest()
    return int.from_bytes(digest, "big") & _MASK


def check_count(count: int, *, issued: int) -> None:
    """Refuse blocks that are empty or too large, beside `issued` numbers of the lot; raises Invalid for `count`."""
    if not 1 <= count <= LARGEST_BLOCK:
        raise Invalid(_("Enter how many serial numbers you need, from 1 to 100,000."), field="count")
    if issued + count > MOST_OF_LOT:
        raise Invalid(_("A lot has at most 1,000,000 serial numbers."), field="count")


def check_prefix(prefix: str) -> str:
    """`prefix` itself when serial numbers may begin with it; raises Invalid for `prefix`."""
    if prefix and _PREFIX.fullmatch(prefix) is None:
        raise Invalid(BAD_PREFIX, field="prefix")
    return prefix
