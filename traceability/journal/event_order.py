"""The order of events in a page, and the keys from which the next page goes on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    DateTime,
    Double,
    Text,
    any_,
    bindparam,
    cast,
    collate,
    func,
    literal_column,
    select,
)

from traceability.journal.models import EpcisEvent, EpcisEventMeasure
from traceability.journal.terms import field_term

_COLUMNS: Final = {"eventTime": EpcisEvent.event_time, "recordTime": EpcisEvent.record_time}
_NEVER: Final[ColumnElement[str]] = literal_column("'-Infinity'")


@dataclass(frozen=True, slots=True)
class EventOrder:
    """By a time of the event, by an extension field under any of `names`, or (neither) as they were recorded.

    Among equals the order of recording decides, so every order is complete. Statements are shared between queries of
    the same order, so the names of extension fields are bound like any value.
    """

    column: str | None = None
    by_field: bool = False
    descending: bool = False
    names: tuple[str, ...] = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, EventOrder) and self._kind == other._kind

    def __hash__(self) -> int:
        return hash(self._kind)

    @property
    def _kind(self) -> tuple[str | None, bool, bool]:
        return (self.column, self.by_field, self.descending)

    def keys(self) -> list[ColumnElement[Any]]:
        """What is sorted by, before the id. A field of no known type sorts as number, then time, then text."""
        if self.column is not None:
            return [_COLUMNS[self.column].expression]
        if not self.by_field:
            return []
        return [_first_number(), _first_moment(), _first_text()]

    def sorted(
        self, keys: Sequence[ColumnElement[Any]], row_id: ColumnElement[Any] | None = None
    ) -> list[ColumnElement[Any]]:
        """The keys and the id in the direction of this order."""
        columns = [*keys, EpcisEvent.id.expression if row_id is None else row_id]
        return [column.desc() if self.descending else column.asc() for column in columns]

    def texts(self, keys: Sequence[ColumnElement[Any]]) -> list[ColumnElement[Any]]:
        """The keys as JSON can hold them, exactly."""
        if self.column is None:
            return [cast(key, Text) for key in keys]
        form: ColumnElement[str] = literal_column("""'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"'""")
        return [func.to_char(func.timezone(literal_column("'UTC'"), key), form) for key in keys]

    def bound_keys(self) -> list[ColumnElement[Any]]:
        """The parameters that take the keys of the last event of the page before."""
        if self.column is not None:
            return [bindparam("after_0", type_=DateTime(timezone=True))]
        if not self.by_field:
            return []
        return [
            bindparam("after_0", type_=Double),
            bindparam("after_1", type_=Double),
            collate(bindparam("after_2", type_=Text), "C"),
        ]

    def key_parameters(self, key: Sequence[str]) -> dict[str, Any]:
        """Their values."""
        if self.column is not None:
            return {"after_0": datetime.fromisoformat(key[0])}
        return dict(zip(("after_0", "after_1", "after_2"), (*map(float, key[:2]), *key[2:]), strict=False))

    def parameters(self) -> dict[str, Any]:
        """The values that the order itself needs."""
        if not self.by_field:
            return {}
        return {
            "order_names": [field_term(name) for name in self.names],
            "order_begins": [f"{name}=" for name in self.names],
        }


def order_of(order_by: tuple[str, ...] | None, *, descending: bool) -> EventOrder:
    """The order that `orderBy` asks for."""
    if order_by is None:
        return EventOrder()
    if order_by[0] in _COLUMNS:
        return EventOrder(column=order_by[0], descending=descending)
    return EventOrder(by_field=True, descending=descending, names=order_by)


def _named() -> ColumnElement[bool]:
    return EpcisEventMeasure.name == any_(bindparam("order_names", type_=ARRAY(Text)))


def _first_number() -> ColumnElement[Any]:
    found = select(func.min(EpcisEventMeasure.number)).where(EpcisEventMeasure.event_id == EpcisEvent.id, _named())
    return func.coalesce(found.correlate(EpcisEvent).scalar_subquery(), cast(_NEVER, Double))


def _first_moment() -> ColumnElement[Any]:
    found = select(func.min(EpcisEventMeasure.moment)).where(EpcisEventMeasure.event_id == EpcisEvent.id, _named())
    seconds = cast(func.extract("epoch", found.correlate(EpcisEvent).scalar_subquery()), Double)
    return func.coalesce(seconds, cast(_NEVER, Double))


def _first_text() -> ColumnElement[Any]:
    """The value among the terms, in the order of its bytes (EPCIS 2.0 §8.2.7.1.1, orderBy)."""
    term = func.unnest(EpcisEvent.terms).column_valued("ordered_term")
    found = select(func.min(collate(cast(term, Text), "C"))).where(
        term.bool_op("^@")(any_(bindparam("order_begins", type_=ARRAY(Text))))
    )
    return func.coalesce(found.scalar_subquery(), "")
