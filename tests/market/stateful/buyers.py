"""Rules of a history: what buyers do."""

import uuid

from hypothesis import strategies as st
from hypothesis.stateful import rule

from core.errors import Conflict
from market.payments.purposes import PurposeKind
from tests.market.payments.sandbox.running import VISA
from tests.market.stateful.deeds import Basket
from tests.market.stateful.history import (
    REFUSED_ORDER,
    REFUSED_REFUND,
    History,
    buyers,
    numbers,
    picks,
    pieces,
    weather,
)
from tests.market.stateful.world import REFUND_FAILS
from tests.support.paying import DECLINED

CARDS = (VISA, VISA, VISA, DECLINED, "4000000000009995", "4000002500003155", "4000000000007726", REFUND_FAILS)
"""Most pay; some are refused, ask for 3-D Secure, or take refunds late or not at all."""


class Buyers(History):
    """Baskets, orders, cards, and second thoughts."""

    @rule(buyer=buyers, first=numbers, second=numbers, quantity=pieces, voucher=st.integers(0, 4))
    def browse(self, buyer: int, first: int, second: int, quantity: int, voucher: int) -> None:
        vouchers = self.vouchers[voucher : voucher + 1]
        replaced = self.baskets[-1].cart_id if self.baskets and buyer == 3 else None
        basket = self.alone(lambda: self.deeds.fill_basket(buyer, {first: quantity, second: 1}, vouchers, replaced))
        assert isinstance(basket, Basket)
        self.baskets.append(basket)

    @rule(pick=picks, looks=st.booleans(), opens=st.booleans(), fault=weather)
    def order(self, pick: int, looks: bool, opens: bool, fault: str) -> None:
        if not self.baskets:
            return self.do_something_else(pick)
        basket = self.baskets[-1 - pick % len(self.baskets)]
        if looks:
            found = self.alone(lambda: self.deeds.look_at(basket))
            assert isinstance(found, Basket)
            basket = found
        answer = self.alone(lambda: self.deeds.order(basket), REFUSED_ORDER | self.lose(fault))
        self.placed([answer], basket)
        if opens and isinstance(answer, uuid.UUID):
            self.to_page(answer, fault)

    @rule(pick=picks, fault=weather)
    def open_page(self, pick: int, fault: str) -> None:
        if not self.those("awaiting_payment"):
            return self.do_something_else(pick)
        self.to_page(self.choose(pick, "awaiting_payment"), fault)

    @rule(pick=picks, card=st.sampled_from(CARDS), passes=st.booleans(), waits=st.booleans())
    def pay(self, pick: int, card: str, passes: bool, waits: bool) -> None:
        if not self.pages:
            return self.do_something_else(pick)
        page = self.page(pick, waits)
        self.alone(lambda: self.deeds.pay(page, card, passes=passes))

    @rule(pick=picks, fault=weather)
    def come_back(self, pick: int, fault: str) -> None:
        if not self.orders:
            return self.do_something_else(pick)
        order_id = self.choose(pick, "awaiting_payment")
        self.alone(lambda: self.deeds.come_back(order_id), self.lose(fault))

    @rule(pick=picks, fault=weather)
    def cancel(self, pick: int, fault: str) -> None:
        if not self.orders:
            return self.do_something_else(pick)
        order_id = self.choose(pick, "awaiting_payment", "paid")
        self.alone(lambda: self.deeds.cancel(order_id), REFUSED_REFUND | self.lose(fault))

    @rule(pick=picks, card=st.sampled_from(CARDS), comes_back=st.booleans(), fault=weather)
    def pay_what_is_due(self, pick: int, card: str, comes_back: bool, fault: str) -> None:
        """Most often while the producer waits; the page of what was let go, or paid, is closed."""
        found = self.heavier(pick, None) or self.collection(pick, "open", "paid", "waived", "cancelled", "settled")
        if found is None:
            return self.do_something_else(pick)
        kind = PurposeKind.COLLECTION
        page = self.alone(lambda: self.deeds.open_page(found[0], kind), {Conflict} | self.lose(fault))
        if isinstance(page, str):
            self.alone(lambda: self.deeds.pay(page, card, passes=True))
        if comes_back:
            self.alone(lambda: self.deeds.come_back(found[0], kind))
