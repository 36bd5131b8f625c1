"""What stands around the events of a document: type, version, dates, master data (EPCIS 2.0, section 12)."""

from typing import Any, Final

from traceability.epcis.errors import Problem
from traceability.epcis.validation import parts
from traceability.epcis.validation.checks import Check, Others, anything, list_of, record, text, time, uri
from traceability.gs1.errors import N_

_events: Final = list_of(anything)
"""Only that they are a list: the events themselves are checked one at a time."""

_header: Final = record(
    {"epcisMasterData": record({"vocabularyList": parts.vocabulary_list}, others=Others.ANY)}, others=Others.NAMED
)
_results_body: Final = record(
    {"eventList": _events, "vocabularyList": parts.vocabulary_list}, required=["eventList"], others=Others.NAMED
)
_query_results: Final = record(
    {"queryName": text, "subscriptionID": text, "resultsBody": _results_body},
    required=["queryName", "resultsBody"],
    others=Others.NAMED,
)

_DOCUMENTS: Final[dict[str, Check]] = {
    "EPCISDocument": record(
        {
            "@context": parts.context, "id": uri, "type": anything, "schemaVersion": parts.version,
            "creationDate": time, "instanceIdentifier": text, "sender": text, "receiver": text,
            "epcisHeader": _header,
            "epcisBody": record({"eventList": _events}, required=["eventList"], others=Others.ANY),
        },
        required=["@context", "type", "schemaVersion", "creationDate", "epcisBody"],
        others=Others.NAMED,
    ),
    "EPCISQueryDocument": record(
        {
            "@context": parts.context, "id": uri, "type": anything, "schemaVersion": parts.version,
            "creationDate": time,
            "epcisBody": record({"queryResults": _query_results}, required=["queryResults"], others=Others.NAMED),
        },
        required=["@context", "type", "epcisBody"],
        others=Others.NAMED,
    ),
}  # fmt: skip

_NO_TYPE: Final = Problem("/type", N_("A document is of the type EPCISDocument or EPCISQueryDocument."))


def validate_head(document: Any) -> list[Problem]:
    """What is wrong with ``document`` by the official JSON Schema, its events left aside; empty when nothing is."""
    kind = document.get("type") if isinstance(document, dict) else None
    check = _DOCUMENTS.get(kind) if isinstance(kind, str) else None
    return [_NO_TYPE] if check is None else list(check(document))
