"""Rules of a history: what is paid in cash when it comes, or not taken."""

import uuid
from collections.abc import Callable
from functools import partial

from hypothesis import strategies as st
from hypothesis.stateful import rule

from core.db import atomic, new_id
from core.errors import Conflict
from market.cash.errors import CashNotNoted, CashRefused, MoreThanWasReceived
from market.cash.giving_back import give_back_cash
from market.cash.queries import cash_money, get_cash_parcel
from market.cash.usecases import record_cash, record_refusal
from market.refunds.errors import NothingChosen
from market.refunds.pieces import RefundPart
from market.refunds.usecases import leave_out_of_cash_order
from tests.market.stateful.deeds import Basket
from tests.market.stateful.history import REFUSED_ORDER, Errors, History, numbers, picks, pieces
from tests.market.stateful.world import Action

AT_THE_DOOR = ("pay", "pay less", "refuse")
REFUSED_CASH: Errors = REFUSED_ORDER | {CashRefused}
CASH = """
SELECT p.id, l.offer_id, l.id AS line_id, p.order_id FROM cash_parcels c JOIN parcels p ON p.id = c.parcel_id
  JOIN order_lines l ON l.parcel_id = p.id
 WHERE p.order_id = ANY(:orders) AND p.status = :parcel AND c.status = :cash ORDER BY p.id, l.id
"""


class Door(History):
    """Orders of the neighbour, and what happens when they come."""

    @rule(number=numbers, quantity=pieces, is_fresh=st.booleans())
    def order_for_cash(self, number: int, quantity: int, is_fresh: bool) -> None:
        """What was brought a moment ago, or whatever is left of it."""
        if is_fresh:
            self.alone(lambda: self.deeds.harvest(number, quantity))
        basket = self.alone(lambda: self.deeds.fill_basket(0, {number: quantity}, [], None))
        assert isinstance(basket, Basket)
        self.placed([self.alone(lambda: self.deeds.order(basket, pays_cash=True), REFUSED_CASH)], basket)

    @rule(pick=picks)
    def by_card_in_one_tab_and_for_cash_in_the_other(self, pick: int) -> None:
        if not self.baskets:
            return self.do_something_else(pick)
        basket = self.alone(lambda: self.deeds.look_at(self.baskets[-1 - pick % len(self.baskets)]))
        assert isinstance(basket, Basket)
        answers = self.together(
            lambda: self.deeds.order(basket, by_neighbour=True),
            lambda: self.deeds.order(basket, pays_cash=True),
            may_raise=REFUSED_CASH,
        )
        self.placed(answers, basket)

    @rule(pick=picks, what=st.sampled_from(AT_THE_DOOR))
    def the_parcel_comes(self, pick: int, what: str) -> None:
        parcel = self._at_the_door(pick)
        if parcel is None:
            return self.do_something_else(pick)
        self.alone(self._answer(what, *parcel))

    @rule(pick=picks, first=st.sampled_from(AT_THE_DOOR), second=st.sampled_from(AT_THE_DOOR))
    def two_of_a_farm_note_what_came_of_it(self, pick: int, first: str, second: str) -> None:
        parcel = self._at_the_door(pick)
        if parcel is None:
            return self.do_something_else(pick)
        self.together(self._answer(first, *parcel), self._answer(second, *parcel))

    @rule(pick=picks, amount=st.sampled_from((1, 20_000, 90_000)), twice=st.booleans())
    def give_cash_back(self, pick: int, amount: int, twice: bool) -> None:
        found = self._paid_at_the_door(pick)
        if found is None:
            return self.do_something_else(pick)
        parcel_id, farm, key = *found, self.new_key()

        def give() -> None:
            with atomic():
                give_back_cash(
                    actor=self.world.farmers[farm], parcel_id=parcel_id, amount_vnd=amount, note="Mẫu", request_key=key
                )

        refused: Errors = {MoreThanWasReceived, CashNotNoted}
        if twice:
            self.together(give, give, may_raise=refused)
        else:
            self.alone(give, refused)

    @rule(pick=picks, units=pieces, cancels=st.booleans())
    def less_than_was_ordered_for_cash(self, pick: int, units: int, cancels: bool) -> None:
        """The producer has not as many; perhaps the buyer cancels at that moment."""
        found = self._cash(pick, parcel="to_pack", cash="due")
        if found is None:
            return self.do_something_else(pick)
        _parcel_id, farm, order_id, line_id = found

        def leave_out() -> None:
            parts = [RefundPart(line_id, units)]
            with atomic():
                leave_out_of_cash_order(
                    actor=self.world.farmers[farm], order_id=order_id, parts=parts, request_key=str(new_id())
                )

        refused: Errors = {Conflict, NothingChosen}
        if cancels:
            self.together(leave_out, lambda: self.deeds.cancel(order_id), may_raise=refused)
        else:
            self.alone(leave_out, refused)

    def _cash(self, pick: int, *, parcel: str, cash: str) -> tuple[uuid.UUID, int, uuid.UUID, uuid.UUID] | None:
        """A parcel of this history that is paid in cash, whose it is, its order, and a line of it."""
        found = self.world.sql(CASH, orders=self.orders, parcel=parcel, cash=cash)
        if not found:
            return None
        chosen = found[pick % len(found)]
        return chosen.id, self.world.farm_of(chosen.offer_id), chosen.order_id, chosen.line_id

    def _at_the_door(self, pick: int) -> tuple[uuid.UUID, int] | None:
        """A parcel that is on its way and paid in cash; where there is none, one is packed and sent."""
        found = self._cash(pick, parcel="shipped", cash="due")
        if found is None:
            found = self._cash(pick, parcel="to_pack", cash="due")
            if found is None:
                return None
            parcel_id, farm = found[:2]
            self.pack_parcel(parcel_id, (90, 100, 120)[pick % 3])
            self.alone(lambda: self.deeds.ship(parcel_id, farm))
        return found[:2]

    def _paid_at_the_door(self, pick: int) -> tuple[uuid.UUID, int] | None:
        """A parcel that was paid in cash; where there is none, one that is on its way is paid."""
        found = self._cash(pick, parcel="shipped", cash="received")
        if found is not None:
            return found[:2]
        parcel = self._at_the_door(pick)
        if parcel is not None:
            self.alone(self._answer("pay", *parcel))
        return parcel

    def _answer(self, what: str, parcel_id: uuid.UUID, farm: int) -> Action:
        farmer = self.world.farmers[farm]

        def pay(less_vnd: int) -> None:
            with atomic():
                due_vnd = cash_money(get_cash_parcel(farmer, parcel_id).parcel).due_vnd
                received_vnd = max(0, due_vnd - less_vnd)
                record_cash(actor=farmer, parcel_id=parcel_id, received_vnd=received_vnd, reason="Thiếu tiền lẻ (mẫu)")

        def refuse() -> None:
            with atomic():
                record_refusal(actor=farmer, parcel_id=parcel_id, reason="Không nhận (mẫu)")

        answers: dict[str, Callable[[], None]] = {
            "pay": partial(pay, 0),
            "pay less": partial(pay, 500),
            "refuse": refuse,
        }
        return answers[what]
