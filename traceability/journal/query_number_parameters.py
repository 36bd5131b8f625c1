"""Query parameters that compare quantities and what sensors measured, whatever the unit (EPCIS 2.0 §8.2.7.1.1)."""

import re
from typing import Final

from core.i18n import gettext as _
from traceability.epcis.units import from_base_unit, in_base_unit, units_like
from traceability.journal import sensor_fields as sensors
from traceability.journal.errors import QueryParameterError
from traceability.journal.query_conditions import Condition, HasValue, MeasureCompared, QuantityCompared
from traceability.journal.query_values import number, numbers, single

_UNIT: Final = re.compile(r"[A-Z0-9]{2,4}", re.ASCII)


def compared_number(name: str, comparison: str, rest: str, values: tuple[str, ...]) -> Condition | None:
    """The condition of a parameter like `GE_value_CEL` or `LT_quantity_KGM`; None when it is none of these."""
    field, _separator, unit = rest.partition("_")
    if rest == "percRank":
        return _number_among(name, comparison, rest, numbers(name, values))
    if unit and _UNIT.fullmatch(unit) is None:
        return None
    if field == "quantity":
        return _quantity(name, comparison, unit, values)
    if field in sensors.NUMBERS_WITH_UNIT:
        return _sensor_number(name, comparison, field, unit, values)
    return None


def _quantity(name: str, comparison: str, unit: str, values: tuple[str, ...]) -> Condition:
    wanted = numbers(name, values) if comparison == "EQ" else (number(name, single(name, values)),)
    if not unit:
        return QuantityCompared(comparison, ((None, wanted),))
    in_base = [in_base_unit(amount, unit)[0] for amount in wanted]
    return QuantityCompared(
        comparison,
        tuple((other, tuple(from_base_unit(amount, other) for amount in in_base)) for other in units_like(unit)),
    )


def _sensor_number(name: str, comparison: str, field: str, unit: str, values: tuple[str, ...]) -> Condition:
    wanted = numbers(name, values)
    if not unit:
        return _number_among(name, comparison, field, wanted)
    converted = [in_base_unit(amount, unit, is_difference=field in sensors.DIFFERENCES) for amount in wanted]
    _first, base = converted[0]
    return _number_among(name, comparison, f"{field}_{base}", tuple(amount for amount, _base in converted))


def _number_among(name: str, comparison: str, field: str, wanted: tuple[float, ...]) -> Condition:
    if comparison == "EQ":
        return HasValue((), (field,), wanted)
    if len(wanted) != 1:
        raise QueryParameterError(name, _("This takes one value."))
    return MeasureCompared((field,), comparison, wanted[0])
