"""Rules of a history: two things at the same moment, each on a connection of its own."""

import uuid
from collections.abc import Callable
from functools import partial

from hypothesis import strategies as st
from hypothesis.stateful import rule

from core.errors import Conflict
from market.offers.errors import OffersRefused
from market.payments.purposes import PurposeKind, RefundReason
from tests.market.payments.sandbox.running import VISA
from tests.market.stateful.buyers import Buyers
from tests.market.stateful.deeds import Basket
from tests.market.stateful.door import Door
from tests.market.stateful.history import GOODS, REFUSED_ORDER, REFUSED_REFUND, numbers, picks
from tests.market.stateful.others import Others
from tests.market.stateful.world import Action

WITH_PAYING = ("cancel", "expire", "sweep", "vendor", "hear", "come back", "order again", "pay", "fails", "relay")
WITH_COLLECTING = ("let go", "pay", "give back", "cancel", "sweep", "relay", "too late", "fails")
COLLECTION = PurposeKind.COLLECTION
WITH_PAID = ("pack", "cancel", "give back", "give back the same", "sweep", "hear", "refunds", "relay", "fails")


def unrefused(action: Action) -> Action:
    """An action by nobody who could read a refusal: a webhook, a task, a buyer on the way back. It finds its way."""

    def act() -> object:
        try:
            return action()
        except Conflict as refusal:
            raise AssertionError("refused to nobody") from refusal

    return act


