"""What moves the balance at the vendor, written down once, with the vendor's own fees and payouts in the ledger."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from core.db import atomic, db, utc_now
from market.ledger.models import AccountKind
from market.ledger.queries import balance_of
from market.ledger.usecases import enter_processor_fee, enter_processor_payout, processor_id
from market.payments.gateway import CURRENCY, BalanceMovement, PaymentGateway
from market.payments.models import ProcessorMovement, Refund, RefundStatus
from market.payments.rules import PAYOUT_KINDS, fee_of

BEGINNING = datetime(2011, 1, 1, tzinfo=UTC)
"""Before the vendor was."""


def follow_movements(gateway: PaymentGateway, created_after: datetime) -> list[BalanceMovement]:
    """Write down the movements since the last one seen, and those since `created_after`; return them, newest first.

    All of them are read before the first is written down: what a crash cuts off is read again.
    """
    with atomic():
        last = last_movement_at()
    since = BEGINNING if last is None else min(last, created_after)
    movements = list(gateway.list_balance_movements(created_after=since))
    with atomic():
        record_movements(movements[::-1])
    return movements


def record_movements(movements: Sequence[BalanceMovement]) -> int:
    """Write down movements in dong, and enter fees and payouts; how many were new. Again it changes nothing."""
    ours = [movement for movement in movements if movement.currency == CURRENCY]
    known = set(
        db.session.scalars(
            select(ProcessorMovement.external_id).where(
                ProcessorMovement.external_id.in_([movement.id for movement in ours])
            )
        )
    )
    return sum(_record(movement) for movement in ours if movement.id not in known)


def _record(movement: BalanceMovement) -> bool:
    fee = fee_of(movement)
    written = db.session.scalar(
        insert(ProcessorMovement)
        .values(
            id=processor_id(movement.id),
            external_id=movement.id,
            kind=movement.kind,
            source_id=movement.source_id,
            amount_vnd=movement.amount,
            fee_vnd=fee,
            happened_at=movement.created_at,
            seen_at=utc_now(),
        )
        .on_conflict_do_nothing(index_elements=["external_id"])
        .returning(ProcessorMovement.id)
    )
    if written is None:  # another sweep was faster
        return False
    external_id, happened_at = movement.id, movement.created_at
    if movement.kind in PAYOUT_KINDS:
        enter_processor_payout(external_id=external_id, amount_vnd=-movement.amount, happened_at=happened_at)
    if fee:
        enter_processor_fee(external_id=external_id, amount_vnd=fee, happened_at=happened_at)
    return True


def last_movement_at() -> datetime | None:
    """When the last movement happened that is written down."""
    return db.session.scalar(select(func.max(ProcessorMovement.happened_at)))


def expected_balance() -> int:
    """What the vendor must hold by our books, in dong.

    A refund leaves the balance when the vendor takes it on, and our account once the bank has taken it.
    """
    on_its_way = select(func.coalesce(func.sum(Refund.amount_vnd), 0)).where(
        Refund.status == RefundStatus.PENDING, Refund.external_id.is_not(None)
    )
    return balance_of(AccountKind.PROCESSOR_BALANCE) - int(db.session.scalar(on_its_way) or 0)
