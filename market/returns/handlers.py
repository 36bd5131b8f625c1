"""What returns do upon news: tell the others, and follow refunds that fail."""

import uuid

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from core.db import db
from market.orders.models import Order, Parcel
from market.payments.events import RefundFailed
from market.refunds.events import RefundResumed
from market.returns.deciding import bear_cost_again, take_back_cost
from market.returns.events import MoneyMissed, ReplacementSent, ReturnChanged, StatementAdded
from market.returns.mails import MONEY_MISSED, REPLACEMENT_SENT, STATEMENT, mail_buyer, mail_deciders, mail_producer
from market.returns.models import Return, ReturnStatus, Side


def tell_of_change(event: ReturnChanged) -> None:
    """Mail each side about what the other one did, and who decides about what they are to decide."""
    found = _find(event.return_id)
    if event.side != Side.BUYER:
        mail_buyer(found, found.parcel.order, event.status)
    if event.side != Side.PRODUCER:
        mail_producer(found, found.parcel.order, found.parcel, event.status)
    if event.status == ReturnStatus.ESCALATED:
        mail_deciders(found, found.parcel.order, event.status)


def tell_of_statement(event: StatementAdded) -> None:
    """Mail the others that somebody added something."""
    found = _find(event.return_id)
    if event.side != Side.BUYER:
        mail_buyer(found, found.parcel.order, STATEMENT)
    if event.side != Side.PRODUCER:
        mail_producer(found, found.parcel.order, found.parcel, STATEMENT)
    if event.side != Side.SITE and found.status == ReturnStatus.ESCALATED:
        mail_deciders(found, found.parcel.order, STATEMENT)


def tell_of_missed_money(event: MoneyMissed) -> None:
    """Mail the producer and who looks at it that a buyer waits for money."""
    found = _find(event.return_id)
    mail_producer(found, found.parcel.order, found.parcel, MONEY_MISSED)
    mail_deciders(found, found.parcel.order, MONEY_MISSED)


def tell_of_replacement(event: ReplacementSent) -> None:
    """Mail the buyer that the goods are on their way again."""
    found = _find(event.return_id)
    mail_buyer(found, found.parcel.order, REPLACEMENT_SENT)


def follow_failed_refund(event: RefundFailed) -> None:
    """What the site was to pay for is not paid."""
    take_back_cost(refund_id=event.refund_id)


def follow_resumed_refund(event: RefundResumed) -> None:
    """What was not paid is paid after all."""
    bear_cost_again(refund_id=event.refund_id, failed_refund_id=event.failed_refund_id)


def _find(return_id: uuid.UUID) -> Return:
    return db.session.scalars(
        select(Return)
        .where(Return.id == return_id)
        .options(
            joinedload(Return.parcel).joinedload(Parcel.order).lazyload(Order.commune),
            joinedload(Return.cash_return),
        )
    ).one()
