"""Who may have a diary as a file."""

from catalog.producers.policies import may_act_for
from core.accounts import Actor
from traceability.diary_exports.models import DiaryExport


def may_see_export(actor: Actor, export: DiaryExport) -> bool:
    """Whether `actor` may see and fetch the export: whoever may act for the producer, also if another asked for it."""
    return may_act_for(actor, export.producer_id)
