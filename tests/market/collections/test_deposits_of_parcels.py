"""Deposits for parcels of several lines: each with its own share, given back line by line, the ledger always sound."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from core.accounts import RoleName
from core.db import atomic, db, utc_now
from core.i18n import local_today
from market.collections.handlers import ask_for_balances
from market.collections.models import Collection, CollectionStatus
from market.ledger.audit import audit_ledger
from market.ledger.models import AccountKind
from market.ledger.queries import balance_of
from market.offers.cycles import CycleValues, cancel_cycle, open_cycle
from market.offers.events import OrderCycleCancelled
from market.offers.models import Offer, OrderCycle
from market.orders.cancelled_cycles import mark_orders_of_cycle
from market.orders.events import OrderPaid
from market.orders.models import OrderLine, OrderStatus, ParcelStatus
from market.orders.packing import pack_parcel
from market.orders.record_models import CancelledCycleOrder
from market.payments.flow import finish_refunds
from market.payments.models import Payment, Refund, RefundStatus
from market.payments.purposes import RefundReason
from market.refunds.errors import RestTooSmall
from market.refunds.flow import cancel_order, refund_order
from market.refunds.handlers import give_back_failed_harvest
from market.refunds.overdue import give_back_unpaid_balance
from market.refunds.pieces import RefundPart
from market.refunds.resuming import Transfer, ask_again, note_transfer
from tests.factories import make_lot, make_offer, make_product, make_user, sign_in
from tests.market.collections.conftest import Farm, now, open_harvest, order_of, parcel_of
from tests.support.paying import mails_asked_for
from tests.support.refunding import actor_of, lines_of, pay_for

FAILING_REFUNDS = "4000000000005126"


@dataclass
class Mixed:
    """Two of a harvest with 30 per cent (500,000), three of one with 50 (300,000), and 60,000 without any.

    Paid with the order: 150,000 + 150,000 + 60,000 and the delivery; 350,000 + 150,000 are due later.
    """

    farm: Farm
    first: OrderCycle
    second: OrderCycle
    offers: tuple[Offer, Offer, Offer]

    def order(self, card: str = "4242424242424242") -> uuid.UUID:
        return pay_for(self.farm.live, *zip(self.offers, (2, 3, 1), strict=True), card=card)

    def ask(self, order_id: uuid.UUID) -> Collection:
        for _ in range(2):
            with atomic():
                ask_for_balances(OrderPaid(order_id=order_id))
        return db.session.scalars(select(Collection).where(Collection.order_id == order_id)).one()

    def lines(self, order_id: uuid.UUID) -> list[OrderLine]:
        by_offer = {line.offer_id: line for line in lines_of(order_id)}
        return [by_offer[offer.id] for offer in self.offers]

    def give_back(
        self, order_id: uuid.UUID, units: Sequence[int], reason: RefundReason = RefundReason.LINE_SHORT
    ) -> None:
        """So many units of each of the three lines, and the vendor's answer."""
        parts = [RefundPart(line.id, count) for line, count in zip(self.lines(order_id), units, strict=True) if count]
        actor = self.farm.actor if reason == RefundReason.LINE_SHORT else actor_of(make_user(RoleName.PROVINCE_OFFICER))
        refund_order(
            actor=actor,
            order_id=order_id,
            parts=parts,
            reason=reason,
            request_key=str(uuid.uuid4()),
            gateway=self.farm.live.gateway,
        )
        finish_refunds(gateway=self.farm.live.gateway)

    def pay_rest(self, collection: Collection) -> None:
        self.farm.live.pay(self.farm.start(collection))
        self.farm.finish(collection)

    def pack(self, collection: Collection) -> None:
        lots = {
            line.id: make_lot(db.session.get_one(Offer, line.offer_id).product, quantity=50).id
            for line in lines_of(collection.order_id)
            if line.quantity > line.cancelled_quantity
        }
        with atomic():
            pack_parcel(actor=self.farm.actor, parcel_id=collection.parcel_id, lots=lots)

    @property
    def owed_to_producer(self) -> int:
        return -balance_of(AccountKind.PRODUCER_PAYABLE, self.offers[0].product.producer_id)


