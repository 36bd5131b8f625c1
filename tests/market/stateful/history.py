"""A history: what is known of it, how its steps are taken, and what is looked at after each."""

import uuid
from collections.abc import Iterable
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant

from core.errors import AppError, Conflict, Unavailable
from market.checkout.errors import PricesChanged
from market.offers.stock import SoldOut
from market.promotions.errors import VoucherRefused
from market.refunds.errors import MoreThanWasPaid, NotPaidByCard, PaymentDisputed
from tests.market.payments.sandbox.running import VISA
from tests.market.stateful.books import check_end, check_step
from tests.market.stateful.deeds import Basket, Deeds
from tests.market.stateful.world import REFUND_FAILS, Action, World
from tests.support.paying import DECLINED

Errors = set[type[AppError]]
MOST_SWEEPS = 4
PURCHASES = (
    (VISA, True, False),
    (VISA, False, False),
    (REFUND_FAILS, True, False),
    (DECLINED, True, False),
    (VISA, False, True),
)
"""Cards, whether the buyer comes back to the shop, and whether the time is over by then."""

NONE: Errors = set()
REFUSED_ORDER: Errors = {SoldOut, PricesChanged, VoucherRefused}
REFUSED_REFUND: Errors = {MoreThanWasPaid, NotPaidByCard, PaymentDisputed, Conflict}

picks = st.integers(0, 14)
GOODS = 5
numbers = st.integers(0, GOODS - 1)
buyers = st.integers(0, 3)
pieces = st.integers(1, 3)
weather = st.sampled_from(("", "", "", "", "request", "answer"))


