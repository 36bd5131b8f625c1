"""Strict JSON values taken one by one out of a UTF-8 file, with no more of it in memory than one value needs."""

import codecs
import json
from collections.abc import Callable
from typing import IO, Any, Final

from traceability.epcis.errors import DocumentError
from traceability.epcis.strict_json import ENDS_EARLY, Forbidden, explain, not_json, skip_space
from traceability.gs1.errors import N_

MAX_VALUE_LENGTH: Final = 16 * 1024 * 1024
"""Characters that one event, or one member of the document around the events, may have."""

CHUNK: Final = 256 * 1024
_LONGEST_MARK: Final = 16
"""Longer than any escape or word of JSON: an error so near the end may only mean that the text is cut there."""

Scanner = Callable[[str, int], tuple[Any, int]]


def no_utf8(position: int) -> DocumentError:
    """The error for a byte (from 0) that is not part of UTF-8 text."""
    return DocumentError("", N_("The text is not UTF-8: byte %(position)s."), {"position": position + 1})


def too_long(pointer: str) -> DocumentError:
    """The error for a value of more than MAX_VALUE_LENGTH characters."""
    return DocumentError(
        pointer,
        N_("This is too long: at most %(limit)s characters are read in one piece."),
        {"limit": MAX_VALUE_LENGTH},
    )


class TextWindow:
    """The part of a text file that is being read; what lies behind ``position`` is dropped when more is needed."""

    def __init__(self, file: IO[bytes], scanner: Scanner) -> None:
        self._file = file
        self._scan = scanner
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._ended = False
        self._dropped = 0
        self._bytes = file.tell()
        self.text = ""
        self.position = 0
        if self._more():
            self.text = self.text.removeprefix("\ufeff")

    @property
    def offset(self) -> int:
        """How many characters of the file have been read up to ``position``."""
        return self._dropped + self.position

    def byte_offset(self) -> int:
        """The place of ``position`` in the file, in bytes."""
        undecoded = len(self._decoder.getstate()[0])
        return self._bytes - undecoded - len(self.text[self.position :].encode())

    def _more(self) -> bool:
        """Read on; false at the end of the file."""
        if self._ended:
            return False
        self._dropped += self.position
        undecoded = len(self._decoder.getstate()[0])
        content = self._file.read(max(CHUNK, len(self.text) - self.position))
        self._ended = not content
        try:
            addition = self._decoder.decode(content, final=self._ended)
        except UnicodeDecodeError as error:
            raise no_utf8(self._bytes - undecoded + error.start) from None
        self._bytes += len(content)
        self.text = self.text[self.position :] + addition
        self.position = 0
        return not self._ended

    def next_character(self) -> str:
        """The next character that is no white space, without taking it; empty at the end of the file."""
        while True:
            self.position = skip_space(self.text, self.position)
            if self.position < len(self.text):
                return self.text[self.position]
            if not self._more():
                return ""

    def expect(self, characters: str, pointer: str) -> str:
        """Take the next character, which must be one of ``characters``."""
        character = self.next_character()
        if not character:
            raise DocumentError(pointer, ENDS_EARLY)
        if character not in characters:
            raise not_json(pointer, self.offset)
        self.position += 1
        return character

    def value(self, pointer: str) -> tuple[Any, str]:
        """Take the next value: parsed, and as it is written."""
        self.next_character()
        while True:
            scanned = self._scanned(pointer)
            end = len(self.text) if scanned is None else scanned[1]
            if end - self.position > MAX_VALUE_LENGTH:
                raise too_long(pointer)
            if scanned is not None:
                raw = self.text[self.position : end]
                self.position = end
                return scanned[0], raw
            self._more()

    def _scanned(self, pointer: str) -> tuple[Any, int] | None:
        """The next value and where it ends; None when more text must be read to know."""
        try:
            value, end = self._scan(self.text, self.position)
        except (ValueError, RecursionError) as error:
            if self._may_be_cut(error):
                return None
            raise self._explanation(pointer) from None
        return None if end == len(self.text) and not self._ended else (value, end)

    def _may_be_cut(self, error: Exception) -> bool:
        """Whether the error may only mean that the rest of the value has not been read yet."""
        if self._ended or isinstance(error, Forbidden | RecursionError):
            return False
        return isinstance(error, json.JSONDecodeError) and (
            error.msg.startswith("Unterminated") or error.pos > len(self.text) - _LONGEST_MARK
        )

    def _explanation(self, pointer: str) -> DocumentError:
        explained = explain(self.text[self.position :], pointer, offset=self.offset)
        return explained or not_json(pointer, self.offset)
