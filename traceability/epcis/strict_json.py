"""JSON as strict as RFC 8259 and RFC 7493 (I-JSON) have it: what two readers could understand differently is refused.

Refused are duplicate names, NaN and Infinity, numbers beyond a double, half surrogate pairs and the character NUL
(which neither XML nor PostgreSQL can hold), and nesting deeper than ``MAX_DEPTH``. The scanner in C does the reading;
only when it stumbles a second, slow reader finds out where and why.
"""

import json
import math
import re
from collections import Counter
from typing import Any, Final

from traceability.epcis.errors import DocumentError, Params, pointer_step
from traceability.gs1.errors import N_

MAX_DEPTH: Final = 64
"""Objects and lists inside each other, counted from the value that is read (an event, a header)."""

REPEATABLE: Final = frozenset({"eventID"})
"""A published example of the standard has its event's ID twice. It is no part of what the event says or of its hash,
so the last one counts, as with any lenient reader; every other name must be unique."""

NOT_JSON: Final = N_("This is not JSON: unexpected text at character %(position)s.")
ENDS_EARLY: Final = N_("The JSON text ends too early.")
TOO_DEEP: Final = N_("Objects and lists are nested too deeply; at most %(limit)s levels are read.")
DUPLICATE_NAME: Final = N_("The name “%(name)s” stands in this object twice.")
NO_NUMBER: Final = N_("NaN and Infinity are no JSON numbers.")
NUMBER_TOO_LARGE: Final = N_("This number is too large.")
NO_CHARACTER: Final = N_("Half a surrogate pair or NUL is no character.")


