"""Files of events into the journal, from the command line: what is there already is passed over."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from typing import IO

from core.db import atomic
from traceability.capture.batches import conflict_errors, prepared_batches
from traceability.capture.errors import MOST_KEPT, EventError
from traceability.capture.read_ahead import read_ahead
from traceability.capture.usecases import open_document
from traceability.journal.parties import Party
from traceability.journal.storing import Conflict, store_events


@dataclass(slots=True)
class CapturedFile:
    """What became of a file: how many events are new, were there before, or are refused; the first errors."""

    captured: int = 0
    known: int = 0
    refused: int = 0
    errors: list[EventError] = field(default_factory=list)


def capture_file(*, party: Party, file: IO[bytes], progress: Callable[[int, int], None]) -> CapturedFile:
    """Capture every good event of `file`, batch by batch, each in a transaction of its own.

    Whoever is interrupted begins again: what is in the journal already is counted as known, and no second row.
    `progress` is called with the number of events done and of all. Raises InvalidDocument before anything is stored.
    """
    head, events = open_document(file)
    result = CapturedFile()
    with closing(read_ahead(prepared_batches(events, head=head, party=party))) as batches:
        for batch in batches:
            with atomic():
                stored = store_events(party=party, events=batch.prepared)
            twins = sum(each.conflict is Conflict.DUPLICATE for each in stored.unstored)
            taken = [each for each in stored.unstored if each.conflict is not Conflict.DUPLICATE]
            errors = batch.errors + conflict_errors(taken)
            result.captured += len(stored.ids)
            result.known += twins
            result.refused += batch.count - len(batch.prepared) + len(taken)
            result.errors += errors[: MOST_KEPT - len(result.errors)]
            progress(batch.first + batch.count, head.event_count)
    return result
