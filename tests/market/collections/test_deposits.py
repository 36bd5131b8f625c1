"""Harvests ordered with a deposit: what is due when, in the ledger, and what becomes of it."""

import uuid
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from core.accounts import RoleName
from core.db import atomic, db, utc_now
from core.errors import Conflict, NotFound
from core.i18n import local_today
from market.collections.models import CollectionReason, CollectionStatus
from market.collections.rules import DEPOSIT_AHEAD, REMIND_BEFORE, DepositTerms, balances
from market.collections.usecases import remind_buyers, waive_collection
from market.ledger.audit import audit_ledger
from market.ledger.models import AccountKind
from market.ledger.queries import balance_of
from market.offers.cycles import cancel_cycle
from market.offers.events import OrderCycleCancelled
from market.offers.models import Offer, OrderCycle
from market.orders.cancelled_cycles import mark_orders_of_cycle
from market.orders.models import Order, OrderStatus, ParcelStatus
from market.orders.packing import pack_parcel, ship_parcel
from market.orders.picking import count_to_pack
from market.orders.record_models import CancelledCycleOrder
from market.payments.flow import finish_refunds
from market.payments.models import Payment, Refund
from market.payments.purposes import RefundReason
from market.payouts.queries import list_payables
from market.refunds.errors import RestNotPaid
from market.refunds.flow import cancel_order, refund_order
from market.refunds.handlers import give_back_failed_harvest
from market.refunds.overdue import give_back_unpaid_balance, unpaid_balance_ids
from market.refunds.pieces import RefundPart
from tests.factories import make_offer, make_user, sign_in
from tests.market.collections.conftest import Farm, now, open_harvest, order_and_ask, order_of, parcel_of
from tests.support.order_page import open_order, step_of, totals_of
from tests.support.paying import hold_cart, mails_asked_for, make_cart
from tests.support.refunding import actor_of, lines_of

TODAY = date(2026, 11, 1)
FAR = TODAY + timedelta(days=30)


def sound() -> bool:
    found = audit_ledger()
    assert found.is_sound, found.faults
    return True


# Rules


@given(charged=st.integers(1_000, 10**8), percent=st.integers(10, 90))
def test_deposit_and_balance_are_the_price(charged: int, percent: int) -> None:
    found = balances({"a": [DepositTerms(charged, percent, FAR)]}, total_vnd=charged + 30_000, today=TODAY)
    (later,) = found["a"]
    assert later == 0 or later >= 10_000
    if later:
        assert 0 <= (charged - later) * 100 - charged * percent < 100


@pytest.mark.parametrize(
    ("lines", "later"),
    [
        ([DepositTerms(100_000, 30, FAR)], [70_000]),
        ([DepositTerms(100_000)], [0]),
        ([DepositTerms(100_000, 30, FAR), DepositTerms(50_000)], [70_000, 0]),
        ([DepositTerms(100_000, 30, FAR), DepositTerms(50_000, 80, FAR)], [70_000, 10_000]),
        ([DepositTerms(100_000, 30, TODAY + DEPOSIT_AHEAD)], [70_000]),
        ([DepositTerms(100_000, 30, TODAY + DEPOSIT_AHEAD - timedelta(days=1))], [0]),
        ([DepositTerms(11_000, 10, FAR)], [0]),
        ([DepositTerms(6_000, 10, FAR), DepositTerms(6_000, 10, FAR)], [5_400, 5_400]),
    ],
)
def test_when_a_deposit_is_taken(lines: list[DepositTerms], later: list[int]) -> None:
    assert balances({"a": lines}, total_vnd=200_000, today=TODAY) == {"a": later}


def test_what_is_too_little_for_a_card_is_paid_in_full() -> None:
    assert balances({"a": [DepositTerms(30_000, 10, FAR)]}, total_vnd=30_000, today=TODAY) == {"a": [0]}


# Flows


@pytest.fixture
def harvest(farm: Farm) -> OrderCycle:
    return open_harvest(farm)


