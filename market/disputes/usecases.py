"""Following disputes. Rows are locked as everywhere: the purpose, then the payment."""

import uuid

import structlog
from sqlalchemy import select

from core.db import db, utc_now
from core.outbox import publish
from market.disputes.events import DisputeChanged
from market.disputes.models import Dispute
from market.disputes.rules import DECIDED, may_become, money_was_held
from market.ledger.models import AccountKind
from market.ledger.queries import find_entry
from market.ledger.usecases import SITE, Line, post_entry, processor_id
from market.payments.gateway import BalanceMovement, DisputeSnapshot, DisputeStage
from market.payments.locking import lock_payment
from market.payments.purposes import DisputeNews, purpose_of

log = structlog.get_logger("disputes")


def record_dispute(*, payment_id: uuid.UUID, snapshot: DisputeSnapshot) -> bool:
    """Let our dispute follow the vendor's, in the ledger too, and tell who sold this; whether anything changed.

    `snapshot` was fetched a moment ago and is in dong. The same news again, or news that an older event brings late,
    changes nothing; a further fee is entered at any stage, and nobody is told. Raises NotFound.
    """
    payment = lock_payment(payment_id).payment
    dispute = db.session.scalar(
        select(Dispute)
        .where(Dispute.external_id == snapshot.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if dispute is not None and not may_become(dispute.stage, snapshot.stage):
        return _enter_fees(dispute, snapshot)
    if dispute is None:
        dispute = Dispute(
            payment_id=payment.id,
            external_id=snapshot.id,
            reason=snapshot.reason,
            amount_vnd=snapshot.amount,
            opened_at=snapshot.created_at,
        )
        db.session.add(dispute)
    dispute.stage, dispute.respond_by, dispute.updated_at = snapshot.stage, snapshot.respond_by, utc_now()
    dispute.closed_at = utc_now() if snapshot.stage in DECIDED else None
    db.session.flush()
    _enter(dispute)
    _enter_fees(dispute, snapshot)
    news = DisputeNews(
        amount_vnd=dispute.amount_vnd,
        is_open=dispute.stage not in DECIDED,
        is_lost=dispute.stage == DisputeStage.LOST,
        path=f"/payments/disputes/{dispute.id}",
    )
    purpose_of(payment.purpose_kind).disputed(payment.purpose_id, news=news)
    publish(DisputeChanged(dispute.id, str(dispute.stage)))
    log.warning("dispute", payment_id=str(payment.id), stage=str(dispute.stage), amount_vnd=dispute.amount_vnd)
    return True


def _enter(dispute: Dispute) -> None:
    """Move the money in the ledger: held when the bank takes it, back when won, a loss when lost.

    A dispute that is first heard of when it is decided is entered in both steps. Each entry is made once.
    """
    amount, stage = dispute.amount_vnd, DisputeStage(dispute.stage)
    if not money_was_held(stage) and not _was_held(dispute):
        return
    _post(dispute, "hold", [(AccountKind.PROCESSOR_BALANCE, -amount), (AccountKind.DISPUTED_FUNDS, amount)])
    if stage == DisputeStage.LOST:
        _post(dispute, "lost", [(AccountKind.DISPUTED_FUNDS, -amount), (AccountKind.DISPUTE_EXPENSE, amount)])
    elif stage in (DisputeStage.WON, DisputeStage.CLOSED):
        _post(dispute, "back", [(AccountKind.DISPUTED_FUNDS, -amount), (AccountKind.PROCESSOR_BALANCE, amount)])


def _was_held(dispute: Dispute) -> bool:
    return find_entry("dispute_hold", dispute.id) is not None


def _enter_fees(dispute: Dispute, snapshot: DisputeSnapshot) -> bool:
    """Enter each fee of the vendor's, or what it gives back of one, by its movement of the balance; whether one is new.

    It is the site's loss. There may be several: one when the bank takes the money, another when it is answered in vain.
    """
    new = [movement.fee for movement in snapshot.charged if _enter_fee(dispute, movement)]
    dispute.fee_vnd += sum(new)
    db.session.flush()
    return bool(new)


def _enter_fee(dispute: Dispute, movement: BalanceMovement) -> bool:
    lines = [(AccountKind.PROCESSOR_BALANCE, -movement.fee), (AccountKind.DISPUTE_EXPENSE, movement.fee)]
    return _post(dispute, "fee", lines, source_id=processor_id(movement.id))


def _post(
    dispute: Dispute, kind: str, amounts: list[tuple[AccountKind, int]], *, source_id: uuid.UUID | None = None
) -> bool:
    """Enter this once for the dispute, or for what `source_id` stands for; whether it is new."""
    entry_id = post_entry(
        source=f"dispute_{kind}",
        source_id=source_id or dispute.id,
        description=f"Dispute {dispute.external_id}, {kind}",
        lines=[Line(account, SITE, amount) for account, amount in amounts],
    )
    return entry_id is not None
