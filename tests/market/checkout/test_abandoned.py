"""Orders whose payment never began let go of their stock by the clock."""

from datetime import timedelta

from sqlalchemy.orm import Session, scoped_session

from core.db import atomic, utc_now
from market.checkout.abandoned import expire_abandoned_orders
from market.orders.models import OrderStatus
from market.payments.purposes import PurposeKind
from market.payments.usecases import prepare_payment
from tests.factories import make_offer
from tests.support.paying import order_now, place


def sweep(minutes: int) -> int:
    with atomic():
        return expire_abandoned_orders(reserved_before=utc_now() + timedelta(minutes=minutes), limit=10)


def test_an_old_order_without_a_payment_ends_once(session: scoped_session[Session]) -> None:
    offer = make_offer()
    order_id = place((offer, 3))
    assert sweep(34) == 0
    assert order_now(order_id).status == OrderStatus.AWAITING_PAYMENT
    assert sweep(36) == 1
    assert sweep(36) == 0
    assert order_now(order_id).status == OrderStatus.EXPIRED
    session.refresh(offer)
    assert (offer.on_hand, offer.reserved) == (100, 0)


def test_an_order_that_can_still_be_paid_is_left_to_its_payment(session: scoped_session[Session]) -> None:
    order_id = place((make_offer(), 1))
    with atomic():
        prepare_payment(kind=PurposeKind.ORDER, purpose_id=order_id)
    assert sweep(36) == 0
    assert order_now(order_id).status == OrderStatus.AWAITING_PAYMENT