def test_the_deposit_is_owed_to_the_buyer_until_the_rest_is_paid(farm: Farm, harvest: OrderCycle) -> None:
    collection = order_and_ask(farm)
    delivery = order_of(collection).delivery_vnd
    assert (collection.reason, collection.amount_vnd) == (CollectionReason.BALANCE, 350_000)
    assert local_today(collection.due_at) == harvest.harvest_from
    assert db.session.scalars(select(Payment.amount_vnd)).all() == [150_000 + delivery]
    assert balance_of(AccountKind.BUYER_DEPOSITS) == -150_000 - delivery
    assert balance_of(AccountKind.PRODUCER_PAYABLE, farm.offer.product.producer_id) == 0
    assert list_payables(hold_days=7, now=utc_now(), producer_ids=[farm.offer.product.producer_id]) == []
    assert mails_asked_for() == ["order_paid", "collection_due"]
    assert sound()


def test_paid_in_full_it_is_shared_and_packed(farm: Farm, harvest: OrderCycle) -> None:
    collection = order_and_ask(farm)
    line = lines_of(collection.order_id)[0]

    def pack() -> None:
        with atomic():
            pack_parcel(actor=farm.actor, parcel_id=collection.parcel_id, lots={line.id: farm.lot.id})

    with pytest.raises(Conflict):
        pack()
    assert count_to_pack(farm.actor) == 0
    farm.live.pay(farm.start(collection))
    for _ in range(2):
        farm.finish(collection)
    assert count_to_pack(farm.actor) == 1
    assert balance_of(AccountKind.BUYER_DEPOSITS) == 0
    assert balance_of(AccountKind.PRODUCER_PAYABLE, farm.offer.product.producer_id) == -485_000
    assert balance_of(AccountKind.COMMISSION_INCOME) == -15_000
    assert balance_of(AccountKind.DELIVERY_PAYABLE) == -order_of(collection).delivery_vnd
    (payable,) = list_payables(hold_days=7, now=utc_now(), producer_ids=[farm.offer.product.producer_id])
    assert (payable.balance_vnd, payable.held_vnd) == (485_000, 485_000)
    pack()
    with atomic():
        ship_parcel(actor=farm.actor, parcel_id=collection.parcel_id)
    assert order_of(collection).status == OrderStatus.SHIPPED
    assert sound()


def test_what_is_not_ordered_beforehand_is_paid_at_once(farm: Farm, harvest: OrderCycle) -> None:
    other = make_offer(price_vnd=60_000)
    collection = order_and_ask(farm, (other, 1))
    order = order_of(collection)
    assert db.session.scalars(select(Payment.amount_vnd)).all() == [order.total_vnd - 350_000]
    assert balance_of(AccountKind.PRODUCER_PAYABLE, other.product.producer_id) == -58_200
    assert sound()


def test_not_paid_in_time_it_is_cancelled_and_the_deposit_goes_back(
    farm: Farm, harvest: OrderCycle, client: FlaskClient
) -> None:
    collection = order_and_ask(farm)
    page = farm.start(collection)
    late = collection.due_at + timedelta(seconds=1)
    assert unpaid_balance_ids(now=collection.due_at, limit=10) == []
    assert unpaid_balance_ids(now=late, limit=10) == [collection.id]
    for moment, ended in ((collection.due_at, False), (late, True), (late, False)):
        with atomic():
            assert give_back_unpaid_balance(collection_id=collection.id, now=moment) is ended
    farm.live.pay(page)  # too late: it goes back as well
    farm.live.send_events(client)
    finish_refunds(gateway=farm.live.gateway)
    delivery = order_of(collection).delivery_vnd
    refunds = {(refund.reason, refund.amount_vnd) for refund in db.session.scalars(select(Refund))}
    assert refunds == {(RefundReason.BALANCE_UNPAID, 150_000 + delivery), (RefundReason.PAID_TOO_LATE, 350_000)}
    assert now(collection).status == CollectionStatus.CANCELLED
    assert (parcel_of(collection).status, order_of(collection).status) == (
        ParcelStatus.CANCELLED,
        OrderStatus.CANCELLED,
    )
    assert [balance_of(kind) for kind in (AccountKind.BUYER_DEPOSITS, AccountKind.PROCESSOR_BALANCE)] == [0, 0]
    assert db.session.get_one(Offer, farm.offer.id, populate_existing=True).on_hand == 100
    assert sound()


