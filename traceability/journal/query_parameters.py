"""The parameters of a simple event query, read into conditions (EPCIS 2.0 §8.2.7.1.1)."""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from typing import Final

from core.i18n import gettext as _
from traceability.epcis.contexts import STANDARD_PREFIXES, namespaces
from traceability.epcis.vocabulary import BUSINESS_TRANSACTION_TYPES, SOURCE_DESTINATION_TYPES, Vocabulary
from traceability.gs1.epc_uris import canonical_identifier
from traceability.journal import sensor_fields as sensors
from traceability.journal.errors import QueryParameterError
from traceability.journal.extension_fields import ATTRIBUTE, INNER
from traceability.journal.query_column_conditions import ColumnPresent
from traceability.journal.query_conditions import Condition, HasTerm, HasValue, MeasureCompared
from traceability.journal.query_fixed_parameters import FIXED_PARAMETERS
from traceability.journal.query_number_parameters import compared_number
from traceability.journal.query_values import boolean, flag, moment, number_or_none, plus, single
from traceability.journal.terms import field_term, moment_of, text_value, value_term

FAMILIES: Final = (
    "ILMD_", "ERROR_DECLARATION_", "SENSORELEMENT_", "SENSORMETADATA_", "SENSORREPORT_", "readPoint_", "bizLocation_",
)  # fmt: skip
"""What the names of extension fields begin with when they do not stand at the top of the event."""

_TYPED: Final[Mapping[str, Vocabulary]] = {
    "bizTransaction_": BUSINESS_TRANSACTION_TYPES,
    "source_": SOURCE_DESTINATION_TYPES,
    "destination_": SOURCE_DESTINATION_TYPES,
}
_URI_SCHEMES: Final = ("http", "https", "urn", "ni", "did", "tag", "doi")


