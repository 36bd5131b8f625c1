"""Reading a checklist file: what it must contain, and what is wrong with it, by row."""

import hashlib
import json
from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from core.errors import Invalid
from traceability.attestations.checklists.models import EvidenceKind, ItemScope, Level

MOST_FAULTS = 20
MOST_ITEMS = 500

Code = Annotated[str, Field(pattern=r"^[A-Z0-9][A-Z0-9.-]{0,39}$")]
Words = Annotated[str, Field(min_length=1, max_length=300)]
Percent = Annotated[int, Field(ge=0, le=100)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Frequency(_Strict):
    """How often an item is checked, in words."""

    vi: Annotated[str, Field(min_length=1, max_length=120)]
    en: Annotated[str, Field(min_length=1, max_length=120)]


class GroupData(_Strict):
    """A chapter of the checklist."""

    code: Annotated[str, Field(pattern=r"^[A-Z0-9]{1,20}$")]
    vi: Annotated[str, Field(min_length=1, max_length=120)]
    en: Annotated[str, Field(min_length=1, max_length=120)]


class ItemData(_Strict):
    """One thing to check."""

    code: Code
    group: str
    level: Level
    scope: ItemScope = ItemScope.ALL
    vi: Words
    en: Words
    evidence: Annotated[list[EvidenceKind], Field(min_length=1)]
    diary_activities: list[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")]] = []
    frequency: Frequency


class RequiredPercent(_Strict):
    """The share of the applicable items of each level that must conform."""

    A: Percent
    B: Percent


class ChecklistData(_Strict):
    """A whole checklist as a file has it."""

    standard: Annotated[str, Field(min_length=1, max_length=80)]
    version: Annotated[str, Field(min_length=1, max_length=40)]
    title_vi: Annotated[str, Field(min_length=1, max_length=160)]
    title_en: Annotated[str, Field(min_length=1, max_length=160)]
    source: Annotated[str, Field(min_length=1, max_length=500)]
    is_sample: bool = False
    in_force_from: date
    in_force_until: date | None = None
    required_percent: RequiredPercent
    groups: Annotated[list[GroupData], Field(min_length=1)]
    items: Annotated[list[ItemData], Field(min_length=1, max_length=MOST_ITEMS)]

    @model_validator(mode="after")
    def _hangs_together(self) -> "ChecklistData":
        if self.in_force_until is not None and self.in_force_until < self.in_force_from:
            raise ValueError("in_force_until lies before in_force_from")
        groups = [group.code for group in self.groups]
        codes = [item.code for item in self.items]
        twice = sorted({code for code in groups + codes if (groups + codes).count(code) > 1})
        if twice:
            raise ValueError(f"codes stand twice: {', '.join(twice)}")
        strangers = sorted({item.group for item in self.items} - set(groups))
        if strangers:
            raise ValueError(f"items name groups that are not there: {', '.join(strangers)}")
        return self

    @property
    def digest(self) -> str:
        """SHA-256 of the content, whatever the order and spacing of the file."""
        canonical = json.dumps(self.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()


def read_checklist(text: str) -> ChecklistData:
    """The checklist in `text` (JSON). Raises Invalid with one line for each fault, at most twenty."""
    try:
        content: Any = json.loads(text)
    except json.JSONDecodeError as error:
        raise Invalid(f"line {error.lineno}: this is no JSON ({error.msg})") from None
    try:
        return ChecklistData.model_validate(content)
    except ValidationError as error:
        lines = [f"{place_of(fault['loc'])}: {fault['msg'].removeprefix('Value error, ')}" for fault in error.errors()]
        rest = len(lines) - MOST_FAULTS
        more = [f"and {rest} more"] if rest > 0 else []
        raise Invalid("\n".join([*lines[:MOST_FAULTS], *more])) from None


def place_of(location: tuple[int | str, ...]) -> str:
    """Where a fault is, with rows counted from 1: "items 3, level"."""
    words: list[str] = []
    for part in location:
        if isinstance(part, int):
            words[-1] += f" {part + 1}"
        else:
            words.append(part)
    return ", ".join(words) or "the file"
