"""The table of GS1 application identifiers, and the check of one value against it."""

import json
import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple, Self

from traceability.gs1.characters import CLASSES, first_outside
from traceability.gs1.errors import (
    N_,
    AssociationError,
    CharacterError,
    Gs1ValueError,
    LengthError,
    UnknownIdentifierError,
)
from traceability.gs1.value_rules import RULES, Rule


class Element(NamedTuple):
    """An application identifier with its value, neither bracketed nor percent-encoded."""

    ai: str
    value: str


@dataclass(frozen=True, slots=True)
class Component:
    """One part of a value: its character set (N, X, Y or Z), its length and the rules for its content."""

    kind: str
    minimum: int
    maximum: int
    optional: bool
    rules: tuple[Rule, ...]


@dataclass(frozen=True)
class ApplicationIdentifier:
    """What the General Specifications and the Digital Link standard say about one application identifier.

    ``qualifiers`` is None unless the identifier is a primary key of Digital Link URIs; then it holds the
    sequences of key qualifiers that may follow it. ``requires`` is a conjunction of alternatives of groups:
    for each member at least one group must be present in full. ``excludes`` lists what must be absent. In both,
    ``n`` stands for any digit. ``rules`` are those of the components, each with the slice of the value it reads.
    """

    ai: str
    title: str
    components: tuple[Component, ...]
    rules: tuple[tuple[int, int, Rule], ...]
    is_data_attribute: bool
    has_predefined_length: bool
    qualifiers: tuple[tuple[str, ...], ...] | None
    requires: tuple[tuple[tuple[str, ...], ...], ...]
    excludes: tuple[str, ...]

    @classmethod
    def from_facts(cls, ai: str, facts: dict[str, Any]) -> Self:
        """Read one entry of the data file."""
        components = tuple(
            Component(
                kind=part["kind"],
                minimum=part["min"],
                maximum=part["max"],
                optional=part.get("optional", False),
                rules=tuple(RULES[name] for name in _linters(part)),
            )
            for part in facts["components"]
        )
        qualifiers = facts.get("qualifiers")
        return cls(
            ai=ai,
            title=facts["title"],
            components=components,
            rules=_placed(components),
            is_data_attribute=facts.get("data_attribute", False),
            has_predefined_length=facts.get("predefined_length", False),
            qualifiers=None if qualifiers is None else tuple(map(tuple, qualifiers)),
            requires=tuple(tuple(map(tuple, alternatives)) for alternatives in facts.get("requires", ())),
            excludes=tuple(facts.get("excludes", ())),
        )

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What a value looks like; compiled when it is first asked for, which for most of the table is never."""
        return _pattern(self.components)

    @property
    def rule(self) -> Rule | None:
        """All the rules in one, for who asks :meth:`check` again when it fails; None if there are none."""
        if len(self.components) == len(self.rules) == 1:
            return self.rules[0][2]
        return self.check_content if self.rules else None

    @property
    def is_primary_key(self) -> bool:
        """Whether a Digital Link URI may start with this identifier."""
        return self.qualifiers is not None

    def check(self, value: str) -> None:
        """Raise a :class:`Gs1ValueError` unless ``value`` fits this identifier."""
        if self.pattern.fullmatch(value) is None:
            raise self._misfit(value)
        self.check_content(value)

    def check_content(self, value: str) -> None:
        """Raise a :class:`Gs1ValueError` unless ``value``, which fits the pattern, keeps the rules as well."""
        for start, stop, rule in self.rules:
            text = value[start:stop]
            if not text:
                return
            try:
                rule(text)
            except Gs1ValueError as error:
                position = start + (error.position or 0)
                raise type(error)(error.message_id, error.params, ai=self.ai, value=value, position=position) from None

    def _misfit(self, value: str) -> Gs1ValueError:
        """Say why ``value`` does not match the pattern: a character first, else the length."""
        start = 0
        for component in self.components:
            part = value[start : start + component.maximum]
            offset = first_outside(part, component.kind)
            if offset is not None:
                return CharacterError(
                    N_("“%(character)s” may not stand in (%(ai)s) %(title)s."),
                    {"character": part[offset], "ai": self.ai, "title": self.title},
                    ai=self.ai,
                    value=value,
                    position=start + offset,
                )
            start += len(part)
        shortest = sum(component.minimum for component in self.components if not component.optional)
        longest = sum(component.maximum for component in self.components)
        return LengthError(
            N_("(%(ai)s) %(title)s is %(shortest)s to %(longest)s characters long, not %(length)s.")
            if shortest != longest
            else N_("(%(ai)s) %(title)s is %(longest)s characters long, not %(length)s."),
            {"ai": self.ai, "title": self.title, "shortest": shortest, "longest": longest, "length": len(value)},
            ai=self.ai,
            value=value,
            position=min(len(value), longest),
        )


def _linters(part: dict[str, Any]) -> list[str]:
    """The names of the rules that ask for more than the character set: a prefix of digits is no news in a number.

    Set 64 has one more rule than its characters: the padding "=" stands at the end, at most twice.
    """
    names = [name for name in part.get("linters", ()) if not (name.startswith("gcppos") and part["kind"] == "N")]
    return ["cset64", *names] if part["kind"] == "Z" else names


def _placed(components: tuple[Component, ...]) -> tuple[tuple[int, int, Rule], ...]:
    """The rules of ``components`` with start and stop of each; only the last may vary in length, so both are fixed."""
    placed = []
    start = 0
    for component in components:
        placed += [(start, start + component.maximum, rule) for rule in component.rules]
        start += component.maximum
    return tuple(placed)


def _pattern(components: tuple[Component, ...]) -> re.Pattern[str]:
    pattern = ""
    for component in reversed(components):
        part = f"{CLASSES[component.kind]}{{{component.minimum},{component.maximum}}}{pattern}"
        pattern = f"(?:{part})?" if component.optional else part
    return re.compile(pattern)


def _load() -> dict[str, ApplicationIdentifier]:
    text = Path(__file__).with_name("application_identifiers.json").read_text("utf-8")
    return {ai: ApplicationIdentifier.from_facts(ai, facts) for ai, facts in json.loads(text).items()}


TABLE: Final[dict[str, ApplicationIdentifier]] = _load()


def get_identifier(ai: str) -> ApplicationIdentifier:
    """The entry for ``ai``; raises :class:`UnknownIdentifierError`."""
    entry = TABLE.get(ai)
    if entry is None:
        raise UnknownIdentifierError(N_("There is no application identifier (%(ai)s)."), {"ai": ai}, ai=ai)
    return entry


def check_element(ai: str, value: str) -> Element:
    """Return the element when ``value`` fits ``ai``; raise a :class:`~traceability.gs1.errors.Gs1Error` otherwise."""
    get_identifier(ai).check(value)
    return Element(ai, value)


@lru_cache(maxsize=4096)
def check_associations(ais: tuple[str, ...]) -> None:
    """Raise :class:`AssociationError` unless the identifiers may stand together and none is missing.

    GS1 General Specifications, sections 4.13 (invalid pairs) and 4.14 (mandatory associations). Beside a key that
    it qualifies an identifier misses nothing: links of pieces (8006) take a variant (22), which otherwise needs (01).
    """
    present = frozenset(ais)
    for ai in ais:
        entry = TABLE[ai]
        for pattern in entry.excludes:
            clash = next((other for other in ais if other != ai and _matches(other, pattern)), None)
            if clash is not None:
                raise AssociationError(
                    N_("(%(ai)s) may not stand together with (%(other)s)."), {"ai": ai, "other": clash}, ai=ai
                )
        if any(ai in sequence for key in present for sequence in TABLE[key].qualifiers or ()):
            continue
        for alternatives in entry.requires:
            if not any(all(_is_present(wanted, present) for wanted in group) for group in alternatives):
                needed = ", ".join("+".join(f"({wanted})" for wanted in group) for group in alternatives)
                raise AssociationError(
                    N_("(%(ai)s) needs one of %(needed)s beside it."), {"ai": ai, "needed": needed}, ai=ai
                )


def _is_present(pattern: str, present: frozenset[str]) -> bool:
    return pattern in present or any(_matches(ai, pattern) for ai in present)


def _matches(ai: str, pattern: str) -> bool:
    return len(ai) == len(pattern) and all(wanted in ("n", digit) for digit, wanted in zip(ai, pattern, strict=True))
