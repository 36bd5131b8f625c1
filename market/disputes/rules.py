"""Decisions about disputes, without I/O."""

from market.payments.gateway import DisputeStage

DECIDED = (DisputeStage.WON, DisputeStage.LOST, DisputeStage.CLOSED)
BLOCKING = (DisputeStage.OPEN, DisputeStage.LOST)
"""While one of these stands, the vendor gives nothing back from the payment: the bank has taken it already."""

TRANSITIONS: dict[DisputeStage, frozenset[DisputeStage]] = {
    DisputeStage.INQUIRY: frozenset({DisputeStage.OPEN, *DECIDED}),
    DisputeStage.OPEN: frozenset(DECIDED),
    DisputeStage.WON: frozenset(),
    DisputeStage.LOST: frozenset(),
    DisputeStage.CLOSED: frozenset(),
}


def may_become(current: DisputeStage, new: DisputeStage) -> bool:
    """Whether a dispute may go from one stage to the other. News that comes late says an earlier stage, and may not."""
    return new in TRANSITIONS[DisputeStage(current)]


def money_was_held(stage: DisputeStage) -> bool:
    """Whether the vendor holds the money, or held it before it decided."""
    return stage in (DisputeStage.OPEN, DisputeStage.WON, DisputeStage.LOST)
