"""Events on their way out as text."""

import json
from typing import NamedTuple

from traceability.epcis.contexts import EPCIS_CONTEXT
from traceability.epcis_rest.query_documents import with_own_fields


class Row(NamedTuple):
    """One event as the journal gives it."""

    event_id: str
    payload: str
    context: str | None
    record_time: str


def test_a_context_that_event_and_document_share_is_told_once() -> None:
    own = [EPCIS_CONTEXT, {"other": "https://other.example/"}]
    row = Row("urn:x", json.dumps({"type": "ObjectEvent", "@context": own}), '[{"ex":"https://ns.example/"}]', "t")
    event = json.loads(with_own_fields(row, own_context=True))
    assert event["@context"] == [EPCIS_CONTEXT, {"ex": "https://ns.example/"}, {"other": "https://other.example/"}]
    assert (event["recordTime"], event["eventID"]) == ("t", "urn:x")
