"""A buyer cancels: unpaid at once, paid with the money back, never once something is packed."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from core.db import db
from market.ledger.models import LedgerPosting
from market.ledger.queries import ledger_total
from market.offers.models import Offer, StockMovement, StockMovementKind
from market.orders.models import Order, OrderStatus, Parcel, ParcelStatus
from market.payments import flow as payments_flow
from market.payments.models import PaymentStatus, Refund
from market.payments.purposes import PurposeKind, RefundReason
from tests.factories import make_offer
from tests.support.paying import LiveSandbox, order_now, payments_now, place
from tests.support.refunding import pay_for


@pytest.fixture
def offer(session: scoped_session[Session]) -> Offer:
    return make_offer(on_hand=10)


def address(order: Order) -> str:
    return f"/orders/{order.token}/cancel"


def stock(offer: Offer) -> tuple[int, int]:
    row = db.session.get_one(Offer, offer.id, populate_existing=True)
    return row.on_hand, row.reserved


def test_an_unpaid_order_ends_and_its_page_is_closed(
    client: FlaskClient, offer: Offer, live_sandbox: LiveSandbox
) -> None:
    order_id = place((offer, 3))
    page = payments_flow.start_payment(kind=PurposeKind.ORDER, purpose_id=order_id, gateway=live_sandbox.gateway)
    order = order_now(order_id)
    assert "Chưa ai trả tiền" in client.get(address(order)).text
    assert client.post(address(order)).status_code == 303
    assert order_now(order_id).status == OrderStatus.EXPIRED
    assert stock(offer) == (10, 0)
    assert live_sandbox.pay(page).status_code == 410
    assert db.session.scalar(select(func.count()).select_from(LedgerPosting)) == 0


def test_a_paid_order_is_given_back_once_and_its_goods_are_on_sale_again(
    client: FlaskClient, offer: Offer, live_sandbox: LiveSandbox
) -> None:
    order_id = pay_for(live_sandbox, (offer, 3))
    order = order_now(order_id)
    assert stock(offer) == (7, 0)
    assert address(order) in client.get(f"/orders/{order.token}").text
    for _ in range(2):
        assert client.post(address(order)).status_code == 303
    order = order_now(order_id)
    assert order.status == OrderStatus.CANCELLED
    assert db.session.scalars(select(Parcel.status)).all() == [ParcelStatus.CANCELLED]
    refund = db.session.scalars(select(Refund)).one()
    assert (refund.amount_vnd, refund.reason) == (order.total_vnd, RefundReason.BUYER_CANCELLED)
    assert payments_now(order_id)[0].status == PaymentStatus.REFUNDED
    assert stock(offer) == (10, 0)
    returned = select(StockMovement.on_hand_change).where(StockMovement.kind == StockMovementKind.RETURN)
    assert db.session.scalars(returned).all() == [3]
    assert ledger_total() == 0
    page = client.get(f"/orders/{order.token}").text
    assert "Đơn này đã bị hủy" in page
    assert address(order) not in page


@pytest.mark.parametrize("status", [ParcelStatus.PACKED, ParcelStatus.SHIPPED])
def test_what_is_packed_cannot_be_cancelled(
    client: FlaskClient, offer: Offer, live_sandbox: LiveSandbox, status: ParcelStatus
) -> None:
    order_id = pay_for(live_sandbox, (offer, 3))
    parcel = db.session.scalars(select(Parcel)).one()
    parcel.status = status
    db.session.commit()
    order = order_now(order_id)
    assert address(order) not in client.get(f"/orders/{order.token}").text
    assert client.get(address(order)).status_code == 303
    answer = client.post(address(order), follow_redirects=True)
    assert "đóng gói" in answer.text
    assert db.session.scalars(select(Refund)).all() == []
    assert stock(offer) == (7, 0)


def test_nobody_cancels_what_they_have_no_link_to(client: FlaskClient, offer: Offer) -> None:
    place((offer, 1))
    for token in ("x" * 43, "short", "%00"):
        assert client.post(f"/orders/{token}/cancel").status_code == 404


def test_money_that_arrives_after_cancelling_goes_back(
    client: FlaskClient, offer: Offer, live_sandbox: LiveSandbox
) -> None:
    order_id = place((offer, 1))
    page = payments_flow.start_payment(kind=PurposeKind.ORDER, purpose_id=order_id, gateway=live_sandbox.gateway)
    live_sandbox.pay(page)
    client.post(address(order_now(order_id)))  # the webhook has not come yet
    payments_flow.reconcile(gateway=live_sandbox.gateway, since=timedelta(days=1))
    assert order_now(order_id).status in (OrderStatus.EXPIRED, OrderStatus.CANCELLED)
    refund = db.session.scalars(select(Refund)).one()
    assert refund.amount_vnd == order_now(order_id).total_vnd
    assert ledger_total() == 0
