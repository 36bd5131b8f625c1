"""The part of lots in the news."""

from traceability.journal.events import EventsCaptured
from traceability.lots.genealogy_ends import leave_out_declared_wrong


def leave_out_of_genealogy(event: EventsCaptured) -> None:
    """Leave out what was declared wrong while it was being captured. Again changes nothing."""
    leave_out_declared_wrong(first_id=event.first_id, last_id=event.last_id)