def test_a_harvest_that_fails_gives_back_what_was_paid(farm: Farm, harvest: OrderCycle) -> None:
    collection = order_and_ask(farm)
    with atomic():
        cancel_cycle(actor=farm.actor, cycle_id=harvest.id, reason="Mưa đá")
    for _ in range(2):
        with atomic():
            mark_orders_of_cycle(cycle_id=harvest.id)
            give_back_failed_harvest(OrderCycleCancelled(cycle_id=harvest.id))
    finish_refunds(gateway=farm.live.gateway)
    delivery = order_of(collection).delivery_vnd
    assert db.session.scalars(select(CancelledCycleOrder.amount_vnd)).all() == [150_000]
    assert db.session.scalars(select(Refund.amount_vnd)).all() == [150_000 + delivery]
    assert now(collection).status == CollectionStatus.CANCELLED
    assert balance_of(AccountKind.BUYER_DEPOSITS) == 0
    assert sound()


@pytest.mark.parametrize("is_paid", [True, False])
def test_the_buyer_cancels_and_gets_back_what_was_paid(farm: Farm, harvest: OrderCycle, is_paid: bool) -> None:
    collection = order_and_ask(farm)
    if is_paid:
        farm.live.pay(farm.start(collection))
        farm.finish(collection)
    cancel_order(order_id=collection.order_id, gateway=farm.live.gateway)
    finish_refunds(gateway=farm.live.gateway)
    total = order_of(collection).total_vnd
    assert sum(db.session.scalars(select(Refund.amount_vnd))) == (total if is_paid else total - 350_000)
    assert balance_of(AccountKind.PROCESSOR_BALANCE) == 0
    assert balance_of(AccountKind.PRODUCER_PAYABLE, farm.offer.product.producer_id) == 0
    assert sound()


def test_before_the_rest_is_paid_only_what_is_not_sent_goes_back(farm: Farm, harvest: OrderCycle) -> None:
    collection = order_and_ask(farm)
    line = lines_of(collection.order_id)[0]
    officer = actor_of(make_user(RoleName.PROVINCE_OFFICER))
    for part in (RefundPart(line.id, 2), RefundPart(line.id, 0, 5_000)):
        with pytest.raises(RestNotPaid):
            refund_order(
                actor=officer,
                order_id=collection.order_id,
                parts=[part],
                reason=RefundReason.RETURNED,
                request_key=str(uuid.uuid4()),
                gateway=farm.live.gateway,
            )
    assert now(collection).amount_vnd == 350_000


def test_a_balance_is_never_let_go(farm: Farm, harvest: OrderCycle, client: FlaskClient) -> None:
    collection = order_and_ask(farm)
    with pytest.raises(NotFound), atomic():
        waive_collection(actor=farm.actor, collection_id=collection.id, reason="Khách quen")
    sign_in(client, farm.member)
    assert client.get(f"/farm/collections/{collection.id}/waive").status_code == 404


def test_the_buyer_is_reminded_of_the_rest(farm: Farm, harvest: OrderCycle) -> None:
    collection = order_and_ask(farm)
    nearly = collection.due_at - REMIND_BEFORE[CollectionReason.BALANCE]
    with atomic():
        assert [remind_buyers(now=nearly + timedelta(seconds=seconds), limit=10) for seconds in (-1, 1, 2)] == [0, 1, 0]


# Pages


