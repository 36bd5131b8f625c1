"""A buyer in two tabs, a farmer on two telephones: on real connections, in a database of its own."""

import uuid
from collections.abc import Callable
from datetime import timedelta

from flask import Flask
from sqlalchemy import func, select

from core.db import atomic, db, utc_now
from market.cash.giving_back import give_back_owed, owe_cash, pay_for_producer
from market.cash.models import CashParcel, CashReturn, CashStatus
from market.cash.usecases import record_cash, record_refusal
from market.checkout.usecases import place_order
from market.ledger.audit import audit_ledger
from market.ledger.models import AccountKind
from market.ledger.queries import balance_of
from market.offers.models import Offer
from market.orders.models import Order
from market.orders.usecases import lock_order
from tests.market.cash.conftest import make_door, order_of
from tests.support.at_once import at_once
from tests.support.paying import RECIPIENT, make_cart
from tests.support.refunding import actor_of


def test_two_orders_at_once_owe_no_more_than_both_may(own_app: Flask) -> None:
    with own_app.app_context():
        door = make_door()
        door.allow(order_limit_vnd=400_000, open_limit_vnd=400_000)
        carts = [make_cart((door.offer, 3)).id for _ in range(3)]
        actor, offer_id = actor_of(door.buyer), door.offer.id
        db.session.commit()

    def buy(cart_id: uuid.UUID) -> Callable[[], object]:
        return lambda: place_order(
            actor=actor,
            cart_id=cart_id,
            recipient=RECIPIENT,
            shown_goods_vnd=300_000,
            commission_basis_points=300,
            locale="vi",
            pays_cash=True,
        )

    refused = at_once(own_app, *[buy(cart_id) for cart_id in carts])
    assert sorted(error is None for error in refused) == [False, False, True]
    with own_app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Order).where(Order.user_id == actor.user_id)) == 1
        assert db.session.get_one(Offer, offer_id).on_hand == 97


def test_received_and_refused_at_once_is_one_of_them(own_app: Flask) -> None:
    with own_app.app_context():
        door = make_door()
        door.allow()
        order_id = door.order()
        parcel_id = door.ship(order_id).id
        total, farmer = order_of(order_id).total_vnd, door.farmer
        db.session.commit()
    refused = at_once(
        own_app,
        lambda: record_cash(actor=farmer, parcel_id=parcel_id, received_vnd=total),
        lambda: record_cash(actor=farmer, parcel_id=parcel_id, received_vnd=total),
        lambda: record_refusal(actor=farmer, parcel_id=parcel_id, reason="Khách đổi ý"),
    )
    with own_app.app_context():
        status = db.session.get_one(CashParcel, parcel_id).status
        assert sum(error is None for error in refused) == (2 if status == CashStatus.RECEIVED else 1)
        assert audit_ledger().is_sound


def test_given_back_by_the_producer_and_by_the_site_at_once_is_entered_once(own_app: Flask) -> None:
    with own_app.app_context():
        door = make_door()
        door.allow()
        order_id = door.order()
        parcel = door.ship(order_id)
        with atomic():
            record_cash(actor=door.farmer, parcel_id=parcel.id, received_vnd=order_of(order_id).total_vnd)
            owed = owe_cash(parcel=lock_order(order_id).parcels[0], amount_vnd=100_000, request_key="return")
            owed.due_at = utc_now() - timedelta(days=1)
        returned_id, farmer, administrator = owed.id, door.farmer, actor_of(door.administrator)
    refused = at_once(
        own_app,
        lambda: give_back_owed(actor=farmer, cash_return_id=returned_id, note="Đưa tận tay"),
        lambda: give_back_owed(actor=farmer, cash_return_id=returned_id, note="Đưa tận tay"),
        lambda: pay_for_producer(actor=administrator, cash_return_id=returned_id, note="Chuyển khoản"),
    )
    with own_app.app_context():
        returned = db.session.get_one(CashReturn, returned_id)
        assert refused[:2] == [None, None] and returned.recorded_at is not None
        assert returned.paid_by_site == (refused[2] is None)  # who notes it first keeps the site from paying
        assert balance_of(AccountKind.BANK_BALANCE) == (-100_000 if returned.paid_by_site else 0)
        assert audit_ledger().is_sound