class ParameterReader:
    """Reads one parameter after another. `declared` are namespaces by prefix that the asker declared.

    `known_as` gives the namespaces that recorded events declare under a prefix: so a query may leave a prefix
    undeclared that everybody uses.
    """

    def __init__(self, declared: Mapping[str, str], known_as: Callable[[str], Collection[str]]) -> None:
        self._spaces = namespaces(dict(declared))
        self._prefixes = {*STANDARD_PREFIXES, *declared}
        self._known_as = known_as

    def read(self, name: str, values: tuple[str, ...]) -> Condition | None:
        """The condition that the parameter `name` with `values` asks; None when it asks nothing.

        Raises QueryParameterError.
        """
        fixed = FIXED_PARAMETERS.get(name)
        if fixed is not None:
            return fixed(self.expand, name, values)
        comparison, separator, rest = name.partition("_")
        if not separator or not rest:
            raise unknown(name)
        if comparison == "EXISTS":
            return self._exists(name, rest, values)
        if comparison in ("HASATTR", "EQATTR") or name.startswith("EQ_ATTR_"):
            return self._attribute(name, values)
        if comparison not in ("EQ", "GT", "GE", "LT", "LE"):
            raise unknown(name)
        return self._compared(name, comparison, rest, values)

    def _compared(self, name: str, comparison: str, rest: str, values: tuple[str, ...]) -> Condition:
        standard = (
            self._of_type(comparison, rest, values)
            or compared_number(name, comparison, rest, values)
            or self._sensor_attribute(name, comparison, rest, values)
        )
        if standard is not None:
            return standard
        names = self.field_names(name, rest)
        if comparison == "EQ":
            return self._equal(names, values)
        value = single(name, values)
        number = number_or_none(value)
        compared: float | datetime | None = moment_of(plus(value)) if number is None else number
        if compared is None:
            raise QueryParameterError(name, _("This is compared with a number or a time that has an offset from UTC."))
        return MeasureCompared(_field_terms(names), comparison, compared)

    def _of_type(self, comparison: str, rest: str, values: tuple[str, ...]) -> Condition | None:
        """Business transactions, sources and destinations of one type, which ends the name of the parameter."""
        for beginning, vocabulary in _TYPED.items():
            if comparison == "EQ" and rest.startswith(beginning):
                kind = vocabulary.bare(self.expand(rest[len(beginning) :]))
                return HasTerm(self._terms((f"{beginning}{kind}",), values, canonical_identifier))
        return None

    def _sensor_attribute(self, name: str, comparison: str, rest: str, values: tuple[str, ...]) -> Condition | None:
        """A standard attribute of sensor metadata or reports, of both or of the one that `rest` names."""
        places = tuple(place for place in (sensors.METADATA, sensors.REPORT) if rest.startswith(place))
        attribute = rest[len(places[0]) :] if places else rest
        names = tuple(place + attribute for place in places or (sensors.METADATA, sensors.REPORT))
        if attribute in sensors.TIME_FIELDS:
            return MeasureCompared(names, comparison, moment(name, values))
        if comparison != "EQ" or attribute not in _SENSOR_TEXTS:
            return None
        if attribute == "booleanValue":
            values = ("true" if boolean(name, values) else "false",)
        return HasTerm(self._terms(names, values, lambda text: sensors.sensor_text(attribute, text)))

    def _equal(self, names: tuple[str, ...], values: tuple[str, ...]) -> Condition:
        numbers = [number for value in values if (number := number_or_none(value)) is not None]
        moments = [moment for value in values if (moment := moment_of(plus(value))) is not None]
        return HasValue(self._terms(names, values, text_value), _field_terms(names), tuple(numbers), tuple(moments))

    def _exists(self, name: str, rest: str, values: tuple[str, ...]) -> Condition | None:
        if not flag(name, values):
            return None
        if rest in _PRESENT_COLUMNS:
            return ColumnPresent(_PRESENT_COLUMNS[rest])
        if rest in ("sensorElementList", "sensorElement"):
            return HasTerm((sensors.SENSOR_ELEMENTS,))
        for place in (sensors.METADATA, sensors.REPORT):
            if rest.startswith(place) and ":" not in rest:
                return HasTerm(_field_terms((rest,)))
        return HasTerm(_field_terms(self.field_names(name, rest)))

    def _attribute(self, name: str, values: tuple[str, ...]) -> Condition:
        """HASATTR_field lists attributes; EQATTR_field_attribute lists values of one.

        The names may hold underscores themselves, so every way to part them counts.
        """
        if name.startswith("HASATTR_"):
            names = self.field_names(name, name.removeprefix("HASATTR_"))
            attributes = [one for value in values for one in self._attribute_names(name, value)]
            return HasTerm(tuple(value_term(ATTRIBUTE + field, one) for field in names for one in attributes))
        rest = name.removeprefix("EQATTR_").removeprefix("EQ_ATTR_")
        pairs = [
            f"{ATTRIBUTE}{field}_{attribute}"
            for place, sign in enumerate(rest)
            if sign == "_" and ":" in rest[:place] and rest[place + 1 :]
            for field in self.field_names(name, rest[:place])
            for attribute in self._attribute_names(name, rest[place + 1 :])
        ]
        if not pairs:
            raise unknown(name)
        return HasTerm(self._terms(tuple(pairs), values, text_value))

    def _attribute_names(self, name: str, text: str) -> tuple[str, ...]:
        return self._qualified(name, text) if ":" in text else (text,)

    def field_names(self, name: str, text: str) -> tuple[str, ...]:
        """The names under which the extension field `text` of the parameter `name` may stand in the index."""
        inner = INNER if text.startswith(INNER) else ""
        text = text[len(inner) :]
        family = next((family for family in FAMILIES if text.startswith(family)), "")
        text = text[len(family) :]
        if ":" not in text:
            raise unknown(name)
        return tuple(inner + family + qualified for qualified in self._qualified(name, text))

    def _qualified(self, name: str, text: str) -> tuple[str, ...]:
        prefix, _separator, local = text.partition(":")
        if prefix in self._prefixes:
            return (self._spaces.qualified(text),)
        if local.startswith("//") or prefix in _URI_SCHEMES:
            space, sign, local_name = text.rpartition("#")
            spellings = {self._spaces.qualified(text)}
            if sign:  # the fully qualified names of EPCIS 1: namespace, a number sign, local name
                spellings |= {f"{{{space}{end}}}{local_name}" for end in ("", "/", "#", ":")}
            return tuple(sorted(spellings))
        known = self._known_as(prefix)
        if not known:
            detail = _(
                "The prefix “%(prefix)s” is not declared. Declare it in the header GS1-Extensions.", prefix=prefix
            )
            raise QueryParameterError(name, detail)
        return tuple(f"{{{space}}}{local}" for space in sorted(known))

    def _terms(self, names: Iterable[str], values: Iterable[str], spelling: Callable[[str], str]) -> tuple[str, ...]:
        listed = [spelling(value) for value in values]
        return tuple(dict.fromkeys(value_term(name, value) for name in names for value in listed))

    def expand(self, text: str) -> str:
        """`text` with a declared prefix written out."""
        return self._spaces.expand(text)


_SENSOR_TEXTS: Final = (
    sensors.URI_FIELDS | sensors.WORD_FIELDS.keys() | {"stringValue", "booleanValue", "hexBinaryValue"}
)
_PRESENT_COLUMNS: Final = {
    "errorDeclaration": "error_declared_at",
    "bizStep": "biz_step",
    "disposition": "disposition",
    "readPoint": "read_point",
    "bizLocation": "biz_location",
}


def unknown(name: str) -> QueryParameterError:
    """There is no such parameter."""
    return QueryParameterError(name, _("There is no query parameter of this name."))


def _field_terms(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(field_term(name) for name in names)
