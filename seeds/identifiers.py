"""Primary keys and codes that come out the same for the same seed."""

from datetime import datetime
from random import Random

from core.db.codes import READABLE_ALPHABET

_VERSION_7 = 0x7 << 76
_VARIANT = 0b10 << 62


class KeySource:
    """UUIDs version 7 (RFC 9562 §5.7) whose random bits come from a generator with a known seed.

    They are given as 32 hexadecimal digits, the shortest form that PostgreSQL reads.
    """

    def __init__(self, random: Random) -> None:
        self._bits = random.getrandbits

    def key(self, made_at: datetime) -> str:
        """A key of a row made at `made_at`, so that keys sort as on a site that grew day by day."""
        return self.key_at(int(made_at.timestamp() * 1000))

    def key_at(self, milliseconds: int) -> str:
        """A key of a row made so many milliseconds after 1970 began."""
        bits = self._bits(74)
        return f"{milliseconds << 80 | _VERSION_7 | bits >> 62 << 64 | _VARIANT | bits & (1 << 62) - 1:032x}"


def readable_code(random: Random, length: int) -> str:
    """A code like `core.db.readable_code`, from a generator with a known seed."""
    return "".join(random.choices(READABLE_ALPHABET, k=length))