class Forbidden(ValueError):
    """The scanner met something that JSON readers disagree on."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs) and _is_ambiguous([name for name, _ in pairs]):
        raise Forbidden
    return members


def _is_ambiguous(names: list[str]) -> bool:
    """Whether a name that matters stands in ``names`` twice."""
    counts = Counter(names)
    return any(count > 1 and name not in REPEATABLE for name, count in counts.items())


def _float(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise Forbidden
    return number


def _integer(text: str) -> int:
    if len(text) > 300 and math.isinf(float(text)):
        raise Forbidden
    return int(text)


def _constant(text: str) -> float:
    raise Forbidden


_STRICT: Final = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=_float, parse_int=_integer, parse_constant=_constant
).raw_decode
scan_again: Final = json.JSONDecoder().raw_decode
"""Reads a value that :func:`scan` has found good before: (value, position after it)."""

_ESCAPES: Final = re.compile(
    r"\\(?:u[dD][89aAbB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u([dD][89a-fA-F][0-9a-fA-F]{2}|0000)|.)"
)


def scan(text: str, start: int) -> tuple[Any, int]:
    """The value that begins at ``start``, and the position after it.

    Raises json.JSONDecodeError, RecursionError or Forbidden; :func:`explain` then tells why.
    """
    value, end = _STRICT(text, start)
    openings = text.count("{", start, end) + text.count("[", start, end)
    if openings > MAX_DEPTH and explain(text[start:end], "") is not None:
        raise Forbidden
    if text.find("\\u", start, end) >= 0 and any(escape[1] for escape in _ESCAPES.finditer(text, start, end)):
        raise Forbidden
    return value, end


def parse(text: str) -> Any:
    """The one value that ``text`` holds. Raises DocumentError."""
    start = skip_space(text, 0)
    try:
        value, end = scan(text, start)
    except (ValueError, RecursionError):
        raise explain(text, "", offset=0) or not_json("", start) from None
    end = skip_space(text, end)
    if end != len(text):
        raise not_json("", end)
    return value


def not_json(pointer: str, position: int) -> DocumentError:
    """The error for text that no rule of JSON allows; ``position`` in characters from 0."""
    return DocumentError(pointer, NOT_JSON, {"position": position + 1})


def skip_space(text: str, start: int) -> int:
    """The position of the first character that is no white space of JSON."""
    match = _SPACE.match(text, start)
    return match.end() if match else start


def explain(text: str, pointer: str, *, offset: int = 0) -> DocumentError | None:
    """What is wrong with the value at the beginning of ``text``, or None when it is good.

    ``pointer`` is the place of the value in its document, ``offset`` the position of ``text`` in it, in characters.
    """
    return _Examination(text, pointer, offset).run()


_SPACE: Final = re.compile(r"[ \t\n\r]*+")
_CHARACTERS: Final = re.compile(r'"(?:[^"\\\x00-\x1f]++|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+')
_TOKEN: Final = re.compile(
    r"(?P<mark>[{}\[\],:])"
    rf'|(?P<string>{_CHARACTERS.pattern}")'
    r"|(?P<number>-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?)"
    r"|(?P<word>true|false|null)|(?P<constant>NaN|-?Infinity)"
)


class _Examination:
    """A slow walk through JSON text, with the path to where it is."""

    def __init__(self, text: str, pointer: str, offset: int) -> None:
        self._text = text
        self._pointer = pointer
        self._offset = offset
        self._names: list[set[str] | None] = []
        """For every open object the names it has so far; None for an open list."""
        self._path: list[str | int | None] = []
        self._expected = "value"

    def run(self) -> DocumentError | None:
        position = skip_space(self._text, 0)
        while True:
            token = _TOKEN.match(self._text, position)
            if token is None:
                return self._no_token(position)
            problem = self._take(token)
            if problem is not None:
                return DocumentError(self._place(), *problem)
            if not self._names and self._expected == "end":
                return None
            position = skip_space(self._text, token.end())

    def _place(self) -> str:
        return self._pointer + "".join(pointer_step(step) for step in self._path if step is not None)

    def _no_token(self, position: int) -> DocumentError:
        if position < len(self._text) and self._text[position] == '"':
            characters = _CHARACTERS.match(self._text, position)
            position = characters.end() if characters else position
        if position >= len(self._text):
            return DocumentError(self._place(), ENDS_EARLY)
        return not_json(self._place(), self._offset + position)

    def _take(self, token: re.Match[str]) -> tuple[str, Params] | None:
        wrong = NOT_JSON, {"position": self._offset + token.start() + 1}
        if token.lastgroup == "mark":
            return wrong if self._is_out_of_place(token[0]) else self._too_deep()
        if token.lastgroup == "string" and self._expected in ("name", "name or }"):
            return self._name(json.loads(token[0]))
        if not self._expected.startswith("value"):
            return wrong
        self._expected = self._after_value()
        return _wrong_scalar(token)

    def _too_deep(self) -> tuple[str, Params] | None:
        return (TOO_DEEP, {"limit": MAX_DEPTH}) if len(self._names) > MAX_DEPTH else None

    def _is_out_of_place(self, mark: str) -> bool:
        """Follow a bracket, comma or colon; true when it has no business here."""
        expected = self._expected
        if mark in "{[" and expected.startswith("value"):
            self._names.append(set() if mark == "{" else None)
            self._path.append(None if mark == "{" else 0)
            self._expected = "name or }" if mark == "{" else "value or ]"
            return False
        if mark in "}]" and self._names and (self._names[-1] is None) == (mark == "]"):
            if expected not in (", or end", "name or }" if mark == "}" else "value or ]"):
                return True
            self._names.pop()
            self._path.pop()
            self._expected = self._after_value()
            return False
        if mark == "," and expected == ", or end":
            step = self._path[-1]
            self._expected = "value" if isinstance(step, int) else "name"
            self._path[-1] = step + 1 if isinstance(step, int) else None
            return False
        if mark == ":" and expected == ":":
            self._expected = "value"
            return False
        return True

    def _name(self, name: str) -> tuple[str, Params] | None:
        names = self._names[-1]
        assert names is not None
        self._path[-1] = name
        self._expected = ":"
        if name in names and name not in REPEATABLE:
            return DUPLICATE_NAME, {"name": name}
        names.add(name)
        return None

    def _after_value(self) -> str:
        return ", or end" if self._names else "end"


def _wrong_scalar(token: re.Match[str]) -> tuple[str, Params] | None:
    text = token[0]
    if token.lastgroup == "constant":
        return NO_NUMBER, {}
    if token.lastgroup == "number" and math.isinf(float(text)):
        return NUMBER_TOO_LARGE, {}
    if token.lastgroup == "string" and any(escape[1] for escape in _ESCAPES.finditer(text)):
        return NO_CHARACTER, {}
    return None
