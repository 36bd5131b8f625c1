"""A request that is sent again: found by its key, and held to what was asked for then."""

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from core.db import db
from core.errors import RequestKeyReused
from market.orders.models import Order, Parcel, ParcelStatus
from market.payments.models import Payment, Refund
from market.payments.purposes import RefundReason
from market.refunds.models import UnpaidCancellation
from market.refunds.pieces import RefundPart
from market.refunds.policies import FOLLOWS_BY_ITSELF


@dataclass(frozen=True)
class AskedBefore:
    """What a request with the same key has led to: refunds, or units that were cancelled unpaid."""

    refunds: list[Refund]
    unpaid: list[UnpaidCancellation]
    note_is_same: bool

    def of_parts(
        self,
        order: Order,
        parts: Sequence[RefundPart],
        delivery_of: Mapping[uuid.UUID, int],
        reason: RefundReason,
    ) -> list[Refund]:
        """The refunds, where the same was asked for. Raises RequestKeyReused.

        News that comes again finds less that is still to be given back; its key alone says that it is the same.
        """
        reasons = {refund.reason for refund in self.refunds} | {row.reason for row in self.unpaid}
        is_same = reasons == {reason} and (
            reason in FOLLOWS_BY_ITSELF
            or (self.note_is_same and self._names(parts) and self._gives_delivery(order, delivery_of))
        )
        if not is_same:
            raise RequestKeyReused
        return self.refunds

    def of_amount(self, amount_vnd: int) -> list[Refund]:
        """The refunds, where the same sum was asked for, as a goodwill. Raises RequestKeyReused."""
        before = sum(refund.amount_vnd for refund in self.refunds if refund.reason == RefundReason.GOODWILL)
        if before != amount_vnd or not self.note_is_same:
            raise RequestKeyReused
        return self.refunds

    def _names(self, parts: Sequence[RefundPart]) -> bool:
        units: defaultdict[uuid.UUID, int] = defaultdict(int)
        amounts: defaultdict[uuid.UUID, int] = defaultdict(int)
        for line in (line for refund in self.refunds for line in refund.lines):
            if line.order_line_id is not None:
                units[line.order_line_id] += line.quantity or 0
                amounts[line.order_line_id] += line.amount_vnd
        for row in self.unpaid:
            if row.order_line_id is not None:
                units[row.order_line_id] += row.quantity or 0
        wanted = {part.order_line_id: part for part in parts if part.quantity or part.amount_vnd}
        return units == {line_id: part.quantity for line_id, part in wanted.items()} and all(
            part.amount_vnd in (None, amounts[line_id]) for line_id, part in wanted.items()
        )

    def _gives_delivery(self, order: Order, delivery_of: Mapping[uuid.UUID, int]) -> bool:
        """That of a parcel that is not sent goes back by itself, whatever was asked for."""
        given: defaultdict[uuid.UUID, int] = defaultdict(int)
        for line in (line for refund in self.refunds for line in refund.lines):
            if line.order_line_id is None:
                given[line.parcel_id] += line.amount_vnd
        return all(
            parcel.status == ParcelStatus.CANCELLED or given[parcel.id] == delivery_of.get(parcel.id, 0)
            for parcel in order.parcels
        )


def request_key_of(refund: Refund) -> str | None:
    """With which `request_key` a refund of parts of an order was asked for; None of any other refund."""
    prefix = refund_key(refund.payment_id, "")
    return refund.idempotency_key.removeprefix(prefix) if refund.idempotency_key.startswith(prefix) else None


def refund_key(payment_id: uuid.UUID, request_key: str) -> str:
    """The key of the refund that one payment of an order gives for a request."""
    return f"refund-{payment_id}-{request_key}"


def find_asked_before(
    order_id: uuid.UUID, payments: Sequence[Payment], request_key: str, note: str | None
) -> AskedBefore | None:
    """What was asked for with this key; None where nothing was."""
    keys = [refund_key(payment.id, request_key) for payment in payments]
    refunds = db.session.execute(
        select(Refund, Refund.note.is_not_distinct_from(note))
        .where(Refund.idempotency_key.in_(keys))
        .options(selectinload(Refund.lines))
        .order_by(Refund.id)
        .limit(len(keys))
    ).all()
    unpaid = db.session.execute(
        select(UnpaidCancellation, UnpaidCancellation.note.is_not_distinct_from(note))
        .join(Parcel, Parcel.id == UnpaidCancellation.parcel_id)
        .where(Parcel.order_id == order_id, UnpaidCancellation.request_key == request_key)
        .order_by(UnpaidCancellation.id)
    ).all()
    if not refunds and not unpaid:
        return None
    return AskedBefore(
        [refund for refund, _same in refunds],
        [row for row, _same in unpaid],
        note_is_same=all(same for _row, same in [*refunds, *unpaid]),
    )