class History(RuleBasedStateMachine):
    """A history of orders, from the basket to the last refund."""

    steps: ClassVar[int] = 0

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world, self.deeds = world, Deeds(world)
        self.baskets: list[Basket] = []
        self.basket_of: dict[uuid.UUID, Basket] = {}
        self.pages: dict[uuid.UUID, str] = {}
        self.news: list[dict[str, Any]] = []
        self.states: dict[uuid.UUID, str] = {}
        self.vouchers: list[uuid.UUID] = []
        self.heard_up_to = self.since_sweep = self.keys = 0
        self.is_broken = False

    @initialize(stock=st.tuples(*[st.integers(1, 4)] * GOODS), uses=st.tuples(st.integers(1, 2), st.integers(1, 2)))
    def open_market(self, stock: tuple[int, ...], uses: tuple[int, ...]) -> None:
        """Little of everything, so that the last piece is soon at stake."""
        self.world.begin()
        self.world.stock_up(stock)
        self.vouchers = self.world.make_vouchers(uses)
        self.heard_up_to = max((number for number, _event in self.deeds.take_news(0)), default=0)
        self.states = check_step(self.world, self.orders, self.vouchers, {})

    @property
    def orders(self) -> list[uuid.UUID]:
        """The orders of this history, the oldest first."""
        return list(self.basket_of)

    def do_something_else(self, pick: int) -> None:
        """What a step does that finds nothing to do: buy what there is, or bring more.

        Which steps there are must not hang on what has happened: of two at once, either may have been first.
        """
        if pick >= len(PURCHASES):
            self.alone(lambda: self.deeds.harvest(pick % GOODS, 2))
            return
        card, comes_back, is_late = PURCHASES[pick]
        basket = self.alone(
            lambda: self.deeds.fill_basket(pick % 4, {(pick + 1) % GOODS: 1}, self.vouchers[: pick % 2], None)
        )
        assert isinstance(basket, Basket)
        self.baskets.append(basket)
        answer = self.alone(lambda: self.deeds.order(basket), REFUSED_ORDER)
        self.placed([answer], basket)
        if not isinstance(answer, uuid.UUID):
            return
        self.to_page(answer)
        page = self.pages.get(answer, "")
        if is_late:
            self.world.let_pass(40, here=True, there=False)
            self.alone(self.deeds.expire_abandoned)
        self.alone(lambda: self.deeds.pay(page, card, passes=True))
        if comes_back:
            self.alone(lambda: self.deeds.come_back(answer))

    def to_page(self, order_id: uuid.UUID, fault: str = "") -> None:
        """Open the page of an order; meanwhile it may have been paid, or have ended."""
        page = self.alone(lambda: self.deeds.open_page(order_id), {Conflict} | self.lose(fault))
        if isinstance(page, str):
            self.pages[order_id] = page

    def new_key(self) -> str:
        """The key of a form that nobody has sent yet."""
        self.keys += 1
        return f"form-{self.keys}"

    # How steps are taken

    def alone(self, action: Action, may_raise: Errors = NONE) -> object:
        """One request; what it returned, or the error that was expected."""
        self.is_broken = True
        return self._judge([self.world.do(action)], may_raise)[0]

    def together(self, *actions: Action, may_raise: Errors = NONE) -> list[object]:
        """Requests that begin at the same moment. Whoever comes second may be refused, or told to try again."""
        self.is_broken = True
        return self._judge(self.world.do_at_once(*actions), may_raise | {Unavailable, Conflict})

    def _judge(self, answers: list[object], may_raise: Errors) -> list[object]:
        self.world.gateway.lose()
        for answer in answers:
            if isinstance(answer, AppError) and not isinstance(answer, tuple(may_raise)):
                raise answer
        return answers

    def lose(self, fault: str) -> Errors:
        """Let the vendor fail once; what the step may raise then."""
        self.world.gateway.lose(fault)
        return {Unavailable} if fault else set()

    def those(self, *states: str) -> list[uuid.UUID]:
        """The orders of this history in one of these states."""
        return [order_id for order_id in self.orders if self.states.get(order_id) in states]

    def choose(self, pick: int, *states: str) -> uuid.UUID:
        """One of those; where there is none, any."""
        found = self.those(*states) or self.orders
        return found[pick % len(found)]

    def placed(self, answers: Iterable[object], *baskets: Basket) -> None:
        """Keep the orders among the answers, each with the basket that it came from."""
        for number, answer in enumerate(answers):
            if isinstance(answer, uuid.UUID):
                self.basket_of.setdefault(answer, baskets[min(number, len(baskets) - 1)])

    def page(self, pick: int, waits: bool = True) -> str:
        """A page; of an order that waits, or of any, which may have ended long ago."""
        found = [self.pages[order_id] for order_id in self.those("awaiting_payment") if order_id in self.pages]
        pages = found if found and waits else list(self.pages.values())
        return pages[pick % len(pages)]

    def collection(self, pick: int, *states: str, reason: str | None = None) -> tuple[uuid.UUID, int, uuid.UUID] | None:
        """What is still to be paid of an order of this history, whose goods it is for, and the order.

        For a `reason`, or any: more for heavier goods, or the rest of what was ordered with a deposit.
        """
        found = self.world.sql(
            "SELECT DISTINCT c.id, c.order_id, l.offer_id FROM collections c JOIN order_lines l"
            " ON l.parcel_id = c.parcel_id WHERE c.order_id = ANY(:orders) AND c.status = ANY(:states)"
            " AND (c.reason = :reason OR CAST(:reason AS text) IS NULL) ORDER BY c.id, l.offer_id",
            orders=self.orders,
            states=list(states),
            reason=reason,
        )
        if not found:
            return None
        chosen = found[pick % len(found)]
        return chosen.id, self.world.farm_of(chosen.offer_id), chosen.order_id

    def parcel(self, pick: int, status: str) -> tuple[uuid.UUID, int] | None:
        """A parcel of this history in this state, and whose it is."""
        found = self.world.sql(
            "SELECT p.id, l.offer_id FROM parcels p JOIN order_lines l ON l.parcel_id = p.id "
            "WHERE p.order_id = ANY(:orders) AND p.status = :status ORDER BY p.id, l.id",
            orders=self.orders,
            status=status,
        )
        if not found:
            return None
        chosen = found[pick % len(found)]
        return chosen.id, self.world.farm_of(chosen.offer_id)

    def heavier(self, pick: int, reason: str | None = "heavier") -> tuple[uuid.UUID, int, uuid.UUID] | None:
        """What heavier goods cost more; where nothing is due, a parcel is packed that may weigh more."""
        found, parcel = self.collection(pick, "open", reason=reason), self.parcel(pick, "to_pack")
        if found is None and parcel is not None:
            self.pack_parcel(parcel[0], 120)
            self.alone(self.deeds.relay)
            found = self.collection(pick, "open", reason=reason)
        return found

    def pack_parcel(self, parcel_id: uuid.UUID, share: int) -> None:
        """Pack a parcel, unless its rest is still to be paid."""
        self.alone(lambda: self.deeds.pack(parcel_id, share), {Conflict} if self.is_due(parcel_id) else NONE)

    def is_due(self, parcel_id: uuid.UUID) -> bool:
        """Whether something of a parcel is still to be paid."""
        return bool(self.world.sql("SELECT FROM parcels WHERE id = :parcel AND due_vnd > 0", parcel=parcel_id))

    def fresh_news(self) -> list[dict[str, Any]]:
        """What the vendor has to tell since this was asked last."""
        found = self.deeds.take_news(self.heard_up_to)
        self.heard_up_to = max([self.heard_up_to, *(number for number, _event in found)])
        return [event for _number, event in found]

    # What is looked at

    @invariant()
    def nothing_is_off(self) -> None:
        """After every step."""
        if not self.vouchers:
            return
        History.steps += 1
        self.is_broken = True
        self.states = check_step(self.world, self.orders, self.vouchers, self.states)
        self.news += self.fresh_news()
        self.since_sweep += 1
        self.is_broken = False

    def teardown(self) -> None:
        """All time passes, no webhook comes any more, and the sweep makes both sides equal."""
        if not self.vouchers or self.is_broken:
            return
        for _ in range(MOST_SWEEPS):
            self.world.let_pass(60, here=True, there=True, is_the_end=True)
            self.world.let_harvest_come()
            self.world.vendor_sweeps()
            self.alone(self.deeds.relay)
            self.alone(self.deeds.expire_abandoned)
            self.alone(self.deeds.end_unpaid_balances)
            if self.alone(self.deeds.reconcile) == 0:
                break
        check_step(self.world, self.orders, self.vouchers, self.states)
        check_end(self.world, self.orders)
        self.world.end()
