"""Column types and values that every model shares."""

import re
import unicodedata
import uuid
from datetime import UTC, datetime

from sqlalchemy import DateTime, String, TypeDecorator
from sqlalchemy.engine import Dialect
from uuid_utils.compat import uuid7

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
UtcDateTime = DateTime(timezone=True)


def new_id() -> uuid.UUID:
    """A new primary key: UUID version 7 (RFC 9562 §5.7), so keys sort by the time they were made."""
    return uuid7()


def utc_now() -> datetime:
    """The current time, aware, in UTC."""
    return datetime.now(UTC)


class Nfc(TypeDecorator[str]):
    """Text in Unicode normalisation form C, at most `length` characters."""

    impl = String
    cache_ok = True

    def __init__(self, length: int) -> None:
        super().__init__(length)
        self.length = length

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Normalise on the way in, wherever the text came from.

        Signs that PostgreSQL cannot hold (NUL, lone surrogates) become replacement characters: they then find
        nothing, instead of failing.
        """
        if value is None:
            return None
        return unicodedata.normalize("NFC", _UNSTORABLE.sub("\ufffd", value))
