"""Whose capture jobs are whose."""

from sqlalchemy import ColumnElement, false, or_

from traceability.capture.models import CaptureJob
from traceability.journal.parties import Party


def is_job_of(party: Party) -> ColumnElement[bool]:
    """Whether the row of `CaptureJob` around this condition is the party's: of its token, its account, its producers.

    Tokens of partners are made by administrators, so of a token the account behind it does not count.
    """
    conditions: list[ColumnElement[bool]] = []
    if party.token_id is not None:
        conditions.append(CaptureJob.token_id == party.token_id)
    elif party.actor.user_id is not None:
        conditions.append(CaptureJob.captured_by == party.actor.user_id)
    if party.producer_ids:
        conditions.append(CaptureJob.producer_ids.overlap(sorted(party.producer_ids)))
    return or_(*conditions) if conditions else false()
