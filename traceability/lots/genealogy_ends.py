"""Upkeep of the index that genealogy reads. Triggers keep it; here is what they cannot see, and the check of them."""

import uuid
from typing import Final, NamedTuple

from sqlalchemy import text

from core.db import db

_LEAVE_OUT: Final = text(
    """
    DELETE FROM genealogy_ends USING epcis_event_identifiers named
    WHERE genealogy_ends.identifier = named.identifier AND genealogy_ends.event_id = named.event_id
      AND named.event_id = ANY (ARRAY(
        SELECT original.id FROM epcis_events captured
        JOIN epcis_events original ON original.event_id = captured.event_id AND original.error_declared_at IS NULL
        WHERE captured.id BETWEEN :first_id AND :last_id AND EXISTS (
            SELECT FROM epcis_events wrong
            WHERE wrong.event_id = captured.event_id AND wrong.error_declared_at IS NOT NULL)))
    """
)
_DIFFERENCES: Final = text(
    """
    SELECT (SELECT count(*) FROM (TABLE genealogy_ends_of_journal EXCEPT TABLE genealogy_ends) AS row),
           (SELECT count(*) FROM (TABLE genealogy_ends EXCEPT TABLE genealogy_ends_of_journal) AS row)
    """
)
_REMOVE_SURPLUS: Final = text(
    """
    DELETE FROM genealogy_ends e USING (TABLE genealogy_ends EXCEPT TABLE genealogy_ends_of_journal) AS surplus
    WHERE (e.joining, e.side, e.event_id, e.position)
        = (surplus.joining, surplus.side, surplus.event_id, surplus.position)
    """
)
_ADD_MISSING: Final = text("INSERT INTO genealogy_ends TABLE genealogy_ends_of_journal EXCEPT TABLE genealogy_ends")


class Differences(NamedTuple):
    """How many rows the index lacks, and how many it has too many, by its definition."""

    missing: int
    surplus: int


def leave_out_declared_wrong(*, first_id: uuid.UUID, last_id: uuid.UUID) -> None:
    """Remove the ends of events declared wrong, where event or declaration is among those with these ids.

    Two transactions that write the one and the other at the same time do not see each other, so the triggers do not.
    """
    db.session.execute(_LEAVE_OUT, {"first_id": first_id, "last_id": last_id})


def count_differences() -> Differences:
    """Compare the whole index with its definition; takes as long as the journal is large."""
    return Differences._make(db.session.execute(_DIFFERENCES).one())


def repair() -> None:
    """Make the index what its definition says."""
    db.session.execute(_REMOVE_SURPLUS)
    db.session.execute(_ADD_MISSING)
