"""What a simple event query asks, as conditions over the journal's tables (EPCIS 2.0 §8.2.7.1.1).

Each condition has a `shape`, which decides its SQL, and `parameters`, which are only ever bound: queries of the same
shape share one statement, whatever anybody writes into their values. Those over columns of the event are in
`query_column_conditions`; here are those over its terms, its measures and the objects that it names.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

from sqlalchemy import ARRAY, ColumnElement, DateTime, Double, Text, and_, any_, bindparam, false, func, or_, select
from sqlalchemy.orm import aliased

from traceability.journal.beginnings import fits, pattern_parameters
from traceability.journal.models import EpcisEvent, EpcisEventIdentifier, EpcisEventMeasure
from traceability.journal.query_column_conditions import COMPARE, TEXTS

_NUMBERS: Final = ARRAY(Double)
_MOMENTS: Final = ARRAY(DateTime(timezone=True))
_CORRECTIVE: Final = "correctiveEventID="


class Condition(Protocol):
    """One condition; all conditions of a query must hold."""

    @property
    def shape(self) -> tuple[object, ...]:
        """What the SQL depends on."""

    def clause(self, name: str) -> ColumnElement[bool]:
        """The SQL, with bound parameters whose names begin with `name`."""

    def parameters(self, name: str) -> dict[str, Any]:
        """The values of those parameters."""


def terms_asked(condition: Condition) -> tuple[str, ...]:
    """The terms and names of measures that a condition looks for."""
    if isinstance(condition, HasTerm):
        return condition.terms
    if isinstance(condition, HasValue):
        return (*condition.terms, *condition.names)
    return condition.names if isinstance(condition, MeasureCompared) else ()


def names_one_object(condition: Condition) -> bool:
    """Whether only the events of one object can meet `condition`: few, however many events there are."""
    return isinstance(condition, NamesObject) and len(condition.identifiers) == 1 and not condition.patterns


@dataclass(frozen=True, slots=True)
class HasTerm:
    """The event has one of these terms."""

    terms: tuple[str, ...]

    @property
    def shape(self) -> tuple[object, ...]:
        return ("terms",)

    def clause(self, name: str) -> ColumnElement[bool]:
        return EpcisEvent.terms.bool_op("&&")(bindparam(name, type_=TEXTS))

    def parameters(self, name: str) -> dict[str, Any]:
        return {name: list(self.terms)}


@dataclass(frozen=True, slots=True)
class MeasureCompared:
    """A number or time of the event, under one of these names, is before, after or at a value."""

    names: tuple[str, ...]
    comparison: str
    value: float | datetime

    @property
    def shape(self) -> tuple[object, ...]:
        return ("measure", self.comparison, isinstance(self.value, datetime))

    def clause(self, name: str) -> ColumnElement[bool]:
        is_moment = isinstance(self.value, datetime)
        column = EpcisEventMeasure.moment if is_moment else EpcisEventMeasure.number
        value = bindparam(name, type_=DateTime(timezone=True) if is_moment else Double())
        found = COMPARE[self.comparison](column, value)
        return _measured(EpcisEventMeasure.name == any_(bindparam(f"{name}_n", type_=TEXTS)), found)

    def parameters(self, name: str) -> dict[str, Any]:
        return {name: self.value, f"{name}_n": list(self.names)}


@dataclass(frozen=True, slots=True)
class HasValue:
    """A field whose type is not known equals one of the values: as text, or as the number or time that it says."""

    terms: tuple[str, ...]
    names: tuple[str, ...]
    numbers: tuple[float, ...] = ()
    moments: tuple[datetime, ...] = ()

    @property
    def shape(self) -> tuple[object, ...]:
        return ("value", bool(self.numbers), bool(self.moments))

    def clause(self, name: str) -> ColumnElement[bool]:
        equal = []
        if self.numbers:
            equal.append(EpcisEventMeasure.number == any_(bindparam(f"{name}_f", type_=_NUMBERS)))
        if self.moments:
            equal.append(EpcisEventMeasure.moment == any_(bindparam(f"{name}_m", type_=_MOMENTS)))
        has_term = EpcisEvent.terms.bool_op("&&")(bindparam(name, type_=TEXTS))
        if not equal:
            return has_term
        measured = (
            _measured(EpcisEventMeasure.name == any_(bindparam(f"{name}_n", type_=TEXTS)), one) for one in equal
        )
        return or_(has_term, *measured)

    def parameters(self, name: str) -> dict[str, Any]:
        values: dict[str, Any] = {name: list(self.terms)}
        if self.numbers:
            values[f"{name}_f"] = list(self.numbers)
        if self.moments:
            values[f"{name}_m"] = list(self.moments)
        if len(values) > 1:
            values[f"{name}_n"] = list(self.names)
        return values


@dataclass(frozen=True, slots=True)
class NamesObject:
    """The event names an object in one of the `roles`: exactly one of `identifiers`, or one that fits a pattern."""

    roles: tuple[str, ...]
    identifiers: tuple[str, ...]
    patterns: tuple[str, ...] = ()

    @property
    def shape(self) -> tuple[object, ...]:
        return ("object", self.roles, min(len(self.identifiers), 2), len(self.patterns))

    def clause(self, name: str) -> ColumnElement[bool]:
        identifier = EpcisEventIdentifier.identifier
        fitting: list[ColumnElement[bool]] = [fits(identifier, f"{name}_{n}") for n in range(len(self.patterns))]
        if len(self.identifiers) == 1:
            fitting.append(identifier == bindparam(name, type_=Text))
        elif self.identifiers:
            fitting.append(identifier == any_(bindparam(name, type_=TEXTS)))
        found = select(EpcisEventIdentifier.event_id).where(or_(false(), *fitting), _in_role(self.roles))
        return EpcisEvent.id.in_(found)

    def parameters(self, name: str) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for n, pattern in enumerate(self.patterns):
            values |= pattern_parameters(f"{name}_{n}", pattern)
        if self.identifiers:
            values[name] = self.identifiers[0] if len(self.identifiers) == 1 else list(self.identifiers)
        return values


@dataclass(frozen=True, slots=True)
class WithCorrections:
    """The event with this id, what declares it wrong, and the events that such a declaration says correct it."""

    event_id: str

    @property
    def shape(self) -> tuple[object, ...]:
        return ("corrections",)

    def clause(self, name: str) -> ColumnElement[bool]:
        declaration = aliased(EpcisEvent)
        term = func.unnest(declaration.terms).column_valued("corrective_term", joins_implicitly=True)
        corrective = (
            select(func.substr(term, len(_CORRECTIVE) + 1))
            .select_from(declaration)
            .where(
                declaration.event_id == bindparam(name, type_=Text),
                declaration.error_declared_at.is_not(None),
                func.starts_with(term, _CORRECTIVE),
            )
        )
        return or_(EpcisEvent.event_id == bindparam(name, type_=Text), EpcisEvent.event_id.in_(corrective))

    def parameters(self, name: str) -> dict[str, Any]:
        return {name: self.event_id}


@dataclass(frozen=True, slots=True)
class QuantityCompared:
    """The event names so much of a class. `amounts` are by unit, None for “whatever the unit”."""

    comparison: str
    amounts: tuple[tuple[str | None, tuple[float, ...]], ...]

    @property
    def shape(self) -> tuple[object, ...]:
        return ("quantity", self.comparison, tuple(unit for unit, _ in self.amounts))

    def clause(self, name: str) -> ColumnElement[bool]:
        item = EpcisEventIdentifier
        either = []
        for n, (unit, _) in enumerate(self.amounts):
            if self.comparison == "EQ":
                compared = item.quantity == any_(bindparam(f"{name}_{n}", type_=_NUMBERS))
            else:
                compared = COMPARE[self.comparison](item.quantity, bindparam(f"{name}_{n}", type_=Double()))
            in_unit = None if unit is None else item.unit_of_measure == bindparam(f"{name}_{n}_u", type_=Text)
            either.append(compared if in_unit is None else and_(compared, in_unit))
        return select(item.event_id).where(item.event_id == EpcisEvent.id, or_(false(), *either)).exists()

    def parameters(self, name: str) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for n, (unit, amounts) in enumerate(self.amounts):
            values[f"{name}_{n}"] = list(amounts) if self.comparison == "EQ" else amounts[0]
            if unit is not None:
                values[f"{name}_{n}_u"] = unit
        return values


def _in_role(roles: tuple[str, ...]) -> ColumnElement[bool]:
    return EpcisEventIdentifier.role.in_(roles)


def _measured(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return EpcisEvent.id.in_(select(EpcisEventMeasure.event_id).where(*conditions))