class Duels(Buyers, Door, Others):
    """Pairs that have raced in somebody's shop."""

    @rule(number=numbers, quantity=st.integers(1, 3), voucher=st.integers(0, 2), opens=st.booleans())
    def two_buyers_for_the_last_pieces(self, number: int, quantity: int, voucher: int, opens: bool) -> None:
        """Of two goods, named in another order by each; and perhaps for the last use of a voucher."""
        vouchers = self.vouchers[voucher : voucher + 1]
        other = (number + 1) % GOODS
        found = [
            self.alone(lambda wanted=wanted, buyer=buyer: self.deeds.fill_basket(buyer, wanted, vouchers, None))
            for buyer, wanted in enumerate(({number: quantity, other: 1}, {other: 1, number: quantity}))
        ]
        first, second = (basket for basket in found if isinstance(basket, Basket))
        self.baskets += [first, second]
        answers = self.together(
            lambda: self.deeds.order(first), lambda: self.deeds.order(second), may_raise=REFUSED_ORDER
        )
        self.placed(answers, first, second)
        if opens:
            for answer in answers:
                if isinstance(answer, uuid.UUID):
                    self.to_page(answer)

    @rule(pick=picks, changes=st.booleans())
    def the_same_form_twice(self, pick: int, changes: bool) -> None:
        """Both send it, one perhaps with another address."""
        if not self.baskets:
            return self.do_something_else(pick)
        basket = self.alone(lambda: self.deeds.look_at(self.baskets[-1 - pick % len(self.baskets)]))
        assert isinstance(basket, Basket)
        address = "Thôn 9" if changes else "Thôn 3"
        answers = self.together(
            lambda: self.deeds.order(basket), lambda: self.deeds.order(basket, address=address), may_raise=REFUSED_ORDER
        )
        self.placed(answers, basket)

    @rule(pick=picks)
    def two_tabs_to_the_page(self, pick: int) -> None:
        if not self.those("awaiting_payment"):
            return self.do_something_else(pick)
        order_id = self.choose(pick, "awaiting_payment")
        pages = self.together(lambda: self.deeds.open_page(order_id), lambda: self.deeds.open_page(order_id))
        found = {page for page in pages if isinstance(page, str)}
        if found:
            self.pages[order_id] = found.pop()

    @rule(pick=picks, rival=st.sampled_from(WITH_PAYING), is_paid=st.booleans())
    def paying_and(self, pick: int, rival: str, is_paid: bool) -> None:
        """The buyer pays, or comes back having paid, while something else happens to the order."""
        if not (any(order_id in self.pages for order_id in self.those("awaiting_payment"))):
            return self.do_something_else(pick)
        waiting = [order_id for order_id in self.those("awaiting_payment") if order_id in self.pages]
        order_id = waiting[pick % len(waiting)]
        page = self.pages[order_id]
        if is_paid:
            self.alone(lambda: self.deeds.pay(page, VISA, passes=True))
            self.news += self.fresh_news()
        event = self.news[-1] if self.news else None
        basket = self.basket_of[order_id]
        rivals: dict[str, Action] = {
            "cancel": lambda: self.deeds.cancel(order_id),
            "expire": unrefused(self.deeds.expire_abandoned),
            "sweep": unrefused(self.deeds.reconcile),
            "vendor": self.world.vendor_sweeps,
            "hear": unrefused(lambda: self.deeds.hear(event) if event else None),
            "come back": unrefused(lambda: self.deeds.come_back(order_id)),
            "order again": lambda: self.deeds.order(basket, address="Thôn 9"),
            "pay": lambda: self.deeds.pay(page, VISA, passes=True),
            "fails": self.deeds.fail_harvest,
            "relay": unrefused(self.deeds.relay),
        }
        mine = "come back" if is_paid else "pay"
        self.placed(self.together(rivals[mine], rivals[rival], may_raise=REFUSED_ORDER | REFUSED_REFUND), basket)

    @rule(pick=picks, first=st.sampled_from(WITH_PAID), second=st.sampled_from(WITH_PAID))
    def of_a_paid_order(self, pick: int, first: str, second: str) -> None:
        """Two who do something about the same paid order."""
        if not self.those("paid"):
            return self.do_something_else(pick)
        order_id, key = self.choose(pick, "paid"), self.new_key()
        parcel = self.parcel(pick, "to_pack")
        event = self.news[pick % len(self.news)] if self.news else None
        officers = iter(self.world.officers)

        def give_back(key: str) -> Action:
            actor = next(officers)
            return lambda: self.deeds.give_back(order_id, actor, reason=RefundReason.LINE_SHORT, units=1, key=key)

        actions: dict[str, Callable[[], Action]] = {
            "pack": lambda: lambda: self.deeds.pack(parcel[0], 90) if parcel else None,
            "cancel": lambda: lambda: self.deeds.cancel(order_id),
            "give back": lambda: give_back(self.new_key()),
            "give back the same": lambda: give_back(key),
            "sweep": lambda: unrefused(self.deeds.reconcile),
            "hear": lambda: unrefused(lambda: self.deeds.hear(event) if event else None),
            "refunds": lambda: unrefused(self.deeds.finish_refunds),
            "relay": lambda: unrefused(self.deeds.relay),
            "fails": lambda: self.deeds.fail_harvest,
        }
        self.together(actions[first](), actions[second](), may_raise=REFUSED_REFUND)

    @rule(pick=picks, rival=st.sampled_from(WITH_COLLECTING))
    def paying_what_is_due_and(self, pick: int, rival: str) -> None:
        """The buyer pays more for heavier goods, or the rest, while it is let go, or the order is given back."""
        found = self.heavier(pick, "heavier" if rival == "let go" else None)
        page = self.alone(lambda: self.deeds.open_page(found[0], COLLECTION), {Conflict}) if found else None
        if found is None or not isinstance(page, str):
            return self.do_something_else(pick)
        collection_id, farm, order_id = found
        officer, key = self.world.officers[0], self.new_key()

        def pay_and_come_back() -> None:
            self.deeds.pay(page, VISA, passes=True)
            self.deeds.come_back(collection_id, COLLECTION)

        rivals: dict[str, Action] = {
            "let go": lambda: self.deeds.let_go(collection_id, farm),
            "pay": pay_and_come_back,
            "give back": lambda: self.deeds.give_back(
                order_id, officer, reason=RefundReason.LINE_SHORT, units=1, key=key
            ),
            "cancel": lambda: self.deeds.cancel(order_id),
            "sweep": unrefused(self.deeds.reconcile),
            "relay": unrefused(self.deeds.relay),
            "too late": unrefused(self.deeds.end_unpaid_balances),
            "fails": self.deeds.fail_harvest,
        }
        if rival == "too late":
            self.world.let_harvest_come()
        self.together(unrefused(pay_and_come_back), rivals[rival], may_raise=REFUSED_REFUND)

    @rule(pick=picks, number=st.sampled_from((0, 2, 3)), spoils=st.booleans())
    def ordering_while_the_producer_saves(self, pick: int, number: int, spoils: bool) -> None:
        if not self.baskets:
            return self.do_something_else(pick)
        basket = self.baskets[-1 - pick % len(self.baskets)]
        save = partial(self.deeds.spoil, number, 1) if spoils else partial(self.deeds.reprice, number, 35_000)
        answers = self.together(lambda: self.deeds.order(basket), save, may_raise=REFUSED_ORDER | {OffersRefused})
        self.placed(answers, basket)
