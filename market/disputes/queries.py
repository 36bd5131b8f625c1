"""Reading disputes."""

import uuid
from collections.abc import Collection, Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from core.accounts import Actor
from core.db import db
from core.errors import NotFound
from market.collections.queries import pays_for_order
from market.disputes.models import Dispute
from market.disputes.policies import may_read
from market.disputes.rules import BLOCKING
from market.payments.gateway import DisputeStage


def disputes_of_order(order_id: uuid.UUID) -> Sequence[Dispute]:
    """The disputes about an order's payments, the latest first."""
    return db.session.scalars(
        select(Dispute)
        .join(Dispute.payment)
        .where(pays_for_order(order_id))
        .order_by(Dispute.opened_at.desc(), Dispute.id)
        .limit(20)
    ).all()


def blocks_refunds(payment_id: uuid.UUID) -> bool:
    """Whether a dispute keeps the vendor from giving anything back from this payment."""
    blocking = select(Dispute.id).where(Dispute.payment_id == payment_id, Dispute.stage.in_(BLOCKING)).limit(1)
    return db.session.scalar(blocking) is not None


def open_external_ids(*, limit: int) -> Sequence[str]:
    """The vendor's ids of disputes that are not decided, the oldest first."""
    return db.session.scalars(
        select(Dispute.external_id)
        .where(Dispute.stage.in_([DisputeStage.INQUIRY, DisputeStage.OPEN]))
        .order_by(Dispute.opened_at, Dispute.id)
        .limit(limit)
    ).all()


def find_dispute(external_id: str) -> Dispute | None:
    """Our dispute with this id of the vendor's, as it stands."""
    return db.session.scalar(
        select(Dispute).where(Dispute.external_id == external_id).execution_options(populate_existing=True)
    )


def known_stages(external_ids: Collection[str]) -> dict[str, DisputeStage]:
    """Where our disputes with these ids of the vendor's stand."""
    rows = db.session.execute(select(Dispute.external_id, Dispute.stage).where(Dispute.external_id.in_(external_ids)))
    return {external_id: DisputeStage(stage) for external_id, stage in rows}


def disputes_for_officers(*, only_open: bool) -> Select[Dispute]:
    """All disputes with their payments, those to be answered first: a statement to page."""
    statement = select(Dispute).options(joinedload(Dispute.payment))
    if only_open:
        statement = statement.where(Dispute.stage.in_([DisputeStage.INQUIRY, DisputeStage.OPEN]))
    return statement.order_by(Dispute.closed_at.desc().nulls_first(), Dispute.respond_by.nulls_last(), Dispute.id)


def get_dispute(actor: Actor, dispute_id: uuid.UUID) -> Dispute:
    """A dispute with its payment. Raises NotFound when there is none, or the actor may not read it."""
    dispute = db.session.scalar(select(Dispute).where(Dispute.id == dispute_id).options(joinedload(Dispute.payment)))
    if dispute is None or not may_read(actor):
        raise NotFound
    return dispute
