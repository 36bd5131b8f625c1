"""Delivering what is in the outbox."""

from datetime import timedelta

import structlog
from sqlalchemy import select

from core.db import atomic, db, utc_now
from core.outbox.models import OutboxDelivery, OutboxMessage
from core.outbox.registry import event_from, subscribers_of

log = structlog.get_logger("outbox")
LONGEST_WAIT = timedelta(hours=1)


def deliver_pending(*, limit: int = 200) -> int:
    """Deliver up to `limit` messages that are due, oldest first; return how many were tried.

    Any number of relays may run at once: each message is locked by one. A subscriber's failure is kept on the
    message and tried again with growing pauses; the other subscribers of the message are not held up.
    """
    tried = 0
    while tried < limit and _deliver_next():
        tried += 1
    return tried


def _deliver_next() -> bool:
    with atomic() as session:
        message = session.scalars(
            select(OutboxMessage)
            .where(OutboxMessage.processed_at.is_(None), OutboxMessage.next_attempt_at <= utc_now())
            .order_by(OutboxMessage.next_attempt_at, OutboxMessage.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        ).first()
        if message is None:
            return False
        _deliver(message)
        return True


def _deliver(message: OutboxMessage) -> None:
    session = db.session
    already = set(
        session.scalars(select(OutboxDelivery.subscriber).where(OutboxDelivery.message_id == message.id)).all()
    )
    failures = []
    for subscriber, handler in subscribers_of(message.name).items():
        if subscriber in already:
            continue
        try:
            with session.begin_nested():
                handler(event_from(message.name, message.payload))
                session.add(OutboxDelivery(message_id=message.id, subscriber=subscriber))
        except Exception as error:  # one subscriber's fault must not stop the others; it is kept and retried
            log.exception("outbox handler failed", subscriber=subscriber, message_id=str(message.id))
            failures.append(f"{subscriber}: {type(error).__name__}: {error}")
    if failures:
        message.attempts += 1
        message.last_error = "\n".join(failures)[:2000]
        message.next_attempt_at = utc_now() + min(timedelta(seconds=2**message.attempts), LONGEST_WAIT)
    else:
        message.processed_at = utc_now()
        message.last_error = None
