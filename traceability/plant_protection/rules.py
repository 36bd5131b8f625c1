"""Decisions about lists of plant protection, without any I/O: what a file says, and what may be used when."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from core.i18n import gettext as _
from core.i18n import normalize
from traceability.plant_protection.models import IngredientStatus

LONGEST_INTERVAL_DAYS: Final = 3650
_CODE: Final = re.compile(r"[a-z0-9_]{1,80}", re.ASCII)
_CROP: Final = re.compile(r"[a-z0-9_]{1,40}", re.ASCII)
_TEXT_LIMIT: Final = 1000
_LARGEST_DOSE: Final = 10**9


@dataclass(frozen=True, slots=True)
class ListFacts:
    """What a file says about itself; None for what it does not say."""

    source: str | None
    published_on: date | None
    in_force_from: date | None
    is_sample: bool


@dataclass(frozen=True, slots=True)
class IngredientFacts:
    """What one row of a file says, in the terms of `PlantProtectionIngredient`."""

    code: str
    name: str
    types: list[str]
    mode_of_action: str | None
    status: IngredientStatus
    status_detail: str | None
    last_use_on: date | None
    interval_days: dict[str, int]
    dose_text: str | None
    dose_min: float | None
    dose_max: float | None
    dose_unit: str | None
    reentry_hours: int | None
    who_class: str | None
    pests_vi: list[str]
    pests_en: list[str]
    note: str | None


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What is wrong with row `row` (counted from 1; 0 is the file as a whole), and with which of its fields."""

    row: int
    field: str
    message: str


@dataclass(slots=True)
class ReadList:
    """What could be read of a file, and everything that is wrong with it."""

    facts: ListFacts
    ingredients: list[IngredientFacts] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)


class _Unreadable(Exception):
    def __init__(self, field_name: str, message: str) -> None:
        self.field = field_name
        super().__init__(message)


def read_list(content: object) -> ReadList:
    """Read a list as it is published: an object with `_meta` and `items`, one ingredient each.

    Every row is looked at, so that all problems are told at once.
    """
    if not isinstance(content, dict) or not isinstance(content.get("items"), list):
        message = _("The file needs an object with a list “items”, one active ingredient each.")
        return ReadList(ListFacts(None, None, None, False), problems=[RowProblem(0, "items", message)])
    try:
        result = ReadList(_list_facts(content.get("_meta") or {}))
    except _Unreadable as problem:
        result = ReadList(ListFacts(None, None, None, False))
        result.problems.append(RowProblem(0, problem.field, str(problem)))
    seen: dict[str, int] = {}
    for number, row in enumerate(content["items"], start=1):
        try:
            ingredient = _ingredient(row)
        except _Unreadable as problem:
            result.problems.append(RowProblem(number, problem.field, str(problem)))
            continue
        for name in {ingredient.code, ingredient.name.casefold()}:
            if seen.setdefault(name, number) != number:
                message = _("Row %(row)s names the same ingredient.", row=seen[name])
                result.problems.append(RowProblem(number, "active_ingredient", message))
        result.ingredients.append(ingredient)
    if not content["items"]:
        result.problems.append(RowProblem(0, "items", _("The list is empty.")))
    return result


def _list_facts(meta: object) -> ListFacts:
    if not isinstance(meta, Mapping):
        raise _Unreadable("_meta", _("An object is expected."))
    return ListFacts(
        source=_text(meta, "source", 300),
        published_on=_day(meta, "published_on"),
        in_force_from=_day(meta, "in_force_from"),
        is_sample=meta.get("is_sample") is True,
    )