def test_the_buyer_reads_what_is_due_when_before_ordering(farm: Farm, harvest: OrderCycle, client: FlaskClient) -> None:
    hold_cart(client, make_cart((farm.offer, 2)))
    page = client.get("/checkout?lang=en").text
    assert "₫350,000 by the first day of the harvest" in page and "your deposit is given back" in page
    form = {
        "name": "Nguyễn Thị Mẫu",
        "phone": "0912 345 678",
        "province": "42",
        "commune": "18547",
        "address": "Thôn 3",
        "shown_goods_vnd": "500000",
    }
    answer = client.post("/checkout", data=form)
    assert "/c/pay/" in answer.location
    (payment,) = db.session.scalars(select(Payment))
    token = db.session.scalars(select(Order.token).where(Order.id == payment.order_id)).one()
    assert f"Pay ₫{payment.amount_vnd:,}" in client.get(f"/orders/{token}?lang=en").text


def test_both_sides_read_what_is_still_due(farm: Farm, harvest: OrderCycle, client: FlaskClient) -> None:
    collection = order_and_ask(farm)
    page = client.get(f"/orders/{order_of(collection).token}?lang=en").text
    assert "₫350,000 is still to be paid" in page and "your deposit is paid" in page
    sign_in(client, farm.member)
    parcel = client.get(f"/farm/orders/{collection.parcel_id}?lang=en").text
    assert "the rest is due until" in parcel and "It is packed" not in parcel
    assert client.get(f"/farm/orders/{collection.parcel_id}/short").status_code == 200


def test_the_total_counts_the_deposit_and_what_is_still_due(
    farm: Farm, harvest: OrderCycle, client: FlaskClient
) -> None:
    collection = order_and_ask(farm)
    order = order_of(collection)
    page = open_order(client, order)
    paid = f"₫{order.total_vnd - 350_000:,}"
    expected = [("Total", f"₫{order.total_vnd:,}"), ("You have paid", paid), ("Still to pay", "₫350,000")]
    assert totals_of(page)[2:] == expected
    assert step_of(page) == "Waiting for the rest"

    farm.live.pay(farm.start(collection))
    farm.finish(collection)
    page = open_order(client, order)
    assert totals_of(page)[2:] == [("Total", f"₫{order.total_vnd:,}")]
    assert step_of(page) == "Being packed"


def test_cancelled_before_the_rest_is_paid_the_total_is_nothing(
    farm: Farm, harvest: OrderCycle, client: FlaskClient
) -> None:
    collection = order_and_ask(farm)
    late = farm.start(collection)
    cancel_order(order_id=collection.order_id, gateway=farm.live.gateway)
    farm.live.pay(late)  # the page was still open: what is paid on it goes back as a whole
    farm.live.send_events(client)
    order = order_of(collection)
    assert totals_of(open_order(client, order))[2:] == [
        ("Not to be paid any more", "-₫350,000"),
        ("Given back", f"-₫{order.total_vnd - 350_000:,}"),
        ("You pay", "₫0"),
    ]


@pytest.mark.parametrize(("typed", "status"), [("30", 303), ("", 303), ("9", 422), ("91", 422), ("x", 422)])
def test_the_farm_sets_a_deposit(
    farm: Farm, client: FlaskClient, session: scoped_session[Session], typed: str, status: int
) -> None:
    farm.offer.is_preorder = True
    session.commit()
    sign_in(client, farm.member)
    values = {
        "deposit_percent": typed,
    }
    soon = local_today(utc_now())
    for name, days in (("opens_at", 1), ("closes_at", 9), ("harvest_from", 30), ("harvest_until", 40)):
        values[name] = f"{soon + timedelta(days=days)}" + ("T08:00" if name.endswith("_at") else "")
    answer = client.post(f"/farm/offers/{farm.offer.id}/cycles?lang=en", data=values)
    assert answer.status_code == status
    if status == 422:
        assert f'value="{typed}"' in answer.text
    else:
        expected = int(typed) if typed else None
        assert session.scalars(select(OrderCycle.deposit_percent)).all() == [expected]
