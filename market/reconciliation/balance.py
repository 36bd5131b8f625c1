"""Comparing the balance at the vendor, and what moved it, with our books; commits as `market.payments.flow` does."""

from datetime import datetime, timedelta

from core.db import atomic, utc_now
from market.disputes.queries import known_stages
from market.payments.gateway import CURRENCY, BalanceMovement, PaymentGateway
from market.payments.movements import expected_balance, follow_movements, last_movement_at
from market.reconciliation.models import DiscrepancyKind
from market.reconciliation.queries import unknown_movement_sources
from market.reconciliation.rules import KNOWN_MOVEMENTS
from market.reconciliation.usecases import note_discrepancy, settle_found

BALANCE = "balance"
QUIET = timedelta(minutes=2)
"""So long after the last movement all that it caused here is entered; before, a difference says nothing."""


def compare_balance(gateway: PaymentGateway, created_after: datetime) -> None:
    """Take in what moved the balance since it was looked at last; it must hold what our account says."""
    movements = follow_movements(gateway, created_after)
    _compare_movements(movements)
    theirs = gateway.fetch_balance()
    with atomic():
        last = last_movement_at()
        if CURRENCY not in theirs or (last is not None and utc_now() - last < QUIET):
            return
        ours = expected_balance()
        if ours == theirs[CURRENCY]:
            settle_found(kind=DiscrepancyKind.BALANCE_DIFFERS, external_ids=[BALANCE])
            return
        note_discrepancy(
            kind=DiscrepancyKind.BALANCE_DIFFERS,
            external_id=BALANCE,
            ours={"amount": ours, "currency": CURRENCY},
            theirs={"amount": theirs[CURRENCY], "currency": CURRENCY},
        )


def _compare_movements(movements: list[BalanceMovement]) -> None:
    """Every movement of the balance must come from a payment, a refund, a dispute or a payout; what a payment or refund
    brings is compared with the payment or refund itself."""
    with atomic():
        disputes = known_stages([movement.source_id for movement in movements if movement.source_id])
        for movement in movements:
            if movement.kind not in KNOWN_MOVEMENTS and movement.source_id not in disputes:
                _note_movement(movement)
        _settle_explained_movements()


def _settle_explained_movements() -> None:
    """A dispute may become known after what it moved: its page was settled late, or it came during the sweep."""
    sources = unknown_movement_sources()
    known = known_stages(sources.values())
    explained = [external_id for external_id, source_id in sources.items() if source_id in known]
    settle_found(kind=DiscrepancyKind.UNKNOWN_MOVEMENT, external_ids=explained)


def _note_movement(theirs: BalanceMovement) -> None:
    note_discrepancy(
        kind=DiscrepancyKind.UNKNOWN_MOVEMENT,
        external_id=theirs.id,
        ours={},
        theirs={
            "amount": theirs.amount,
            "fee": theirs.fee,
            "currency": theirs.currency,
            "movement": theirs.kind,
            "source": theirs.source_id,
        },
    )