def _ingredient(row: object) -> IngredientFacts:
    if not isinstance(row, Mapping):
        raise _Unreadable("", _("An object is expected."))
    name = _text(row, "active_ingredient", 120)
    if name is None:
        raise _Unreadable("active_ingredient", _("The name of the ingredient is missing."))
    code = row.get("id")
    if not isinstance(code, str) or _CODE.fullmatch(code) is None:
        raise _Unreadable("id", _("The id is in small letters, digits and underscores."))
    try:
        status = IngredientStatus(str(row.get("status_vn")))
    except ValueError:
        raise _Unreadable("status_vn", _("The status is allowed, restricted or banned.")) from None
    dose_text, dose_min, dose_max, dose_unit = _dose(row.get("typical_dose"))
    first_type = _text(row, "type", 30)
    return IngredientFacts(
        code=code,
        name=name,
        types=[*([first_type] if first_type else []), *_texts(row, "type_also", 30)],
        mode_of_action=_text(row, "moa_group", 40),
        status=status,
        status_detail=_text(row, "status_detail", 60),
        last_use_on=_day(row, "last_use_date"),
        interval_days=_intervals(row.get("phi_days")),
        dose_text=dose_text,
        dose_min=dose_min,
        dose_max=dose_max,
        dose_unit=dose_unit,
        reentry_hours=_whole(row.get("reentry_hours"), "reentry_hours", 8760),
        who_class=_text(row, "who_class", 40),
        pests_vi=_texts(row, "pests_vi", 120),
        pests_en=_texts(row, "pests_en", 120),
        note=_text(row, "note", _TEXT_LIMIT),
    )


def _intervals(value: object) -> dict[str, int]:
    if not isinstance(value, Mapping):
        raise _Unreadable("phi_days", _("The intervals are an object: days by crop."))
    intervals = {}
    for crop, days in value.items():
        if _CROP.fullmatch(str(crop)) is None:
            raise _Unreadable("phi_days", _("A crop is named in small letters, digits and underscores."))
        whole = _whole(days, f"phi_days.{crop}", LONGEST_INTERVAL_DAYS)
        if whole is None:
            raise _Unreadable(f"phi_days.{crop}", _("Whole days are expected; leave out a crop without a figure."))
        intervals[str(crop)] = whole
    return intervals


def _dose(value: object) -> tuple[str | None, float | None, float | None, str | None]:
    if value is None:
        return None, None, None, None
    if not isinstance(value, Mapping):
        raise _Unreadable("typical_dose", _("An object is expected."))
    text, unit = _text(value, "text", 200), _text(value, "unit", 20)
    lowest, highest = value.get("min"), value.get("max")
    if lowest is None and highest is None and unit is None:
        return text, None, None, None
    numbers = [
        number for number in (lowest, highest) if isinstance(number, int | float) and 0 <= number <= _LARGEST_DOSE
    ]
    if len(numbers) < 2 or unit is None or numbers[0] > numbers[1]:
        raise _Unreadable("typical_dose", _("A dose has min, max and unit, with min not above max."))
    return text, float(numbers[0]), float(numbers[1]), unit


def _whole(value: object, name: str, largest: int) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= largest:
        raise _Unreadable(name, _("A whole number from 0 to %(largest)s is expected.", largest=largest))
    return value


def _day(row: Mapping[str, Any], name: str) -> date | None:
    value = row.get(name)
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise _Unreadable(name, _("A day as year-month-day is expected, such as 2026-02-10.")) from None


def _text(row: Mapping[str, Any], name: str, limit: int) -> str | None:
    value = row.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > limit:
        raise _Unreadable(name, _("A text of at most %(limit)s characters is expected.", limit=limit))
    return normalize(value) or None


def _texts(row: Mapping[str, Any], name: str, limit: int) -> list[str]:
    values = row.get(name) or []
    if not isinstance(values, list):
        raise _Unreadable(name, _("A list of texts is expected."))
    found = (_text({name: value}, name, limit) for value in values)
    return [text for text in found if text]


def may_be_used_on(status: str, last_use_on: date | None, day: date) -> bool:
    """Whether an ingredient with this status may be used on `day`; a banned one up to its last day of legal use."""
    if status != IngredientStatus.BANNED:
        return True
    return last_use_on is not None and day <= last_use_on


def applicable(versions: Iterable[tuple[date, Any]], day: date) -> Any:
    """Of `versions` (day in force from, anything), in the order of import, the one that applies on `day`.

    It is the one that came into force last; of two from the same day, the one imported later. Before the first of
    all, the oldest known one applies: a diary is older than the site that keeps it.
    """
    known = list(versions)
    in_force = [version for version in known if version[0] <= day]
    if in_force:
        latest = max(since for since, _version in in_force)
        return [version for since, version in in_force if since == latest][-1]
    if not known:
        return None
    oldest = min(since for since, _version in known)
    return [version for since, version in known if since == oldest][-1]
