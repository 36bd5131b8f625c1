"""The query parameters whose names are fixed (EPCIS 2.0 §8.2.7.1.1), each with the condition it asks."""

from collections.abc import Callable, Mapping
from typing import Final

from core.i18n import gettext as _
from traceability.epcis.vocabulary import BUSINESS_STEPS, DISPOSITIONS, ERROR_REASONS, Vocabulary
from traceability.gs1.epc_uris import canonical_identifier
from traceability.journal.epc_patterns import epc_patterns
from traceability.journal.errors import QueryParameterError
from traceability.journal.query_column_conditions import ColumnCompared, ColumnIn, ColumnWithin
from traceability.journal.query_conditions import Condition, HasTerm, NamesObject
from traceability.journal.query_values import moment
from traceability.journal.terms import value_term

Expand = Callable[[str], str]
Values = tuple[str, ...]
Reader = Callable[[Expand, str, Values], Condition]
"""Takes what writes out declared prefixes, the parameter's name and its values."""

EVENT_TYPES: Final = ("ObjectEvent", "AggregationEvent", "AssociationEvent", "TransactionEvent", "TransformationEvent")
ACTIONS: Final = ("ADD", "OBSERVE", "DELETE")
OBJECT_ROLES: Final[Mapping[str, tuple[str, ...]]] = {
    "epc": ("epc", "child"),
    "parentID": ("parent",),
    "inputEPC": ("input",),
    "outputEPC": ("output",),
    "anyEPC": ("epc", "child", "input", "output", "parent"),
    "epcClass": ("quantity", "child_quantity"),
    "inputEPCClass": ("input_quantity",),
    "outputEPCClass": ("output_quantity",),
    "anyEPCClass": ("quantity", "child_quantity", "input_quantity", "output_quantity"),
}
ANY_OBJECT: Final = "MATCH_anyObject"
"""EPCs and classes in any role: what `/epcs/{epc}/events` means. Not a parameter of the standard."""


def _listed(make: Callable[[Values], Condition], spelling: Callable[[Expand, str], str]) -> Reader:
    """A list of values, each in its one spelling."""

    def read(expand: Expand, name: str, values: Values) -> Condition:
        return make(tuple(dict.fromkeys(spelling(expand, value) for value in values)))

    return read


def _in_column(column: str) -> Callable[[Values], Condition]:
    def make(values: Values) -> Condition:
        return ColumnIn(column, values)

    return make


def _below_column(column: str) -> Callable[[Values], Condition]:
    def make(values: Values) -> Condition:
        return ColumnWithin(column, values)

    return make


def _as_terms(field: str) -> Callable[[Values], Condition]:
    def make(values: Values) -> Condition:
        return HasTerm(tuple(value_term(field, value) for value in values))

    return make


def _word_of(vocabulary: Vocabulary) -> Callable[[Expand, str], str]:
    def spelling(expand: Expand, text: str) -> str:
        return vocabulary.bare(expand(text))

    return spelling


def _identifier(expand: Expand, text: str) -> str:
    return canonical_identifier(text)


def _as_it_is(expand: Expand, text: str) -> str:
    return text


def _one_of(column: str, allowed: Values, *, extensible: bool) -> Reader:
    """One of the standard's own names; where the list is `extensible`, URIs of others are allowed and find nothing."""

    def read(expand: Expand, name: str, values: Values) -> Condition:
        if any(value not in allowed and not (extensible and ":" in value) for value in values):
            raise QueryParameterError(name, _("This is one of: %(words)s.", words=", ".join(allowed)))
        return ColumnIn(column, values)

    return read


def _time(column: str, comparison: str) -> Reader:
    def read(expand: Expand, name: str, values: Values) -> Condition:
        return ColumnCompared(column, comparison, moment(name, values))

    return read


def _objects(roles: Values) -> Reader:
    """URIs and patterns of objects. The pattern of a class is also how an event names the class as a whole."""
    is_class = roles[0].endswith("quantity")

    def read(expand: Expand, name: str, values: Values) -> Condition:
        identifiers: dict[str, None] = {}
        patterns: dict[str, None] = {}
        for value in values:
            found = epc_patterns(value)
            patterns |= dict.fromkeys(found)
            if is_class or not found:
                identifiers[canonical_identifier(value)] = None
        return NamesObject(roles, tuple(identifiers), tuple(patterns))

    return read


FIXED_PARAMETERS: Final[dict[str, Reader]] = {
    "eventType": _one_of("event_type", EVENT_TYPES, extensible=True),
    "EQ_action": _one_of("action", ACTIONS, extensible=False),
    "EQ_bizStep": _listed(_in_column("biz_step"), _word_of(BUSINESS_STEPS)),
    "EQ_disposition": _listed(_in_column("disposition"), _word_of(DISPOSITIONS)),
    "EQ_persistentDisposition_set": _listed(_as_terms("persistentDisposition_set"), _word_of(DISPOSITIONS)),
    "EQ_persistentDisposition_unset": _listed(_as_terms("persistentDisposition_unset"), _word_of(DISPOSITIONS)),
    "EQ_readPoint": _listed(_in_column("read_point"), _identifier),
    "EQ_bizLocation": _listed(_in_column("biz_location"), _identifier),
    "WD_readPoint": _listed(_below_column("read_point"), _identifier),
    "WD_bizLocation": _listed(_below_column("biz_location"), _identifier),
    "EQ_transformationID": _listed(_as_terms("transformationID"), _identifier),
    "EQ_certificationInfo": _listed(_as_terms("certificationInfo"), _identifier),
    "EQ_eventID": _listed(_in_column("event_id"), _as_it_is),
    "EQ_errorReason": _listed(_as_terms("errorReason"), _word_of(ERROR_REASONS)),
    "EQ_correctiveEventID": _listed(_as_terms("correctiveEventID"), _as_it_is),
    **{f"MATCH_{field}": _objects(roles) for field, roles in OBJECT_ROLES.items()},
    ANY_OBJECT: _objects((*OBJECT_ROLES["anyEPCClass"], *OBJECT_ROLES["anyEPC"])),
    **{
        f"{comparison}_{field}": _time(column, comparison)
        for field, column in (
            ("eventTime", "event_time"),
            ("recordTime", "record_time"),
            ("errorDeclarationTime", "error_declared_at"),
            ("errorDeclaration_Time", "error_declared_at"),
        )
        for comparison in ("GE", "LT")
    },
}
