"""Table of what was cancelled although nothing had been paid for it."""

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Model, Nfc, UtcDateTime, new_id, utc_now
from market.payments.purposes import RefundReason


class UnpaidCancellation(Model):
    """Units of one line of a paid order, or the delivery of one parcel (no `order_line_id`), that are not sent, and for
    which nothing goes back, as the buyer paid nothing for them or has it already: no payment has a refund of them.

    The shares say who had put something in all the same, in dong, as in a line of a refund: a voucher of the site had
    paid the producer and the commission. `request_key` is the one of the request.
    """

    __tablename__ = "unpaid_cancellations"
    __table_args__ = (
        CheckConstraint("seller_vnd + commission_vnd + delivery_vnd = voucher_vnd", name="shares_add_up"),
        CheckConstraint("(order_line_id IS NULL) = (quantity IS NULL)", name="quantity_of_a_line"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        UniqueConstraint("parcel_id", "request_key", "order_line_id", postgresql_nulls_not_distinct=True),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    parcel_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("parcels.id"))
    order_line_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("order_lines.id"))
    quantity: Mapped[int | None]
    request_key: Mapped[str] = mapped_column(Nfc(80))
    reason: Mapped[RefundReason] = mapped_column(Nfc(20))
    note: Mapped[str | None] = mapped_column(Nfc(500))
    requested_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    cancelled_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    seller_vnd: Mapped[int] = mapped_column(BigInteger)
    commission_vnd: Mapped[int] = mapped_column(BigInteger)
    delivery_vnd: Mapped[int] = mapped_column(BigInteger)
    voucher_vnd: Mapped[int] = mapped_column(BigInteger)
