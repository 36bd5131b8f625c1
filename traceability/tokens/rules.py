"""What a token looks like, and how it is recognised."""

import hashlib
import re
from typing import Final

PREFIX: Final = "cn_"
"""By which people and scanners of leaked secrets recognise a token of this site."""

_TOKEN: Final = re.compile(r"cn_[A-Za-z0-9_-]{43}", re.ASCII)
MAX_DAYS: Final = 366
MAX_VALID_TOKENS: Final = 50
"""Of one producer at a time."""


def is_token(text: str) -> bool:
    """Whether `text` could be a token at all."""
    return _TOKEN.fullmatch(text) is not None


def hash_of(token: str) -> bytes:
    """What is kept of a token, and what it is looked up by: its SHA-256.

    A token holds 256 random bits, so a plain hash cannot be turned back, and how long a look-up takes tells nothing
    about the token itself.
    """
    return hashlib.sha256(token.encode()).digest()
