"""Element strings as people read them, ``(01)09506000134352(10)ABC``, and as scanners send them, with FNC1.

General Specifications, sections 4.1 and 7.8. In the bracketed form a parenthesis that belongs to a value is written
``\\(``. In the form of scanners, elements without a predefined length end with the separator character (ASCII 29).
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from traceability.gs1.application_identifiers import TABLE, Element, check_associations, get_identifier
from traceability.gs1.errors import N_, StructureError

SEPARATOR: Final = "\x1d"
_ELEMENT: Final = re.compile(r"\((?P<ai>\d{2,4})\)(?P<value>(?:[^\\(]|\\\(|\\(?!\())*)", re.ASCII)
_SYMBOLOGY: Final = re.compile(r"\](?:C1|e0|d2|Q3|J1)")
"""What a scanner puts before the data of GS1-128, DataBar, DataMatrix, QR Code and DotCode."""


def parse_element_string(text: str) -> tuple[Element, ...]:
    """The elements of an element string, each checked by itself and all of them together.

    ``text`` is either bracketed or what a scanner sends: perhaps a symbology identifier, then identifiers and values
    with separators, for which a caret stands too. Raises a :class:`~traceability.gs1.errors.Gs1Error`; ``position``
    is that of the element for errors of structure and that within the value for errors of values.
    """
    elements: dict[str, Element] = {}
    for position, ai, value in _bracketed(text) if text.startswith("(") else _separated(text):
        get_identifier(ai).check(value)
        if elements.setdefault(ai, Element(ai, value)).value != value:
            raise StructureError(
                N_("(%(ai)s) stands twice, with different values."), {"ai": ai}, ai=ai, value=value, position=position
            )
    if not elements:
        raise StructureError(N_("An application identifier in brackets is missing here."), value=text, position=0)
    check_associations(tuple(elements))
    return tuple(elements.values())


def _bracketed(text: str) -> Iterator[tuple[int, str, str]]:
    """Position, identifier and value of each element between brackets."""
    position = 0
    while position < len(text):
        match = _ELEMENT.match(text, position)
        if match is None:
            raise StructureError(
                N_("An application identifier in brackets is missing here."), value=text, position=position
            )
        yield position, match["ai"], match["value"].replace(r"\(", "(")
        position = match.end()


def _separated(text: str) -> Iterator[tuple[int, str, str]]:
    """Position, identifier and value of each element of what a scanner sent. No identifier begins like another."""
    text = text.replace("^", SEPARATOR)
    prefix = _SYMBOLOGY.match(text)
    position = prefix.end() if prefix else 0
    while position < len(text):
        if text[position] == SEPARATOR:
            position += 1
            continue
        ai = next(
            (text[position : position + size] for size in (2, 3, 4) if text[position : position + size] in TABLE), ""
        )
        if not ai:
            raise StructureError(N_("There is no application identifier here."), value=text, position=position)
        start = position + len(ai)
        separator = text.find(SEPARATOR, start)
        end = len(text) if separator < 0 else separator
        if TABLE[ai].has_predefined_length:
            end = min(end, start + sum(component.maximum for component in TABLE[ai].components))
        yield position, ai, text[start:end]
        position = end


def format_element_string(elements: Iterable[tuple[str, str]]) -> str:
    """The bracketed form of ``elements``, in their order."""
    return "".join(f"({ai}){value.replace('(', chr(92) + '(')}" for ai, value in elements)
