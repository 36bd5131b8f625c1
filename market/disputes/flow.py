"""Conversations with the vendor about disputes; commits as `market.payments.flow` does, and for the same reason."""

from collections.abc import Iterable
from datetime import datetime
from itertools import islice

import structlog

from core.db import atomic
from core.errors import AppError
from core.inbox import accept
from market.disputes.queries import find_dispute, open_external_ids
from market.disputes.usecases import record_dispute
from market.payments.gateway import CURRENCY, DisputeSnapshot, PaymentGateway, WebhookEvent
from market.payments.queries import find_payment_by_intent
from market.payments.usecases import INBOX_SOURCE

SWEEP_LIMIT = 200
log = structlog.get_logger("disputes")


def follow_dispute(event: WebhookEvent, gateway: PaymentGateway) -> None:
    """Do what a webhook about a dispute calls for: fetch it, then mark the event as seen and record in one go."""
    snapshot = gateway.fetch_dispute(event.object_id or "")
    with atomic():
        if accept(source=INBOX_SOURCE, external_id=event.id, kind=event.kind):
            _record(snapshot)


def sweep_disputes(gateway: PaymentGateway, created_after: datetime) -> int:
    """Find disputes whose webhooks got lost, and ask about all that are not decided; how many changed."""
    recent = {
        dispute.id: dispute for dispute in islice(gateway.list_disputes(created_after=created_after), SWEEP_LIMIT)
    }
    with atomic():
        waiting = open_external_ids(limit=SWEEP_LIMIT)
    snapshots: Iterable[DisputeSnapshot] = list(recent.values())
    changed = sum(_record_apart(snapshot) for snapshot in snapshots)
    for external_id in waiting:
        if external_id in recent:
            continue
        try:
            changed += _record_apart(gateway.fetch_dispute(external_id))
        except AppError as error:
            log.warning("a dispute could not be asked about", dispute=external_id, reason=str(error))
    return changed


def _record_apart(snapshot: DisputeSnapshot) -> bool:
    with atomic():
        known = find_dispute(snapshot.id)
        is_known = known is not None and (known.stage, known.fee_vnd) == (snapshot.stage, snapshot.fee)
        return not is_known and _record(snapshot)


def _record(snapshot: DisputeSnapshot) -> bool:
    """Record it, unless it is about no payment of ours or in another currency: reconciliation tells a person then."""
    payment = find_payment_by_intent(snapshot.payment_intent_id)
    if payment is None or snapshot.currency != CURRENCY:
        log.error("a dispute that is not about our money", dispute=snapshot.id, currency=snapshot.currency)
        return False
    return record_dispute(payment_id=payment.id, snapshot=snapshot)
