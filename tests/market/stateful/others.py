"""Rules of a history: what producers, officers, the vendor and the clock do."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from core.errors import Conflict
from market.offers.errors import OffersRefused
from market.payments.purposes import RefundReason
from tests.market.stateful.history import NONE, REFUSED_REFUND, History, numbers, picks, pieces, weather

BETWEEN_SWEEPS = 12
"""The sweep comes seldom, and is the dearest step."""


class Others(History):
    """Goods, parcels, refunds, news and time."""

    @rule(number=st.sampled_from((0, 2, 3)), price=st.sampled_from((21_000, 35_000, 36_500)))
    def reprice(self, number: int, price: int) -> None:
        self.alone(lambda: self.deeds.reprice(number, price), {OffersRefused})

    @rule(number=numbers, quantity=pieces, is_spoilt=st.booleans())
    def count(self, number: int, quantity: int, is_spoilt: bool) -> None:
        if is_spoilt:
            self.alone(lambda: self.deeds.spoil(number, quantity), {Conflict})
        else:
            self.alone(lambda: self.deeds.harvest(number, quantity))

    @rule(pick=picks, share=st.sampled_from((80, 90, 100, 120)))
    def pack(self, pick: int, share: int) -> None:
        parcel = self.parcel(pick, "to_pack")
        if parcel is None:
            return self.do_something_else(pick)
        self.pack_parcel(parcel[0], share)

    @rule(pick=picks)
    def ship(self, pick: int) -> None:
        parcel = self.parcel(pick, "packed")
        if parcel is None:
            return self.do_something_else(pick)
        self.alone(lambda: self.deeds.ship(*parcel), {Conflict} if self.is_due(parcel[0]) else NONE)

    @rule(pick=picks)
    def let_go(self, pick: int) -> None:
        """The producer asks no more for heavier goods."""
        found = self.heavier(pick)
        if found is None:
            return self.do_something_else(pick)
        self.alone(lambda: self.deeds.let_go(found[0], found[1]))

    @rule(pick=picks)
    def harvest_fails(self, pick: int) -> None:
        """Seldom, or nobody would ever get what was ordered of one."""
        if pick > 4:
            return self.do_something_else(pick)
        self.alone(self.deeds.fail_harvest)

    @rule(pick=picks, is_short=st.booleans(), units=pieces, fault=weather)
    def give_back(self, pick: int, is_short: bool, units: int, fault: str) -> None:
        if not self.those("paid", "shipped", "cancelled"):
            return self.do_something_else(pick)
        order_id, actor, key = self.choose(pick, "paid", "shipped", "cancelled"), self.world.officers[0], self.new_key()
        reason = RefundReason.LINE_SHORT if is_short else RefundReason.RETURNED
        refused = REFUSED_REFUND | self.lose(fault)
        self.alone(lambda: self.deeds.give_back(order_id, actor, reason=reason, units=units, key=key), refused)

    @rule(pick=picks, amount=st.sampled_from((1, 999, 20_000, 90_000)), fault=weather)
    def give_back_sum(self, pick: int, amount: int, fault: str) -> None:
        if not self.those("paid", "shipped"):
            return self.do_something_else(pick)
        order_id, actor, key = self.choose(pick, "paid", "shipped"), self.world.officers[0], self.new_key()
        refused = REFUSED_REFUND | self.lose(fault)
        self.alone(lambda: self.deeds.give_back_sum(order_id, actor, amount_vnd=amount, key=key), refused)

    # Webhooks: any of those that wait, so that they come late and out of order

    @rule(pick=picks, is_kept=st.booleans(), fault=weather)
    def hear(self, pick: int, is_kept: bool, fault: str) -> None:
        """A webhook comes; one that is kept, or that met a fault, comes again."""
        if not self.news:
            return self.do_something_else(pick)
        event = self.news[pick % len(self.news)]
        answer = self.alone(lambda: self.deeds.hear(event), self.lose(fault))
        if answer is None and not is_kept:
            self.news.remove(event)

    @rule(pick=picks)
    def lose_news(self, pick: int) -> None:
        """A webhook never comes."""
        if not (len(self.news) > 3):
            return self.do_something_else(pick)
        self.news.pop(pick % len(self.news))

    @rule(pick=picks)
    def dispute(self, pick: int) -> None:
        self.alone(lambda: self.deeds.dispute(pick))

    # The clock

    @rule(minutes=st.sampled_from((1, 1, 10, 10, 36)), where=st.sampled_from(("both", "both", "here", "there")))
    def time_passes(self, minutes: int, where: str) -> None:
        self.world.let_pass(minutes, here=where != "there", there=where != "here")

    @rule(who=st.sampled_from(("expire", "vendor", "relay", "refunds", "pay out", "harvest")), fault=weather)
    def clock(self, who: str, fault: str) -> None:
        """One of the tasks that the clock begins."""
        if who == "vendor":
            self.world.vendor_sweeps()
            return
        if who == "harvest":
            self.world.let_harvest_come()
        tasks = {
            "expire": self.deeds.expire_abandoned,
            "relay": self.deeds.relay,
            "refunds": self.deeds.finish_refunds,
            "pay out": self.deeds.pay_out,
            "harvest": self.deeds.end_unpaid_balances,
        }
        self.lose(fault)
        self.alone(tasks[who])

    @precondition(lambda self: self.since_sweep >= BETWEEN_SWEEPS)
    @rule(fault=weather)
    def sweep(self, fault: str) -> None:
        self.since_sweep = 0
        self.lose(fault)
        self.alone(self.deeds.reconcile)
