"""Who may bring tables, and see what became of them."""

from catalog.producers.policies import may_act_for
from core.accounts import Actor
from traceability.diary_imports.models import DiaryImport


def may_see_import(actor: Actor, work: DiaryImport) -> bool:
    """Whether `actor` may see and confirm the import: whoever may act for the producer."""
    return may_act_for(actor, work.producer_id)
