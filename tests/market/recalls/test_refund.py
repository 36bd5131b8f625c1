"""The price of recalled goods goes back to the card that paid them."""

import uuid
from collections.abc import Callable

import pytest
from sqlalchemy import select

from core.db import db
from core.errors import Conflict
from market.ledger.queries import ledger_total
from market.orders.models import Parcel
from market.orders.packing import pack_parcel, ship_parcel
from market.orders.queries import get_parcel
from market.orders.replacing import send_again
from market.payments import flow
from market.payments.models import Refund, RefundLine, RefundStatus
from market.payments.purposes import RefundReason
from market.recalls.queries import affected_orders, sales_of_lots
from market.recalls.usecases import request_recall_refund, settle_recall_refund
from market.refunds.usecases import request_amount_refund
from tests.market.recalls.conftest import Shop
from tests.support.paying import LiveSandbox, live_sandbox, order_now, payments_now
from tests.support.refunding import lines_of, pay_for
from tests.support.shopping import make_officer

__all__ = ["live_sandbox"]


def sold_from_the_lot(shop: Shop, live_sandbox: LiveSandbox) -> uuid.UUID:
    """A paid order of three pieces, sent from the lot; its id."""
    order_id = pay_for(live_sandbox, (shop.offer, 3))
    parcel = db.session.scalars(select(Parcel)).one()
    pack_parcel(actor=shop.farm.actor, parcel_id=parcel.id, lots={lines_of(order_id)[0].id: shop.lot.id})
    ship_parcel(actor=shop.farm.actor, parcel_id=parcel.id)
    return order_id


def test_the_price_of_recalled_goods_goes_back_to_the_card_once(
    shop: Shop, recall_now: Callable[[], object], live_sandbox: LiveSandbox
) -> None:
    order_id = sold_from_the_lot(shop, live_sandbox)
    recall = recall_now()
    request_recall_refund(order_id=order_id, recall_number=recall.number)
    number = order_now(order_id).number

    def settle() -> None:
        settle_recall_refund(actor=shop.farm.actor, recall_id=recall.id, order_number=number)
        db.session.commit()

    settle()
    with pytest.raises(Conflict):
        settle()
    refund = db.session.scalars(select(Refund)).one()
    assert (refund.reason, refund.amount_vnd, refund.status) == (RefundReason.RECALLED, 105_000, RefundStatus.PENDING)
    assert db.session.scalars(select(RefundLine.quantity)).one() == 3
    assert flow.finish_refunds(gateway=live_sandbox.gateway) == 1
    assert payments_now(order_id)[0].refunded_vnd == 105_000
    assert ledger_total() == 0


def test_recalled_goods_whose_price_went_back_before_are_settled_without_a_refund(
    shop: Shop, recall_now: Callable[[], object], live_sandbox: LiveSandbox
) -> None:
    order_id = sold_from_the_lot(shop, live_sandbox)
    request_amount_refund(
        actor=make_officer(),
        order_id=order_id,
        amount_vnd=order_now(order_id).total_vnd,
        request_key="sorry",
        note="Giao trễ",
        refundable_vnd=order_now(order_id).total_vnd,
    )
    recall = recall_now()
    request_recall_refund(order_id=order_id, recall_number=recall.number)
    number = order_now(order_id).number
    settled = settle_recall_refund(actor=shop.farm.actor, recall_id=recall.id, order_number=number)
    assert settled.settled_at is not None and settled.refund_id is None


def test_goods_that_were_sent_again_from_the_recalled_lot_are_reached_and_paid_back(
    shop: Shop, recall_now: Callable[[], object], live_sandbox: LiveSandbox
) -> None:
    order_id = pay_for(live_sandbox, (shop.offer, 3))
    other = shop.farm.harvest(50)
    parcel = db.session.scalars(select(Parcel)).one()
    line = lines_of(order_id)[0]
    pack_parcel(actor=shop.farm.actor, parcel_id=parcel.id, lots={line.id: other.id})
    ship_parcel(actor=shop.farm.actor, parcel_id=parcel.id)
    sscc = send_again(
        actor=shop.farm.actor,
        parcel=get_parcel(shop.farm.actor, parcel.id),
        units={line: 1},
        lots={line.id: shop.lot.id},
    )
    recall = recall_now()
    (affected,) = affected_orders(recall.id)
    assert (affected.order.id, affected.amount_vnd) == (order_id, 35_000)
    assert affected.goods[0].startswith("1 × ") and shop.lot.lot_number in affected.goods[0]
    (sale,) = sales_of_lots(shop.farm.actor, [shop.lot.id])
    assert (sale.sscc, sale.units, sale.lot_id) == (sscc, 1, shop.lot.id)
    request_recall_refund(order_id=order_id, recall_number=recall.number)
    number = order_now(order_id).number
    settle_recall_refund(actor=shop.farm.actor, recall_id=recall.id, order_number=number)
    assert db.session.scalars(select(Refund.amount_vnd)).one() == 35_000