@pytest.fixture
def mixed(farm: Farm) -> Mixed:
    first = open_harvest(farm)
    producer = farm.offer.product.producer
    other = make_offer(make_product(producer), price_vnd=100_000, is_preorder=True)
    plain = make_offer(make_product(producer), price_vnd=60_000)
    soon = local_today(utc_now()) + timedelta(days=20)
    with atomic():
        second = open_cycle(
            actor=farm.actor,
            offer_id=other.id,
            values=CycleValues(
                utc_now() - timedelta(days=1), utc_now() + timedelta(days=9), soon, soon + timedelta(days=10), 50
            ),
        )
    return Mixed(farm, first, second, (farm.offer, other, plain))


def sound() -> bool:
    found = audit_ledger()
    assert found.is_sound, found.faults
    return True


def refunded() -> list[int]:
    return list(db.session.scalars(select(Refund.amount_vnd).order_by(Refund.created_at, Refund.id)))


def test_each_line_has_its_own_deposit_and_the_first_harvest_says_when_the_rest_is_due(mixed: Mixed) -> None:
    order_id = mixed.order()
    collection = mixed.ask(order_id)
    delivery = order_of(collection).delivery_vnd
    assert [line.balance_vnd for line in mixed.lines(order_id)] == [350_000, 150_000, 0]
    assert db.session.scalars(select(Payment.amount_vnd)).all() == [360_000 + delivery]
    assert balance_of(AccountKind.BUYER_DEPOSITS) == -360_000 - delivery
    assert collection.amount_vnd == parcel_of(collection).due_vnd == 500_000
    assert local_today(collection.due_at) == mixed.second.harvest_from
    mixed.pay_rest(collection)
    assert balance_of(AccountKind.BUYER_DEPOSITS) == 0
    assert mixed.owed_to_producer == 860_000 * 97 // 100
    assert [line.balance_vnd for line in mixed.lines(order_id)] == [0, 0, 0]
    mixed.pack(collection)
    assert sound()


def test_the_buyer_reads_what_of_which_goods_is_still_due(mixed: Mixed, client: FlaskClient) -> None:
    collection = mixed.ask(mixed.order())
    page = client.get(f"/orders/{order_of(collection).token}?lang=en").text
    for words in ("₫350,000 of it is still to be paid", "₫150,000 of it is still to be paid", "Deposit paid"):
        assert words in page
    assert "₫500,000 is still to be paid" in page
    mixed.pay_rest(collection)
    page = client.get(f"/orders/{order_of(collection).token}?lang=en").text
    assert "still to be paid" not in page and "Deposit paid" not in page


def test_cut_short_it_gives_back_what_was_paid_and_asks_for_less(mixed: Mixed, client: FlaskClient) -> None:
    order_id = mixed.order()
    collection = mixed.ask(order_id)
    page = mixed.farm.start(collection)
    mixed.give_back(order_id, (0, 1, 0))
    assert refunded() == [50_000]
    assert (now(collection).amount_vnd, parcel_of(collection).due_vnd) == (450_000, 450_000)
    assert mails_asked_for().count("collection_due") == 2, "asked for again"
    mixed.farm.live.pay(page)  # the page from before asks for too much: all of it goes back
    mixed.farm.live.send_events(client)
    finish_refunds(gateway=mixed.farm.live.gateway)
    assert refunded() == [50_000, 500_000]
    assert sound()
    mixed.pay_rest(collection)
    assert now(collection).status == CollectionStatus.PAID
    assert balance_of(AccountKind.BUYER_DEPOSITS) == 0
    assert mixed.owed_to_producer == 760_000 * 97 // 100
    assert sound()
    mixed.pack(collection)
    mixed.give_back(order_id, (0, 1, 0), RefundReason.RETURNED)
    assert refunded()[-1] == 100_000
    assert mixed.owed_to_producer == 660_000 * 97 // 100
    mixed.give_back(order_id, (2, 1, 1), RefundReason.RETURNED)
    assert mixed.owed_to_producer == balance_of(AccountKind.COMMISSION_INCOME) == 0
    assert sound()


