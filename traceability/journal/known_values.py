"""What the events of the journal name: objects, places, steps. Each value once, in order, one page at a time."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Integer, Select, Text, bindparam, cast, func, select
from sqlalchemy.orm import aliased

from core.db import read_value
from traceability.epcis.vocabulary import BUSINESS_STEPS, DISPOSITIONS, Vocabulary
from traceability.journal.models import EpcisEvent, EpcisEventIdentifier
from traceability.journal.page_tokens import page_token, place_of
from traceability.journal.parties import Party
from traceability.journal.policies import visible_to

LOOKED_AT_PER_PAGE: Final = 4
"""So many times the page's length are looked at for values that the reader may see; a page may come out shorter."""

_SEPARATOR: Final = "\x1e"
_COLUMNS: Final = {
    "bizSteps": EpcisEvent.biz_step,
    "dispositions": EpcisEvent.disposition,
    "bizLocations": EpcisEvent.biz_location,
    "readPoints": EpcisEvent.read_point,
    "epcs": EpcisEventIdentifier.identifier,
}
STANDARD_WORDS: Final[Mapping[str, Vocabulary]] = {"bizSteps": BUSINESS_STEPS, "dispositions": DISPOSITIONS}


@dataclass(frozen=True, slots=True)
class ValuePage:
    """One page of values, and the token of the next one."""

    values: list[str]
    next_page_token: str | None = None


def known_values(resource: str, party: Party, *, per_page: int, token: str | None) -> ValuePage:
    """The values of `resource` (a key of the journal's columns) in events that `party` may see.

    Standard words come first, whether or not an event has them. Raises QueryParameterError for a bad token.
    """
    words = sorted(STANDARD_WORDS[resource].words) if resource in STANDARD_WORDS else []
    start, after = (0, "") if token is None else place_of(token, resource)
    standard = words[start : start + per_page]
    if len(standard) == per_page:
        return ValuePage(standard, page_token(resource, [start + per_page, after]))
    wanted = per_page - len(standard)
    looked_at = _values_after(resource, after, party, wanted * LOOKED_AT_PER_PAGE)
    found: list[str] = []
    for value, is_visible in looked_at:
        after = value
        if is_visible and value not in words:
            found.append(value)
        if len(found) == wanted:
            break
    more = len(found) == wanted or len(looked_at) == wanted * LOOKED_AT_PER_PAGE
    return ValuePage([*standard, *found], page_token(resource, [len(words), after]) if more else None)


def is_known(resource: str, value: str, party: Party) -> bool:
    """Whether an event that `party` may see has this value of `resource`."""
    if resource in STANDARD_WORDS and value in STANDARD_WORDS[resource].words:
        return True
    asked = bindparam("value", type_=Text)
    return bool(read_value(select(_has_visible_event(resource, asked, party)), {"value": value}))


def _values_after(resource: str, after: str, party: Party, limit: int) -> list[tuple[str, bool]]:
    """The next `limit` different values, each found by one step down the index, and whether `party` sees them."""
    column = _COLUMNS[resource]

    def next_after(value: ColumnElement[Any]) -> Select[Any]:
        return select(func.min(column)).where(column > value)

    first = next_after(bindparam("after", type_=Text)).subquery("first")
    steps = select(first.c[0].label("value")).cte("steps", recursive=True)
    step = aliased(steps)
    steps = steps.union_all(select(next_after(step.c.value).scalar_subquery()).where(step.c.value.is_not(None)))
    different = (
        select(steps.c.value)
        .where(steps.c.value.is_not(None))
        .limit(bindparam("limit", type_=Integer))
        .cte("different")
        .prefix_with("MATERIALIZED")
    )
    row = func.concat(
        func.coalesce(cast(_has_visible_event(resource, different.c.value, party), Text), "false"), different.c.value
    )
    rows = select(row.label("row"), different.c.value).order_by(different.c.value).subquery("rows")
    text: str | None = read_value(select(func.string_agg(rows.c.row, _SEPARATOR)), {"after": after, "limit": limit})
    listed = text.split(_SEPARATOR) if text else []
    return [(one[4:], True) if one.startswith("true") else (one[5:], False) for one in listed]


def _has_visible_event(resource: str, value: ColumnElement[Any], party: Party) -> ColumnElement[Any]:
    found = select(EpcisEvent.id).where(visible_to(party))
    if resource == "epcs":
        item = aliased(EpcisEventIdentifier)
        found = found.join(item, item.event_id == EpcisEvent.id).where(item.identifier == value)
    else:
        found = found.where(_COLUMNS[resource] == value)
    return found.limit(1).exists() if not hasattr(value, "table") else found.correlate(value.table).limit(1).exists()
