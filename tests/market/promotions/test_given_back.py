"""A voucher whose order went back wholly can be used again; after a part went back it stays used."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from core.accounts import ANONYMOUS, RoleName
from core.db import atomic, db, new_id
from market.carts.models import CartVoucher
from market.checkout.usecases import place_order
from market.offers.models import Offer
from market.orders.models import Order
from market.payments import flow as payments_flow
from market.payments.purposes import PurposeKind, RefundReason
from market.promotions.models import Promotion, PromotionKind, PromotionUse, UseStatus
from market.promotions.uses import give_back_uses
from market.refunds.flow import refund_order
from market.refunds.pieces import RefundPart
from tests.factories import make_offer, make_promotion, make_user
from tests.support.paying import RECIPIENT, LiveSandbox, make_cart
from tests.support.refunding import actor_of, lines_of


@pytest.fixture
def offer(session: scoped_session[Session]) -> Offer:
    return make_offer()


@pytest.fixture
def voucher(offer: Offer) -> Promotion:
    return make_promotion(code="MAU10", kind=PromotionKind.AMOUNT, percent=None, amount_vnd=10_000, max_uses=1)


def bought_with(live: LiveSandbox, offer: Offer, voucher: Promotion) -> Order:
    """A paid order of two pieces for which the voucher was used."""
    cart = make_cart((offer, 2))
    db.session.add(CartVoucher(cart_id=cart.id, promotion_id=voucher.id))
    db.session.flush()
    with atomic():
        order_id = place_order(
            actor=ANONYMOUS,
            cart_id=cart.id,
            recipient=RECIPIENT,
            shown_goods_vnd=2 * offer.price_vnd - 10_000,
            commission_basis_points=300,
            locale="vi",
        ).order_id
    live.pay(payments_flow.start_payment(kind=PurposeKind.ORDER, purpose_id=order_id, gateway=live.gateway))
    payments_flow.finish_payments(kind=PurposeKind.ORDER, purpose_id=order_id, gateway=live.gateway)
    return db.session.get_one(Order, order_id, populate_existing=True)


def standing(order: Order, voucher: Promotion) -> tuple[str, int, int]:
    use = db.session.scalars(
        select(PromotionUse).where(PromotionUse.order_id == order.id).execution_options(populate_existing=True)
    ).one()
    now = db.session.get_one(Promotion, voucher.id, populate_existing=True)
    return use.status, now.uses, now.spent_vnd


def test_a_cancelled_order_gives_it_back_once(
    client: FlaskClient, offer: Offer, voucher: Promotion, live_sandbox: LiveSandbox
) -> None:
    order = bought_with(live_sandbox, offer, voucher)
    assert standing(order, voucher) == (UseStatus.SPENT, 1, 10_000)
    for _ in range(2):
        assert client.post(f"/orders/{order.token}/cancel").status_code == 303
    assert standing(order, voucher) == (UseStatus.RELEASED, 0, 0)
    assert give_back_uses(order_id=order.id) == 0
    assert standing(bought_with(live_sandbox, offer, voucher), voucher) == (UseStatus.SPENT, 1, 10_000)


def test_a_part_leaves_it_used_until_all_is_back(offer: Offer, voucher: Promotion, live_sandbox: LiveSandbox) -> None:
    order = bought_with(live_sandbox, offer, voucher)
    officer = actor_of(make_user(RoleName.PROVINCE_OFFICER))
    db.session.commit()
    line = lines_of(order.id)[0]
    for delivery_vnd, expected in ((0, (UseStatus.SPENT, 1, 10_000)), (order.delivery_vnd, (UseStatus.RELEASED, 0, 0))):
        refund_order(
            actor=officer,
            order_id=order.id,
            parts=[RefundPart(line.id, 1)],
            reason=RefundReason.RETURNED,
            request_key=str(new_id()),
            delivery_of={line.parcel_id: delivery_vnd} if delivery_vnd else {},
            gateway=live_sandbox.gateway,
        )
        assert standing(order, voucher) == expected
