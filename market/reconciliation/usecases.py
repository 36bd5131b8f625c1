"""Writing down what does not agree, and ending it."""

import uuid
from collections.abc import Collection, Mapping
from typing import Any

import structlog
from sqlalchemy import select, update

from core.accounts import Actor
from core.db import db, new_id, utc_now
from core.errors import Conflict, Invalid
from core.i18n import lazy_gettext as _l
from core.outbox import publish
from market.payments.models import Payment, PaymentStatus
from market.reconciliation.events import DiscrepancyFound
from market.reconciliation.models import Discrepancy, DiscrepancyKind, Resolution
from market.reconciliation.queries import get_discrepancy

log = structlog.get_logger("payments")


def note_discrepancy(
    *,
    kind: DiscrepancyKind,
    external_id: str,
    ours: Mapping[str, Any],
    theirs: Mapping[str, Any],
    payment_id: uuid.UUID | None = None,
) -> bool:
    """Put something before a person, once; whether it is new, or open again because the facts have changed."""
    found = db.session.scalar(
        select(Discrepancy)
        .where(Discrepancy.kind == kind, Discrepancy.external_id == external_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is not None and (dict(found.ours), dict(found.theirs)) == (dict(ours), dict(theirs)):
        found.last_seen_at = utc_now()
        db.session.flush()
        return False
    is_news = found is None or not found.is_open
    if found is None:
        found = Discrepancy(id=new_id(), kind=kind, external_id=external_id)
        db.session.add(found)
    elif not found.is_open:
        found.resolution = found.resolved_at = found.resolved_by = found.note = None
        found.found_at = utc_now()
    found.ours, found.theirs, found.payment_id, found.last_seen_at = dict(ours), dict(theirs), payment_id, utc_now()
    db.session.flush()
    if is_news:
        publish(DiscrepancyFound(found.id))
    log.error("payments do not agree", kind=str(kind), external_id=external_id, ours=dict(ours), theirs=dict(theirs))
    return True


def settle_found(*, kind: DiscrepancyKind, external_ids: Collection[str]) -> int:
    """End open discrepancies that a later sweep found in order; how many."""
    ended = db.session.execute(
        update(Discrepancy)
        .where(Discrepancy.kind == kind, Discrepancy.external_id.in_(external_ids), Discrepancy.resolved_at.is_(None))
        .values(resolution=Resolution.SETTLED, resolved_at=utc_now())
        .returning(Discrepancy.id)
    ).all()
    return len(ended)


def settle_refunded_payments() -> int:
    """End discrepancies about payments that were given back in full meanwhile; how many."""
    refunded = select(Payment.id).where(Payment.status == PaymentStatus.REFUNDED)
    ended = db.session.execute(
        update(Discrepancy)
        .where(
            Discrepancy.kind == DiscrepancyKind.PAYMENT_DIFFERS,
            Discrepancy.payment_id.in_(refunded),
            Discrepancy.resolved_at.is_(None),
        )
        .values(resolution=Resolution.REFUNDED, resolved_at=utc_now())
        .returning(Discrepancy.id)
    ).all()
    return len(ended)


def resolve_discrepancy(
    *, actor: Actor, discrepancy_id: uuid.UUID, resolution: Resolution, note: str | None = None
) -> Discrepancy:
    """End a discrepancy. Raises NotFound; Conflict when it was ended already; Invalid when a note is missing."""
    get_discrepancy(actor, discrepancy_id)
    found = db.session.get_one(Discrepancy, discrepancy_id, with_for_update=True, populate_existing=True)
    if not found.is_open:
        raise Conflict(_l("Somebody has resolved this already."))
    if resolution is Resolution.NOTED and not note:
        raise Invalid(_l("Write what was done, so that the next person understands it."), field="note")
    found.resolution, found.note = resolution, note
    found.resolved_by, found.resolved_at = actor.user_id, utc_now()
    db.session.flush()
    return found
