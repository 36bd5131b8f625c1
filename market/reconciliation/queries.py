"""Reading discrepancies."""

import uuid

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from core.accounts import Actor
from core.db import db
from core.errors import NotFound
from market.payments.models import Payment, Refund, RefundStatus
from market.reconciliation.models import Discrepancy, DiscrepancyKind
from market.reconciliation.policies import may_settle

OPEN_LIMIT = 1_000


def discrepancies(*, is_open: bool | None, kind: DiscrepancyKind | None) -> Select[Discrepancy]:
    """Discrepancies with their payments, open ones first, then the newest: a statement to page."""
    statement = select(Discrepancy).options(joinedload(Discrepancy.payment))
    if is_open is not None:
        statement = statement.where(
            Discrepancy.resolved_at.is_(None) if is_open else Discrepancy.resolved_at.is_not(None)
        )
    if kind is not None:
        statement = statement.where(Discrepancy.kind == kind)
    return statement.order_by(Discrepancy.resolved_at.is_not(None), Discrepancy.found_at.desc(), Discrepancy.id)


def count_open() -> int:
    """How many wait for a person."""
    return (
        db.session.scalar(select(func.count()).select_from(Discrepancy).where(Discrepancy.resolved_at.is_(None))) or 0
    )


def get_discrepancy(actor: Actor, discrepancy_id: uuid.UUID) -> Discrepancy:
    """A discrepancy with its payment and who resolved it. Raises NotFound, also when the actor may not read it."""
    found = db.session.scalar(
        select(Discrepancy)
        .where(Discrepancy.id == discrepancy_id)
        .options(joinedload(Discrepancy.payment), joinedload(Discrepancy.resolver))
        .execution_options(populate_existing=True)
    )
    if found is None or not may_settle(actor):
        raise NotFound
    return found


def payments_by_intent(intent_ids: list[str]) -> dict[str, Payment]:
    """Our payments with these ids at the vendor."""
    rows = db.session.scalars(select(Payment).where(Payment.payment_intent_id.in_(intent_ids)))
    return {str(payment.payment_intent_id): payment for payment in rows}


def settled_refunds(external_ids: list[str]) -> dict[str, int]:
    """The amounts of our refunds with these ids at the vendor that went through."""
    rows = db.session.execute(
        select(Refund.external_id, Refund.amount_vnd).where(
            Refund.external_id.in_(external_ids), Refund.status == RefundStatus.SUCCEEDED
        )
    )
    return {str(external_id): amount for external_id, amount in rows}


def unknown_movement_sources() -> dict[str, str]:
    """What caused the open unknown movements of the balance: the vendor's ids of the movements with those of causes."""
    source_id = Discrepancy.theirs["source"].astext
    rows = db.session.execute(
        select(Discrepancy.external_id, source_id)
        .where(
            Discrepancy.kind == DiscrepancyKind.UNKNOWN_MOVEMENT,
            Discrepancy.resolved_at.is_(None),
            source_id.is_not(None),
        )
        .order_by(Discrepancy.found_at, Discrepancy.id)
        .limit(OPEN_LIMIT)
    )
    return dict(rows.all())
