"""Wiring of lots."""

from core.outbox import subscribe
from traceability.epcis.cli import epcis_commands
from traceability.journal.events import EventsCaptured
from traceability.lots.cli import check_genealogy
from traceability.lots.handlers import leave_out_of_genealogy


def init_app() -> None:
    """Listen for new events, and add the command to the group `epcis`."""
    subscribe(EventsCaptured, leave_out_of_genealogy)
    epcis_commands.add_command(check_genealogy)
