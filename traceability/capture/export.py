"""The journal as an EPCIS document, written while it is read: memory stays flat however many events there are."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import Text, cast, select

from core.db import db, utc_now
from traceability.epcis.event_builders import epcis_document, iso_time
from traceability.epcis_rest.query_documents import with_own_fields
from traceability.journal.models import EpcisEvent

_ROWS_AT_ONCE: Final = 500


class _ExportedEvent(NamedTuple):
    """One row on its way out, as `with_own_fields` wants it."""

    record_time: str
    event_id: str
    payload: str
    context: str | None


def exported_document(*, since: datetime | None = None) -> Iterator[str]:
    """The text of an EPCIS 2.0 document, piece by piece, with every event recorded at `since` or later.

    Events come in the order they were recorded, each with the context it was captured under, so that whoever captures
    the document again gets the same hashes. It is read through a cursor of the current transaction.
    """
    statement = select(
        EpcisEvent.record_time,
        EpcisEvent.event_id,
        cast(EpcisEvent.payload, Text),
        cast(EpcisEvent.context, Text),
    )
    if since is not None:
        statement = statement.where(EpcisEvent.record_time >= since)
    statement = statement.order_by(EpcisEvent.record_time, EpcisEvent.id)
    before, after = _frame()
    yield before
    separator = "\n"
    for record_time, *texts in db.session.execute(statement.execution_options(yield_per=_ROWS_AT_ONCE)):
        yield separator + with_own_fields(_ExportedEvent(iso_time(record_time), *texts), own_context=True)
        separator = ",\n"
    yield after


def _frame() -> tuple[str, str]:
    """What stands before and after the events."""
    empty = json.dumps(epcis_document([], created_at=utc_now()), separators=(",", ":"))
    before, bracket, after = empty.rpartition("[]")
    assert bracket
    return before + "[", "\n]" + after + "\n"
