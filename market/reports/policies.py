"""Who may have reports: whoever may read the figures today, also if somebody else asked for the file."""

from core.accounts import Actor, RoleName
from market.reports.models import Report
from market.reports.sources import source_of

READERS = (RoleName.PRODUCER_MEMBER, RoleName.STALL_HOLDER, RoleName.ADMINISTRATOR)
"""The roles that have figures to read; whose they are, each source decides."""


def require_reader(actor: Actor, report: Report) -> None:
    """Raises NotFound unless `actor` may read what the report is about; having asked for it is not enough."""
    source_of(report.kind).subject_of(actor, report.owner_id)
