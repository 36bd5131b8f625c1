"""Element strings as people read them: ``(01)09506000134352(10)ABC`` (General Specifications, section 4.1).

A parenthesis that belongs to a value is written ``\\(``.
"""

import re
from collections.abc import Iterable
from typing import Final

from traceability.gs1.application_identifiers import Element, check_associations, get_identifier
from traceability.gs1.errors import N_, StructureError

_ELEMENT: Final = re.compile(r"\((?P<ai>\d{2,4})\)(?P<value>(?:[^\\(]|\\\(|\\(?!\())*)", re.ASCII)


def parse_element_string(text: str) -> tuple[Element, ...]:
    """The elements of a bracketed element string, each checked by itself and all of them together.

    Raises a :class:`~traceability.gs1.errors.Gs1Error`; ``position`` is that of the element for errors of
    structure and that within the value for errors of values.
    """
    elements: dict[str, Element] = {}
    position = 0
    while position < len(text):
        match = _ELEMENT.match(text, position)
        if match is None:
            raise StructureError(
                N_("An application identifier in brackets is missing here."), value=text, position=position
            )
        ai, value = match["ai"], match["value"].replace(r"\(", "(")
        get_identifier(ai).check(value)
        if elements.setdefault(ai, Element(ai, value)).value != value:
            raise StructureError(
                N_("(%(ai)s) stands twice, with different values."), {"ai": ai}, ai=ai, value=value, position=position
            )
        position = match.end()
    if not elements:
        raise StructureError(N_("An application identifier in brackets is missing here."), value=text, position=0)
    check_associations(tuple(elements))
    return tuple(elements.values())


def format_element_string(elements: Iterable[tuple[str, str]]) -> str:
    """The bracketed form of ``elements``, in their order."""
    return "".join(f"({ai}){value.replace('(', chr(92) + '(')}" for ai, value in elements)
