"""Refunds that nobody asks for: the site gives back by itself, and tells people where it cannot."""

import uuid
from collections.abc import Callable, Mapping, Sequence

import structlog

from core.accounts import ANONYMOUS
from core.db import db
from core.errors import AppError
from core.outbox import publish
from market.payments.purposes import RefundReason
from market.refunds.events import RefundNotMade
from market.refunds.pieces import RefundPart
from market.refunds.usecases import request_order_refund

log = structlog.get_logger("refunds")


def give_back_by_itself(
    *,
    order_id: uuid.UUID,
    parts: Sequence[RefundPart],
    reason: RefundReason,
    request_key: str,
    delivery_of: Mapping[uuid.UUID, int] | None = None,
    and_then: Callable[[], None] = lambda: None,
) -> bool:
    """Ask for a refund, and do `and_then` with it; whether that could be done.

    One that cannot be made, of a disputed payment for example, leaves nothing behind but the news of it.
    """
    try:
        with db.session.begin_nested():
            request_order_refund(
                actor=ANONYMOUS,
                order_id=order_id,
                parts=parts,
                reason=reason,
                request_key=request_key,
                delivery_of=delivery_of,
            )
            and_then()
    except AppError as error:
        why = type(error).__name__
        log.error("a refund must be made by hand", order_id=str(order_id), reason=reason, why=why)
        publish(RefundNotMade(order_id=order_id, reason=reason, request_key=request_key, why=why))
        return False
    return True
