"""A hundred buyers at once on the last use of a voucher, on real connections."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from flask import Flask
from sqlalchemy import func, select

from core.accounts import ANONYMOUS
from core.db import atomic, db
from market.carts.models import CartVoucher
from market.checkout.usecases import place_order
from market.offers.models import Offer
from market.orders.models import Order
from market.promotions.errors import VoucherRefused
from market.promotions.models import Promotion, PromotionUse
from tests.factories import make_offer, make_promotion
from tests.support.paying import RECIPIENT, make_cart

BUYERS = 100


def test_a_hundred_buyers_race_for_the_last_use_and_exactly_one_gets_it(own_app: Flask) -> None:
    with own_app.app_context():
        offer = make_offer(on_hand=1_000)
        voucher = make_promotion(code="BUOI10", max_uses=3, uses=2, budget_vnd=100_000)
        offer_id, voucher_id = offer.id, voucher.id
        carts = []
        for _ in range(BUYERS):
            cart = make_cart((offer, 1))
            db.session.add(CartVoucher(cart_id=cart.id, promotion_id=voucher_id))
            carts.append(cart.id)
        db.session.commit()
    gate = threading.Barrier(8)

    def buy(number: int) -> bool:
        if number < 8:
            gate.wait()
        with own_app.app_context():
            try:
                with atomic():
                    place_order(
                        actor=ANONYMOUS,
                        cart_id=carts[number],
                        recipient=replace(RECIPIENT, phone=f"+84912{number:06d}"),
                        shown_goods_vnd=31_500,
                        commission_basis_points=300,
                        locale="vi",
                    )
            except VoucherRefused:
                return False
            finally:
                db.session.remove()
        return True

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(buy, range(BUYERS)))
    with own_app.app_context():
        assert sum(results) == 1
        assert db.session.scalar(select(func.count()).select_from(PromotionUse)) == 1
        assert db.session.scalar(select(func.count()).select_from(Order)) == 1
        found = db.session.get_one(Promotion, voucher_id)
        assert (found.uses, found.spent_vnd) == (3, 3_500)
        # Whoever was refused holds no stock either.
        assert db.session.get_one(Offer, offer_id).reserved == 1
