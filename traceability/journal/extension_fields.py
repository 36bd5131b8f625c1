"""The fields that users add to events, at any depth, as terms and measures to search by (EPCIS 2.0 §7.1.2, §9.5)."""

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from traceability.epcis.contexts import STANDARD_PREFIXES, Namespaces
from traceability.journal.terms import field_term, moment_of, text_value, value_term

INNER: Final = "INNER_"
ATTRIBUTE: Final = "ATTR_"
PREFIX_TERM: Final = "@prefix"
LARGEST_NUMBER: Final = 1e300

_NUMBER: Final = re.compile(r"[+-]?(?:0|[1-9][0-9]{0,8})(?:\.[0-9]{1,12})?", re.ASCII)
"""Text that is a number, as documents that were once XML write them; longer digits are the codes of something."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A number or a time of an event, with the name by which queries compare it."""

    name: str
    number: float | None = None
    moment: datetime | None = None


@dataclass(slots=True)
class Entries:
    """Terms and measures as they come together; a term is kept once, in the order of its first coming."""

    spaces: Namespaces
    terms: dict[str, None] = field(default_factory=dict)
    measures: list[Measure] = field(default_factory=list)

    def add_field(self, name: str) -> None:
        """The event has the field `name`."""
        self.terms[field_term(name)] = None

    def add_value(self, name: str, value: str) -> None:
        """The field `name` has this value, in its one spelling."""
        self.terms[value_term(name, value)] = None

    def add_number(self, name: str, number: float) -> None:
        """The field `name` is this number."""
        if math.isfinite(number):
            self.measures.append(Measure(field_term(name), number=float(number)))

    def add_moment(self, name: str, text: str) -> None:
        """The field `name` is this time, if it is one."""
        moment = moment_of(text)
        if moment is not None:
            self.measures.append(Measure(field_term(name), moment=moment))

    def add_scalar(self, name: str, value: object) -> None:
        """The field `name` has a value of a type that shows only in the value itself."""
        if isinstance(value, bool):
            self.add_value(name, "true" if value else "false")
        elif isinstance(value, int | float):
            if abs(value) <= LARGEST_NUMBER:
                self.add_number(name, value)
        elif isinstance(value, str):
            self.add_value(name, text_value(value))
            if _NUMBER.fullmatch(value) is not None:
                self.add_number(name, float(value))
            else:
                self.add_moment(name, value)

    def add_extensions(self, members: Iterable[tuple[str, Any]], family: str = "") -> None:
        """Extension fields, and everything inside them.

        `family` is what their parameters begin with (`ILMD_`, `SENSORREPORT_` …); what lies deeper has `INNER_`
        before that. Nested values are walked without recursion: they may be as deep as anybody makes them.
        """
        waiting: list[tuple[str, str, Any]] = []
        for key, value in members:
            if key.startswith("@"):
                continue
            self._note_prefix(key)
            waiting.append((family, self.spaces.qualified(key), value))
        while waiting:
            place, name, value = waiting.pop()
            full_name = place + name
            self.add_field(full_name)
            for item in value if isinstance(value, list) else (value,):
                if isinstance(item, Mapping):
                    self._add_literal(full_name, item)
                    for inner_key, inner_value in self._members(item):
                        waiting.append((INNER + family, inner_key, inner_value))
                        self._add_attribute(full_name, inner_key, inner_value)
                elif isinstance(item, list):
                    waiting.append((place, name, item))
                else:
                    self.add_scalar(full_name, item)

    def _members(self, item: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        for key, value in item.items():
            if not key.startswith("@"):
                self._note_prefix(key)
                yield self.spaces.qualified(key), value

    def _add_literal(self, name: str, item: Mapping[str, Any]) -> None:
        """A typed value or a reference in JSON-LD: `{"@type": …, "@value": …}`, `{"@id": …}`."""
        value = item.get("@value", item.get("@id", item.get("id")))
        self.add_scalar(name, value)

    def _add_attribute(self, name: str, attribute: str, value: object) -> None:
        """What XML writes as an attribute is a member in JSON."""
        self.add_value(ATTRIBUTE + name, attribute)
        if isinstance(value, str):
            self.add_value(f"{ATTRIBUTE}{name}_{attribute}", text_value(value))
        elif isinstance(value, bool):
            self.add_value(f"{ATTRIBUTE}{name}_{attribute}", "true" if value else "false")
        elif isinstance(value, int | float):
            self.add_value(f"{ATTRIBUTE}{name}_{attribute}", f"{value:g}")

    def _note_prefix(self, key: str) -> None:
        prefix, separator, _ = key.partition(":")
        if separator and prefix not in STANDARD_PREFIXES and prefix not in ("http", "https", "urn"):
            self.add_value(PREFIX_TERM, prefix)
