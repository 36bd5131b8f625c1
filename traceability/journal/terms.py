"""How the journal writes what queries compare: one spelling for the index and for the question."""

import hashlib
import re
import unicodedata
from datetime import UTC, date, datetime, time
from typing import Final

from traceability.gs1.epc_uris import canonical_identifier

LONGEST_TERM: Final = 600
"""Bytes; what is longer is kept as a digest, for an entry of the index must fit its page."""

_MOMENT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9:.]+(?:Z|[+-][0-9]{2}:[0-9]{2}))?", re.ASCII)
_UNFIT: Final = re.compile("[\x00\ud800-\udfff]")


def field_term(name: str) -> str:
    """The term of an event that has the field `name`."""
    return _fitting(name)


def value_term(name: str, value: str) -> str:
    """The term of an event whose field `name` has this value, already in its one spelling."""
    return _fitting(f"{name}={value}")


def text_value(text: str) -> str:
    """A value that may be an identifier: GS1 identifiers in canonical form, anything else as it is."""
    return canonical_identifier(text) if text.startswith(("urn:epc:", "http")) else text


def moment_of(text: str) -> datetime | None:
    """The time in UTC that a text says, of a date its first moment; None for any other text."""
    if len(text) > 40 or _MOMENT.fullmatch(text) is None:
        return None
    try:
        if len(text) == 10:
            return datetime.combine(date.fromisoformat(text), time(), UTC)
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def storable(text: str) -> str:
    """`text` as the database keeps it: normalised (NFC), with a sign instead of what it cannot hold."""
    return unicodedata.normalize("NFC", _UNFIT.sub("\ufffd", text))


def _fitting(term: str) -> str:
    if len(term) <= LONGEST_TERM // 4 and term.isascii() and "\x00" not in term:
        return term
    term = storable(term)
    encoded = term.encode()
    if len(encoded) <= LONGEST_TERM:
        return term
    return f"{term[:100]}…{hashlib.sha256(encoded).hexdigest()}"
