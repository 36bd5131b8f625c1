"""What rules for JSON values are put together from: checks of texts, numbers, words, lists and objects.

A check takes a value and returns the problems in it, their pointers relative to the value; nearly always there are
none, so a check answers with one and the same empty tuple and builds no pointer before it must.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from enum import Enum
from typing import Any, Final

from traceability.epcis.errors import Problem, pointer_step
from traceability.epcis.validation.formats import is_date_time, is_uri, is_uri_name
from traceability.epcis.vocabulary import Vocabulary
from traceability.gs1.errors import N_

Problems = Sequence[Problem]
Check = Callable[[Any], Problems]

GOOD: Final[Problems] = ()
MOST_PROBLEMS: Final = 20
"""So many wrong members of one list or object are told; whoever sends a million learns no more from the rest."""

_NO_TEXT: Final = (Problem("", N_("A text is expected here.")),)
_NO_URI: Final = (Problem("", N_("A URI is expected here.")),)
_NO_TIME: Final = (Problem("", N_("A day and time with its offset from UTC is expected here.")),)
_NO_NUMBER: Final = (Problem("", N_("A number is expected here.")),)
_NO_BOOLEAN: Final = (Problem("", N_("Here stands true or false.")),)
_NO_LIST: Final = (Problem("", N_("A list is expected here.")),)
_NO_OBJECT: Final = (Problem("", N_("An object is expected here.")),)
_TWICE: Final = (Problem("", N_("A member stands in the list twice.")),)
_MISSING: Final = N_("This field is missing.")
_NO_FIELD: Final = N_("There is no such field here.")
_NO_EXTENSION: Final = N_("The standard has no such field; a field of your own needs a prefix or a URI as its name.")


def anything(value: Any) -> Problems:
    return GOOD


def text(value: Any) -> Problems:
    return GOOD if isinstance(value, str) else _NO_TEXT


def uri(value: Any) -> Problems:
    if isinstance(value, str):
        return GOOD if is_uri(value) else (Problem("", N_("“%(text)s” is not a URI."), {"text": _short(value)}),)
    return _NO_URI


def time(value: Any) -> Problems:
    return GOOD if isinstance(value, str) and is_date_time(value) else _NO_TIME


def number(value: Any) -> Problems:
    return GOOD if isinstance(value, int | float) and not isinstance(value, bool) else _NO_NUMBER


def text_or_number(value: Any) -> Problems:
    return text(value) and number(value)


def boolean(value: Any) -> Problems:
    return GOOD if isinstance(value, bool) else _NO_BOOLEAN


def _short(value: str) -> str:
    return value if len(value) <= 80 else value[:79] + "…"


def pattern(matches: Callable[[str], object], message_id: str) -> Check:
    """A text that ``matches`` finds right."""
    wrong = (Problem("", message_id),)
    return lambda value: GOOD if isinstance(value, str) and matches(value) else wrong


def one_of(words: Collection[str], message_id: str) -> Check:
    """One of a closed list of words."""
    wrong = (Problem("", message_id),)
    return lambda value: GOOD if isinstance(value, str) and value in words else wrong


def word(vocabulary: Vocabulary, *, closed_to: tuple[str, ...]) -> Check:
    """A bare word of the standard ``vocabulary``, or a URI that begins with none of ``closed_to``."""
    words = vocabulary.words

    def check(value: Any) -> Problems:
        if not isinstance(value, str):
            return _NO_TEXT
        if value in words or (is_uri(value) and not value.startswith(closed_to)):
            return GOOD
        return (Problem("", N_("“%(text)s” is not a word of the standard vocabulary."), {"text": _short(value)}),)

    return check


def by_type(*, list_: Check = uri, dict_: Check = uri, other: Check = uri) -> Check:
    """What may be a list, an object or a single value, each with a check of its own."""

    def check(value: Any) -> Problems:
        if isinstance(value, list):
            return list_(value)
        return dict_(value) if isinstance(value, dict) else other(value)

    return check


def list_of(member: Check, *, unique: bool = False, empty: str | None = None) -> Check:
    """A list whose members pass ``member``; ``empty`` is the message for a list without any, where that is wrong."""
    nothing = GOOD if empty is None else (Problem("", empty),)

    def check(value: Any) -> Problems:
        if not isinstance(value, list):
            return _NO_LIST
        if not value:
            return nothing
        for each in value:
            if member(each):
                return _problems_of_members(value)
        return _TWICE if unique and len(value) > 1 and _has_twins(value) else GOOD

    def _problems_of_members(value: list[Any]) -> Problems:
        found: list[Problem] = []
        for index, each in enumerate(value):
            found += [problem.below(pointer_step(index)) for problem in member(each)]
            if len(found) >= MOST_PROBLEMS:
                break
        return found

    return check


def _has_twins(members: list[Any]) -> bool:
    return len({_comparable(member) for member in members}) < len(members)


def _comparable(value: Any) -> Any:
    """``value`` so that equal JSON is equal and can be a member of a set: 1 is 1.0 but not true."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return "object", frozenset((name, _comparable(member)) for name, member in value.items())
    if isinstance(value, list):
        return "list", tuple(_comparable(member) for member in value)
    return type(value) is bool, value


class Others(Enum):
    """What an object may hold besides the fields that the standard knows."""

    NONE = "nothing"
    NAMED = "fields whose name is a URI or has a prefix"
    ANY = "anything"


def record(fields: Mapping[str, Check], *, required: Collection[str] = (), others: Others) -> Check:
    """An object with these ``fields``, the ``required`` ones present."""
    needed = frozenset(required)
    field_of = fields.get

    def check(value: Any) -> Problems:
        if not isinstance(value, dict):
            return _NO_OBJECT
        found: list[Problem] | None = None
        for name, member in value.items():
            field = field_of(name)
            problems = _other(name) if field is None else field(member)
            if problems:
                found = (found or []) + [problem.below(pointer_step(name)) for problem in problems]
                if len(found) >= MOST_PROBLEMS:
                    return found
        if not value.keys() >= needed:
            missing = [Problem(pointer_step(name), _MISSING) for name in required if name not in value]
            return missing + (found or [])
        return found or GOOD

    def _other(name: str) -> Problems:
        if others is Others.ANY or (others is Others.NAMED and is_uri_name(name)):
            return GOOD
        return (Problem("", _NO_FIELD if others is Others.NONE else _NO_EXTENSION),)

    return check
