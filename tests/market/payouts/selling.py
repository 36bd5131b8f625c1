"""Producers who sold something, with all that the books hold of it."""

from datetime import timedelta

from catalog.producers.models import Producer
from core.accounts import Actor, RoleName, User
from core.db import db, new_id, utc_now
from market.ledger.usecases import reverse_entry
from market.orders.models import Parcel, ParcelStatus
from market.orders.usecases import lock_order, mark_paid
from market.payments.models import Payment, PaymentStatus, Refund, RefundReason, RefundStatus
from market.payouts.models import BankAccount
from market.payouts.usecases import enter_bank_account
from tests.factories import make_offer, make_producer, make_product, make_user
from tests.support.paying import place

PIECE_VND = 35_000
ACCOUNT_NUMBER = "0101234567890"


def share_vnd(pieces: int) -> int:
    """What so many pieces bring the producer: 3 % commission taken off."""
    goods = pieces * PIECE_VND
    return goods - goods * 300 // 10_000


def actor_of(user: User) -> Actor:
    """Somebody as use cases are told."""
    return Actor(user.id, frozenset(RoleName(role.name) for role in user.roles), user.display_name)


def make_payer(role: RoleName = RoleName.PROVINCE_OFFICER) -> Actor:
    """An officer."""
    return actor_of(make_user(role))


def make_seller(*, with_account: bool = True) -> tuple[Producer, Actor]:
    """A producer with a member, and a bank account unless told otherwise."""
    user = make_user(RoleName.PRODUCER_MEMBER)
    producer, member = make_producer(user), actor_of(user)
    if with_account:
        give_account(producer, member)
    return producer, member


def give_account(producer: Producer, member: Actor, number: str = ACCOUNT_NUMBER) -> BankAccount:
    """Enter a bank account."""
    return enter_bank_account(
        actor=member,
        producer_id=producer.id,
        bank_bin="970436",
        account_number=number,
        holder_name="Nguyễn Thị Mẫu",
    )


def sell(producer: Producer, *, pieces: int = 10, shipped_days_ago: float | None = 10) -> Payment:
    """A paid order of one parcel, shipped so long ago; None: it is still to pack."""
    order = lock_order(place((make_offer(make_product(producer)), pieces)))
    payment = Payment(
        order_id=order.id,
        attempt=1,
        amount_vnd=order.total_vnd,
        status=PaymentStatus.SUCCEEDED,
        idempotency_key=new_id().hex,
        expires_at=utc_now(),
        settled_at=utc_now(),
    )
    db.session.add(payment)
    db.session.flush()
    mark_paid(order=order, payment_id=payment.id)
    if shipped_days_ago is not None:
        ship(order.parcels[0], days_ago=shipped_days_ago)
    return payment


def ship(parcel: Parcel, *, days_ago: float) -> None:
    """Let the parcel have been handed over so long ago."""
    parcel.status, parcel.shipped_at = ParcelStatus.SHIPPED, utc_now() - timedelta(days=days_ago)
    db.session.flush()


def give_back(payment: Payment) -> Refund:
    """Refund the whole payment, commission too."""
    refund = Refund(
        payment_id=payment.id,
        reason=RefundReason.REVIEWED,
        amount_vnd=payment.amount_vnd,
        status=RefundStatus.SUCCEEDED,
        idempotency_key=new_id().hex,
        finished_at=utc_now(),
    )
    db.session.add(refund)
    db.session.flush()
    reverse_entry(
        source="payment", source_id=payment.id, by_source="refund", by_source_id=refund.id, description="Refund"
    )
    return refund
