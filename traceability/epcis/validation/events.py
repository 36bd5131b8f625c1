"""The five kinds of events (EPCIS 2.0, section 7.4), each field as strict as the official JSON Schema has it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from traceability.epcis.errors import Problem
from traceability.epcis.validation import parts
from traceability.epcis.validation.checks import GOOD, Check, Others, Problems, anything, one_of, record, time, uri
from traceability.gs1.errors import N_

_action: Final = one_of(("OBSERVE", "ADD", "DELETE"), N_("The action is ADD, OBSERVE or DELETE."))
_COMMON: Final[Mapping[str, Check]] = {
    "@context": parts.context,
    "type": anything,
    "eventTime": time,
    "recordTime": time,
    "eventTimeZoneOffset": parts.offset,
    "eventID": uri,
    "certificationInfo": parts.certification_info,
    "errorDeclaration": parts.error_declaration,
}
_REQUIRED: Final = ("type", "eventTime", "eventTimeZoneOffset")
_WHERE_AND_WHY: Final[Mapping[str, Check]] = {
    "bizStep": parts.biz_step,
    "disposition": parts.disposition,
    "readPoint": parts.read_point,
    "bizLocation": parts.biz_location,
    "bizTransactionList": parts.transactions,
    "sourceList": parts.sources,
    "destinationList": parts.destinations,
    "sensorElementList": parts.sensor_elements,
}


def _object_rule(event: Mapping[str, Any]) -> Problems:
    if "ilmd" in event and event["action"] != "ADD":
        return (Problem("/ilmd", N_("Master data of a lot or item may only be given when it is created (ADD).")),)
    if "epcList" in event or event.get("quantityList") or ("readPoint" in event and event.get("sensorElementList")):
        return GOOD
    return (Problem("/epcList", N_("An object event needs objects: single ones or quantities.")),)


def _contents_rule(event: Mapping[str, Any]) -> Problems:
    if event.get("childEPCs") or event.get("childQuantityList") or event["action"] == "DELETE":
        return GOOD
    return (Problem("/childEPCs", N_("An aggregation event needs contents: single ones or quantities.")),)


def _transaction_rule(event: Mapping[str, Any]) -> Problems:
    if "epcList" in event or event.get("quantityList") or event["action"] == "DELETE":
        return GOOD
    return (Problem("/epcList", N_("A transaction event needs objects: single ones or quantities.")),)


def _transformation_rule(event: Mapping[str, Any]) -> Problems:
    inputs = event.get("inputEPCList") or event.get("inputQuantityList")
    outputs = event.get("outputEPCList") or event.get("outputQuantityList")
    if (inputs and outputs) or ("transformationID" in event and (inputs or outputs)):
        return GOOD
    place = "/outputQuantityList" if inputs else "/inputQuantityList"
    return (Problem(place, N_("A transformation needs inputs and outputs, or an identifier that joins it to others.")),)


def _kind(
    fields: Mapping[str, Check], rule: Callable[[Mapping[str, Any]], Problems], required: Sequence[str] = ()
) -> Check:
    """The check of one kind of event: its fields, then ``rule``, which may rely on them being right."""
    check_fields = record(
        {**_COMMON, **_WHERE_AND_WHY, **fields}, required=(*_REQUIRED, *required), others=Others.NAMED
    )
    return lambda event: check_fields(event) or rule(event)


_CONTENTS: Final[Mapping[str, Check]] = {
    "action": _action, "parentID": uri, "childEPCs": parts.uris, "childQuantityList": parts.quantities,
}  # fmt: skip

_KINDS: Final[Mapping[str, Check]] = {
    "ObjectEvent": _kind(
        {
            "action": _action, "epcList": parts.unique_uris, "quantityList": parts.quantities, "ilmd": parts.ilmd,
            "persistentDisposition": parts.persistent_disposition,
        },
        _object_rule,
        required=["action"],
    ),
    "AggregationEvent": _kind(_CONTENTS, _contents_rule, required=["action"]),
    "AssociationEvent": _kind(_CONTENTS, _contents_rule, required=["action", "parentID"]),
    "TransactionEvent": _kind(
        {
            "action": _action, "parentID": uri, "epcList": parts.uris, "quantityList": parts.quantities,
            "bizTransactionList": parts.some_transactions,
        },
        _transaction_rule,
        required=["action", "bizTransactionList"],
    ),
    "TransformationEvent": _kind(
        {
            "inputEPCList": parts.unique_uris, "inputQuantityList": parts.quantities,
            "outputEPCList": parts.unique_uris, "outputQuantityList": parts.quantities, "transformationID": uri,
            "ilmd": parts.ilmd, "persistentDisposition": parts.persistent_disposition,
        },
        _transformation_rule,
    ),
}  # fmt: skip
EVENT_TYPES: Final = frozenset(_KINDS)

_own_kind: Final = record({**_COMMON, "type": uri}, required=_REQUIRED, others=Others.ANY)
"""An event of somebody's own type, named by a URI: only what all events share is known of it."""

_NO_CONTEXT: Final = Problem("/@context", N_("An event that stands alone needs its @context."))
_NO_TYPE: Final = Problem("/type", N_("There is no such kind of event."))


def validate_event(event: Any, *, pointer: str = "", stands_alone: bool = False) -> list[Problem]:
    """What is wrong with ``event`` by the official JSON Schema; an empty list when nothing is.

    ``event`` is parsed JSON and ``pointer`` its place, with which the pointers of the problems begin. An event that
    ``stands_alone``, without a document around it, needs an ``@context`` of its own.
    """
    found = _problems(event)
    if stands_alone and isinstance(event, dict) and "@context" not in event:
        found = [*found, _NO_CONTEXT]
    if not found:
        return []
    return [problem.below(pointer) for problem in found] if pointer else list(found)


def _problems(event: Any) -> Problems:
    kind = event.get("type") if isinstance(event, dict) else None
    if not isinstance(kind, str):
        return _own_kind(event)
    check = _KINDS.get(kind)
    if check is not None:
        return check(event)
    return _own_kind(event) if ":" in kind else (_NO_TYPE,)
