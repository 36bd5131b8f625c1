"""What is cancelled although nothing goes back for it: the row that says so, and the ledger."""

from collections.abc import Sequence

from core.accounts import Actor
from core.db import db, new_id
from market.ledger.usecases import post_entry
from market.orders.mails import OrderEnding, mail_goods_left_out, mail_order_ended
from market.orders.models import Order, OrderStatus
from market.payments.models import RefundLine
from market.payments.purposes import RefundReason
from market.payments.refunds import share_postings
from market.refunds.models import UnpaidCancellation

LEDGER_UNPAID_CANCELLED = "unpaid_cancelled"


def cancel_unpaid(
    *,
    actor: Actor,
    order: Order,
    lines: Sequence[RefundLine],
    reason: RefundReason,
    request_key: str,
    note: str | None,
) -> None:
    """Keep units of a locked order that are not sent and for which nothing goes back, `lines` of no refund.

    What a voucher of the site had paid for them comes back to it. No refund will tell the buyer of an order that
    ended by this, or of which a producer cannot deliver some, so a mail does.
    """
    for line in lines:
        row = UnpaidCancellation(
            id=new_id(),
            parcel_id=line.parcel_id,
            order_line_id=line.order_line_id,
            quantity=line.quantity,
            request_key=request_key,
            reason=reason,
            note=note,
            requested_by=actor.user_id,
            seller_vnd=line.seller_vnd,
            commission_vnd=line.commission_vnd,
            delivery_vnd=line.delivery_vnd,
            voucher_vnd=line.voucher_vnd,
        )
        db.session.add(row)
        db.session.flush()
        if line.voucher_vnd or line.commission_vnd or line.delivery_vnd:
            post_entry(
                source=LEDGER_UNPAID_CANCELLED,
                source_id=row.id,
                description=f"Order {order.number}: not sent, and nothing had been paid for it",
                reference=order.number,
                lines=share_postings([line]),
            )
    if order.status == OrderStatus.CANCELLED:
        mail_order_ended(order, OrderEnding.GIVEN_BACK_BEFORE)
    elif reason is RefundReason.LINE_SHORT:
        mail_goods_left_out(order, {line.order_line_id: line.quantity or 0 for line in lines if line.order_line_id})