def test_cut_short_before_the_rest_was_asked_for(mixed: Mixed) -> None:
    order_id = mixed.order()
    mixed.give_back(order_id, (1, 0, 1))
    assert refunded() == [75_000 + 60_000]
    collection = mixed.ask(order_id)
    assert collection.amount_vnd == 500_000 - 175_000
    mixed.pay_rest(collection)
    assert mixed.owed_to_producer == (860_000 - 310_000) * 97 // 100
    assert sound()


def fail(mixed: Mixed, cycle: OrderCycle) -> None:
    with atomic():
        cancel_cycle(actor=mixed.farm.actor, cycle_id=cycle.id, reason="Mưa đá")
    for _ in range(2):
        with atomic():
            mark_orders_of_cycle(cycle_id=cycle.id)
            give_back_failed_harvest(OrderCycleCancelled(cycle_id=cycle.id))
    finish_refunds(gateway=mixed.farm.live.gateway)


def test_one_harvest_fails_and_the_other_is_still_paid_for(mixed: Mixed) -> None:
    collection = mixed.ask(mixed.order())
    fail(mixed, mixed.second)
    assert db.session.scalars(select(CancelledCycleOrder.amount_vnd)).all() == refunded() == [150_000]
    assert (now(collection).status, now(collection).amount_vnd) == (CollectionStatus.OPEN, 350_000)
    mixed.pay_rest(collection)
    assert mixed.owed_to_producer == 560_000 * 97 // 100
    assert sound()


def test_with_both_harvests_failed_the_rest_of_the_parcel_is_paid_and_packed(mixed: Mixed) -> None:
    collection = mixed.ask(mixed.order())
    for cycle in (mixed.first, mixed.second):
        fail(mixed, cycle)
    assert refunded() == [150_000, 150_000]
    assert (now(collection).status, parcel_of(collection).due_vnd) == (CollectionStatus.SETTLED, 0)
    assert balance_of(AccountKind.BUYER_DEPOSITS) == 0
    assert mixed.owed_to_producer == 60_000 * 97 // 100
    assert balance_of(AccountKind.DELIVERY_PAYABLE) == -order_of(collection).delivery_vnd
    mixed.pack(collection)
    assert sound()


def test_not_paid_in_time_what_is_paid_in_full_is_still_sent(mixed: Mixed) -> None:
    collection = mixed.ask(mixed.order())
    late = collection.due_at + timedelta(seconds=1)
    for is_first in (True, False):
        with atomic():
            assert give_back_unpaid_balance(collection_id=collection.id, now=late) is is_first
    finish_refunds(gateway=mixed.farm.live.gateway)
    assert refunded() == [300_000]
    assert [line.cancelled_quantity for line in mixed.lines(collection.order_id)] == [2, 3, 0]
    stock = [db.session.get_one(Offer, offer.id, populate_existing=True).on_hand for offer in mixed.offers]
    assert stock == [100, 100, 99]
    assert (now(collection).status, parcel_of(collection).status) == (CollectionStatus.SETTLED, ParcelStatus.TO_PACK)
    mixed.pack(collection)
    assert sound()


@pytest.mark.parametrize("cut_before", [False, True])
@pytest.mark.parametrize("is_paid", [False, True])
def test_the_buyer_cancels_and_has_everything_back(mixed: Mixed, is_paid: bool, cut_before: bool) -> None:
    order_id = mixed.order()
    collection = mixed.ask(order_id)
    if cut_before:
        mixed.give_back(order_id, (0, 2, 0))
    if is_paid:
        mixed.pay_rest(collection)
    cancel_order(order_id=order_id, gateway=mixed.farm.live.gateway)
    finish_refunds(gateway=mixed.farm.live.gateway)
    assert sum(refunded()) == sum(db.session.scalars(select(Payment.amount_vnd).where(Payment.refunded_vnd > 0)))
    assert order_of(collection).status == OrderStatus.CANCELLED
    for kind in (AccountKind.PROCESSOR_BALANCE, AccountKind.BUYER_DEPOSITS, AccountKind.COMMISSION_INCOME):
        assert balance_of(kind) == 0, kind
    assert mixed.owed_to_producer == balance_of(AccountKind.DELIVERY_PAYABLE) == 0
    assert sound()


