"""Conditions of a simple event query over columns of the event itself. What each offers, `Condition` says."""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ARRAY, ColumnElement, DateTime, Text, any_, bindparam, or_
from sqlalchemy.orm import InstrumentedAttribute

from traceability.journal.beginnings import fits, like_beginning, pattern_parameters
from traceability.journal.models import EpcisEvent

TEXTS: Final = ARRAY(Text)
COMPARE: Final[Mapping[str, Callable[[Any, Any], ColumnElement[bool]]]] = {
    "EQ": operator.eq,
    "GT": operator.gt,
    "GE": operator.ge,
    "LT": operator.lt,
    "LE": operator.le,
}
COLUMNS: Final[Mapping[str, InstrumentedAttribute[Any]]] = {
    "event_id": EpcisEvent.event_id,
    "event_type": EpcisEvent.event_type,
    "action": EpcisEvent.action,
    "event_time": EpcisEvent.event_time,
    "record_time": EpcisEvent.record_time,
    "biz_step": EpcisEvent.biz_step,
    "disposition": EpcisEvent.disposition,
    "read_point": EpcisEvent.read_point,
    "biz_location": EpcisEvent.biz_location,
    "error_declared_at": EpcisEvent.error_declared_at,
}


@dataclass(frozen=True, slots=True)
class ColumnIn:
    """A column has one of the values."""

    column: str
    values: tuple[str, ...]

    @property
    def shape(self) -> tuple[object, ...]:
        return ("in", self.column, len(self.values) == 1)

    def clause(self, name: str) -> ColumnElement[bool]:
        column = COLUMNS[self.column]
        if len(self.values) == 1:
            return column == bindparam(name, type_=Text)
        return column == any_(bindparam(name, type_=TEXTS))

    def parameters(self, name: str) -> dict[str, Any]:
        return {name: self.values[0] if len(self.values) == 1 else list(self.values)}


@dataclass(frozen=True, slots=True)
class ColumnWithin:
    """A place is one of `uris`, or lies below it: a sub-location (AI 254) of its GLN."""

    column: str
    uris: tuple[str, ...]

    @property
    def shape(self) -> tuple[object, ...]:
        return ("within", self.column, len(self.uris))

    def clause(self, name: str) -> ColumnElement[bool]:
        column = COLUMNS[self.column]
        below = (fits(column, f"{name}_{n}") for n in range(len(self.uris)))
        return or_(column == any_(bindparam(name, type_=TEXTS)), *below)

    def parameters(self, name: str) -> dict[str, Any]:
        below: dict[str, Any] = {}
        for n, uri in enumerate(self.uris):
            below |= pattern_parameters(f"{name}_{n}", like_beginning(f"{uri.rstrip('/')}/254/") + "%")
        return {name: list(self.uris), **below}


@dataclass(frozen=True, slots=True)
class ColumnCompared:
    """A time of the event is before or after a moment."""

    column: str
    comparison: str
    moment: datetime

    @property
    def shape(self) -> tuple[object, ...]:
        return ("compared", self.column, self.comparison)

    def clause(self, name: str) -> ColumnElement[bool]:
        return COMPARE[self.comparison](COLUMNS[self.column], bindparam(name, type_=DateTime(timezone=True)))

    def parameters(self, name: str) -> dict[str, Any]:
        return {name: self.moment}


@dataclass(frozen=True, slots=True)
class ColumnPresent:
    """The event has the field that stands in a column."""

    column: str

    @property
    def shape(self) -> tuple[object, ...]:
        return ("present", self.column)

    def clause(self, name: str) -> ColumnElement[bool]:
        return COLUMNS[self.column].is_not(None)

    def parameters(self, name: str) -> dict[str, Any]:
        return {}