def test_what_no_card_takes_is_set_off_or_refused(mixed: Mixed) -> None:
    mixed.offers[1].price_vnd = 6_000
    db.session.flush()
    order_id = mixed.order()  # 350,000 and 9,000 are due later
    collection = mixed.ask(order_id)
    mixed.give_back(order_id, (2, 0, 0))
    assert refunded() == [150_000 - 9_000]
    assert (now(collection).status, mixed.owed_to_producer) == (CollectionStatus.SETTLED, 78_000 * 97 // 100)
    assert sound()


def test_a_rest_that_cannot_be_set_off_leaves_all_as_it_was(mixed: Mixed) -> None:
    mixed.offers[1].price_vnd = 8_000
    db.session.flush()
    order_id = pay_for(mixed.farm.live, (mixed.offers[1], 3), (mixed.offers[2], 1))  # 12,000 are due later
    collection = mixed.ask(order_id)
    lines = lines_of(order_id)
    with pytest.raises(RestTooSmall), atomic():
        refund_order(
            actor=mixed.farm.actor,
            order_id=order_id,
            parts=[RefundPart(lines[0].id, 1)],
            reason=RefundReason.LINE_SHORT,
            request_key="a",
            gateway=mixed.farm.live.gateway,
        )
    assert (now(collection).amount_vnd, refunded()) == (12_000, [])
    assert lines_of(order_id)[0].cancelled_quantity == 0


def test_a_refund_that_fails_stays_a_debt_to_the_buyer(mixed: Mixed, client: FlaskClient) -> None:
    order_id = mixed.order(card=FAILING_REFUNDS)
    collection = mixed.ask(order_id)
    mixed.give_back(order_id, (0, 1, 0))
    mixed.farm.live.banks_answer()
    mixed.farm.live.send_events(client, "refund.failed")
    assert db.session.scalars(select(Refund.status)).all() == [RefundStatus.FAILED]
    mixed.pay_rest(collection)
    assert balance_of(AccountKind.BUYER_DEPOSITS) == -50_000
    assert mixed.owed_to_producer == 760_000 * 97 // 100
    assert sound()


@pytest.mark.parametrize("is_rest_paid", [False, True])
@pytest.mark.parametrize("by_transfer", [False, True])
def test_a_refund_of_a_deposit_that_failed_is_paid_after_all_before_and_after_the_rest(
    mixed: Mixed, client: FlaskClient, is_rest_paid: bool, by_transfer: bool
) -> None:
    order_id = mixed.order(card=FAILING_REFUNDS)
    collection = mixed.ask(order_id)
    mixed.give_back(order_id, (0, 1, 0))
    mixed.farm.live.banks_answer()
    mixed.farm.live.send_events(client, "refund.failed")
    if is_rest_paid:
        mixed.pay_rest(collection)
    owed = balance_of(AccountKind.BUYER_DEPOSITS)
    failed_id = db.session.scalars(select(Refund.id)).one()
    officer = actor_of(make_user(RoleName.PROVINCE_OFFICER))
    with atomic():
        if by_transfer:
            note_transfer(actor=officer, refund_id=failed_id, transfer=Transfer(local_today(utc_now()), "FT1"))
        else:
            ask_again(actor=officer, refund_id=failed_id, refundable_vnd=1_000_000)
    finish_refunds(gateway=mixed.farm.live.gateway)
    assert balance_of(AccountKind.BUYER_DEPOSITS) == owed + 50_000
    assert balance_of(AccountKind.BANK_BALANCE) == (-50_000 if by_transfer else 0)
    if not is_rest_paid:
        mixed.pay_rest(collection)
    assert balance_of(AccountKind.BUYER_DEPOSITS) == 0
    assert mixed.owed_to_producer == 760_000 * 97 // 100
    assert sound()


def test_the_list_of_orders_says_the_same_as_the_order(mixed: Mixed, client: FlaskClient) -> None:
    order_id = mixed.order()
    collection = mixed.ask(order_id)
    buyer = make_user()
    order_of(collection).user_id = buyer.id
    sign_in(client, buyer)
    db.session.commit()
    paths = ("/orders?lang=en", f"/orders/{order_of(collection).token}?lang=en")
    for path in paths:
        assert "Deposit paid" in client.get(path).text
    mixed.pay_rest(collection)
    for path in paths:
        page = client.get(path).text
        assert "Deposit paid" not in page and "Paid" in page
