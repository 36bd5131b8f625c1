"""Goods that weigh more than ordered: asked for, paid, let go; to the dong, in the ledger, once."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from core.accounts import RoleName
from core.db import atomic, db, utc_now
from core.errors import Conflict
from market.collections.models import Collection, CollectionReason, CollectionStatus
from market.collections.rules import HEAVIER_DUE, REMIND_BEFORE
from market.collections.usecases import remind_buyers, waive_collection
from market.ledger.audit import audit_ledger
from market.ledger.models import AccountKind, LedgerEntry
from market.ledger.queries import balance_of
from market.orders.models import Parcel, ParcelStatus
from market.orders.packing import ship_parcel
from market.payments.flow import finish_refunds, refund_reviewed
from market.payments.models import Payment, PaymentStatus, Refund, RefundLine, RefundStatus
from market.payments.purposes import PurposeKind, RefundReason
from market.payments.queries import list_payments
from market.payments.usecases import prepare_payment
from market.payouts.queries import list_payables
from market.refunds.flow import refund_amount, refund_order
from market.refunds.pieces import RefundPart
from market.refunds.usecases import request_order_refund
from tests.factories import make_user, sign_in
from tests.market.collections.conftest import Farm, line_of, now, order_of, parcel_of
from tests.support.order_page import open_order, step_of, totals_of
from tests.support.paying import mails_asked_for
from tests.support.refunding import actor_of, lines_of, pay_for


def sound() -> bool:
    found = audit_ledger()
    assert found.is_sound, found.faults
    return True


def producer_balance(farm: Farm) -> int:
    return -balance_of(AccountKind.PRODUCER_PAYABLE, farm.offer.product.producer_id)


def test_heavier_goods_are_asked_for_once_and_wait_for_the_money(farm: Farm) -> None:
    collection = farm.owed()
    assert (collection.amount_vnd, collection.status) == (40_000, CollectionStatus.OPEN)
    assert parcel_of(collection).due_vnd == 40_000
    assert mails_asked_for() == ["order_paid", "collection_due"]
    with pytest.raises(Conflict), atomic():
        ship_parcel(actor=farm.actor, parcel_id=collection.parcel_id)
    assert parcel_of(collection).status == ParcelStatus.PACKED


def test_before_the_news_has_arrived_the_parcel_waits_as_well(farm: Farm) -> None:
    order_id = farm.sell()
    parcel = farm.pack(order_id, 10_800)
    db.session.execute(db.text("DELETE FROM collections"))
    with pytest.raises(Conflict), atomic():
        ship_parcel(actor=farm.actor, parcel_id=parcel.id)


def test_paid_it_is_shared_and_the_parcel_goes(farm: Farm) -> None:
    collection = farm.owed()
    before, fee = producer_balance(farm), balance_of(AccountKind.COMMISSION_INCOME)
    farm.live.pay(farm.start(collection))
    for _ in range(2):
        farm.finish(collection)
    assert now(collection).status == CollectionStatus.PAID
    assert producer_balance(farm) == before + 40_000 - 1_200
    assert balance_of(AccountKind.COMMISSION_INCOME) == fee - 1_200
    assert line_of(collection).charged_vnd == 540_000
    with atomic():
        ship_parcel(actor=farm.actor, parcel_id=collection.parcel_id)
    assert parcel_of(collection).status == ParcelStatus.SHIPPED
    assert mails_asked_for().count("collection_paid") == (1 if farm.member.email else 0)
    assert sound()


def test_a_late_webhook_pays_it_too_and_once(farm: Farm, client: FlaskClient) -> None:
    collection = farm.owed()
    farm.live.pay(farm.start(collection))
    assert farm.live.send_events(client)[-1] == 200
    farm.finish(collection)
    assert now(collection).status == CollectionStatus.PAID
    assert db.session.scalar(select(func.count()).select_from(LedgerEntry)) == 2
    assert sound()


def test_two_tabs_pay_once(farm: Farm) -> None:
    collection = farm.owed()
    first, second = farm.start(collection), farm.start(collection)
    assert first == second
    farm.live.pay(first)
    farm.finish(collection)
    with pytest.raises(Conflict):
        farm.start(collection)
    assert len(list_payments(PurposeKind.COLLECTION, collection.id)) == 1


def test_a_page_that_ended_leaves_the_collection_open(farm: Farm) -> None:
    collection = farm.owed()
    page = farm.start(collection)
    farm.live.gateway.expire_session(page.rsplit("/", 1)[-1])
    farm.finish(collection)
    assert now(collection).status == CollectionStatus.OPEN
    assert farm.start(collection) != page


def test_let_go_while_it_is_being_paid_the_money_goes_back_once(farm: Farm, client: FlaskClient) -> None:
    collection = farm.owed()
    before = producer_balance(farm)
    farm.live.pay(farm.start(collection))  # paid, but nobody here knows it yet
    with atomic():
        waive_collection(actor=farm.actor, collection_id=collection.id, reason="Khách quen")
    for _ in range(2):
        farm.live.send_events(client)
        farm.finish(collection)
    assert now(collection).status == CollectionStatus.WAIVED
    refund = db.session.scalars(select(Refund)).one()
    assert (refund.amount_vnd, refund.reason) == (40_000, RefundReason.PAID_TOO_LATE)

    finish_refunds(gateway=farm.live.gateway)
    assert producer_balance(farm) == before
    assert balance_of(AccountKind.REFUND_PAYABLE) == 0
    with atomic():
        ship_parcel(actor=farm.actor, parcel_id=collection.parcel_id)
    assert sound()


def test_let_go_twice_is_once_and_paid_is_never_let_go(farm: Farm) -> None:
    collection = farm.owed()
    for _ in range(2):
        with atomic():
            waive_collection(actor=farm.actor, collection_id=collection.id, reason="Khách quen")
    found = now(collection)
    assert (found.closed_by, found.note, parcel_of(collection).due_vnd) == (farm.member.id, "Khách quen", 0)
    assert mails_asked_for().count("collection_waived") == 1
    paid = farm.collect()
    with pytest.raises(Conflict), atomic():
        waive_collection(actor=farm.actor, collection_id=paid.id, reason="Nhầm")


def test_what_goods_are_worth_to_their_buyer_is_what_was_paid_for_them(farm: Farm) -> None:
    let_go = farm.owed()
    with atomic():
        waive_collection(actor=farm.actor, collection_id=let_go.id, reason="Khách quen")
    assert line_of(let_go).settled_vnd == 500_000
    assert line_of(farm.collect()).settled_vnd == 540_000


def test_less_than_the_smallest_payment_is_a_gift(farm: Farm) -> None:
    collection = farm.owed(grams=10_100)
    assert (collection.amount_vnd, collection.status, collection.closed_by) == (5_000, CollectionStatus.WAIVED, None)
    assert mails_asked_for() == ["order_paid", "parcel_packed"]
    with atomic():
        ship_parcel(actor=farm.actor, parcel_id=collection.parcel_id)
    assert sound()


def test_another_amount_than_asked_for_goes_to_a_person_and_can_be_paid_again(farm: Farm) -> None:
    collection = farm.owed()
    with atomic():
        prepared = prepare_payment(kind=PurposeKind.COLLECTION, purpose_id=collection.id)
        db.session.get_one(Payment, prepared.payment_id).amount_vnd = 39_000
    farm.live.pay(farm.start(collection))
    farm.finish(collection)
    assert now(collection).status == CollectionStatus.NEEDS_REVIEW

    payment_id = list_payments(PurposeKind.COLLECTION, collection.id)[0].id
    refund_reviewed(payment_id=payment_id, gateway=farm.live.gateway)
    assert now(collection).status == CollectionStatus.OPEN
    farm.live.pay(farm.start(collection))
    farm.finish(collection)
    assert now(collection).status == CollectionStatus.PAID
    assert sound()


@pytest.mark.parametrize("in_pieces", [True, False])
def test_giving_back_everything_takes_both_payments(farm: Farm, in_pieces: bool) -> None:
    collection = farm.collect()
    officer = actor_of(make_user(RoleName.PROVINCE_OFFICER))
    line = line_of(collection)

    def give_back(quantity: int, key: str) -> None:
        refund_order(
            actor=officer,
            order_id=collection.order_id,
            parts=[RefundPart(line.id, quantity)],
            delivery_of={collection.parcel_id: order_of(collection).delivery_vnd} if key == "last" else None,
            reason=RefundReason.RETURNED,
            request_key=key,
            gateway=farm.live.gateway,
        )

    if in_pieces:
        give_back(1, "first")
        assert db.session.scalars(select(Refund.amount_vnd)).all() == [270_000]
    for _ in range(2):
        give_back(1 if in_pieces else 2, "last")

    finish_refunds(gateway=farm.live.gateway)
    assert db.session.scalar(select(func.sum(Refund.amount_vnd))) == order_of(collection).total_vnd + 40_000
    assert {payment.status for payment in db.session.scalars(select(Payment))} == {PaymentStatus.REFUNDED}
    assert set(db.session.scalars(select(Refund.status))) == {RefundStatus.SUCCEEDED}
    assert [balance_of(kind, farm.offer.product.producer_id) for kind in (AccountKind.PRODUCER_PAYABLE,)] == [0]
    assert [balance_of(kind) for kind in (AccountKind.COMMISSION_INCOME, AccountKind.DELIVERY_PAYABLE)] == [0, 0]
    assert sound()


def test_what_a_bank_still_thinks_over_is_not_asked_of_the_same_payment_again(farm: Farm) -> None:
    slow = "4000000000007726"
    order_id = pay_for(farm.live, (farm.offer, 2), card=slow)
    parcel = farm.pack(order_id, 10_800)
    collection = db.session.scalars(select(Collection).where(Collection.parcel_id == parcel.id)).one()
    farm.live.pay(farm.start(collection))
    farm.finish(collection)
    officer = actor_of(make_user(RoleName.PROVINCE_OFFICER))
    parts = [RefundPart(line_of(collection).id, 1)]
    for key in ("first", "second"):  # what the first payment does not hold any more is the second one's
        with atomic():
            request_order_refund(
                actor=officer, order_id=order_id, parts=parts, reason=RefundReason.RETURNED, request_key=key
            )
        finish_refunds(gateway=farm.live.gateway)
    farm.live.banks_answer()
    finish_refunds(gateway=farm.live.gateway)
    assert set(db.session.scalars(select(Refund.status))) == {RefundStatus.SUCCEEDED}
    assert db.session.scalar(select(func.sum(Refund.amount_vnd))) == 540_000
    assert sound()


def test_a_sum_that_belongs_to_no_line_counts_what_was_collected(farm: Farm) -> None:
    collection = farm.collect()
    everything = order_of(collection).total_vnd + 40_000
    refund_amount(
        actor=actor_of(make_user(RoleName.PROVINCE_OFFICER)),
        order_id=collection.order_id,
        amount_vnd=everything,
        request_key="all",
        note="Khách không hài lòng",
        gateway=farm.live.gateway,
    )
    assert db.session.scalar(select(func.sum(RefundLine.amount_vnd))) == everything
    assert db.session.scalar(select(func.count()).select_from(Refund)) == 2


def test_goods_given_back_end_what_is_still_to_be_paid(farm: Farm) -> None:
    collection = farm.owed()
    refund_order(
        actor=actor_of(make_user(RoleName.PROVINCE_OFFICER)),
        order_id=collection.order_id,
        parts=[RefundPart(line_of(collection).id, 2)],
        reason=RefundReason.RETURNED,
        request_key="back",
        gateway=farm.live.gateway,
    )
    assert now(collection).status == CollectionStatus.CANCELLED
    assert parcel_of(collection).due_vnd == 0


def test_what_was_collected_is_held_until_the_parcel_is_there(farm: Farm) -> None:
    collection = farm.collect()
    producer_id = farm.offer.product.producer_id
    (payable,) = list_payables(hold_days=7, now=utc_now(), producer_ids=[producer_id])
    assert (payable.balance_vnd, payable.held_vnd) == (540_000 - 16_200, 540_000 - 16_200)
    with atomic():
        ship_parcel(actor=farm.actor, parcel_id=collection.parcel_id)
    (payable,) = list_payables(hold_days=0, now=utc_now() + HEAVIER_DUE, producer_ids=[producer_id])
    assert payable.due_vnd == 540_000 - 16_200


def test_the_buyer_is_reminded_once_before_the_time_is_over(farm: Farm) -> None:
    collection = farm.owed()
    nearly = collection.due_at - REMIND_BEFORE[CollectionReason.HEAVIER]
    moments = (nearly.replace(microsecond=0), collection.due_at, collection.due_at)
    with atomic():
        assert [remind_buyers(now=moment, limit=10) for moment in moments] == [0, 1, 0]
    assert mails_asked_for().count("collection_due") == 2


def test_the_pages_say_what_is_owed_and_lead_to_the_payment(farm: Farm, client: FlaskClient) -> None:
    collection = farm.owed()
    token = order_of(collection).token
    page = client.get(f"/orders/{token}?lang=en").text
    assert "₫40,000 is still to be paid" in page
    path = f"/orders/{token}/collections/{collection.id}"
    assert f'action="{path}/pay"' in page
    answer = client.post(f"{path}/pay")
    assert answer.status_code == 303
    farm.live.pay(answer.location)
    assert client.get(f"{path}/return").location == f"/orders/{token}"
    assert "you paid ₫40,000 for that" in client.get(f"/orders/{token}?lang=en").text
    again = client.post(f"{path}/pay")
    assert again.location == f"/orders/{token}"
    sign_in(client, farm.member)
    parcel = client.get(f"/farm/orders/{collection.parcel_id}?lang=en").text
    assert "Paid later for the weight" in parcel and "The rest is paid" in parcel


def test_only_the_producer_lets_it_go_and_says_why(
    farm: Farm, client: FlaskClient, session: scoped_session[Session]
) -> None:
    collection = farm.owed()
    stranger = make_user(RoleName.PRODUCER_MEMBER)
    session.commit()
    path = f"/farm/collections/{collection.id}/waive"
    sign_in(client, stranger)
    assert client.get(path).status_code == client.post(path, data={"reason": "x"}).status_code == 404
    sign_in(client, farm.member)
    assert "₫40,000" in client.get(f"{path}?lang=en").text
    refused = client.post(path, data={"reason": " "})
    assert refused.status_code == 422
    assert client.post(path, data={"reason": "x" * 301}).status_code == 422
    assert client.post(path, data={"reason": "Khách quen"}).status_code == 303
    assert now(collection).status == CollectionStatus.WAIVED
    assert "Khách quen" in client.get(f"/farm/orders/{collection.parcel_id}").text
    assert client.get(path).status_code == 303
    assert "you pay no more" in client.get(f"/orders/{order_of(collection).token}?lang=en").text


def test_a_collection_of_another_order_is_not_there(farm: Farm, client: FlaskClient) -> None:
    first, second = farm.owed(), farm.owed()
    assert client.post(f"/orders/{order_of(first).token}/collections/{second.id}/pay").status_code == 404


def test_units_that_were_not_delivered_owe_nothing(farm: Farm) -> None:
    order_id = farm.sell(3)
    line = lines_of(order_id)[0]
    refund_order(
        actor=farm.actor,
        order_id=order_id,
        parts=[RefundPart(line.id, 1)],
        reason=RefundReason.LINE_SHORT,
        request_key="short",
        gateway=farm.live.gateway,
    )
    parcel = farm.pack(order_id, 10_800)
    assert db.session.get_one(Parcel, parcel.id, populate_existing=True).due_vnd == 40_000


def test_the_total_of_the_order_says_what_is_paid_and_what_is_still_to_pay(farm: Farm, client: FlaskClient) -> None:
    collection = farm.owed()
    order = order_of(collection)
    total, paid = f"₫{order.total_vnd + 40_000:,}", f"₫{order.total_vnd:,}"
    ordered = [("Goods", "₫500,000"), ("Delivery", f"₫{order.delivery_vnd:,}")]
    changed = [*ordered, ("Weighs more than estimated", "+₫40,000")]

    page = open_order(client, order)
    assert totals_of(page) == [*changed, ("Total", total), ("You have paid", paid), ("Still to pay", "₫40,000")]
    assert step_of(page) == "Waiting for the rest" and "Rest to be paid" in page

    farm.live.pay(farm.start(collection))
    farm.finish(collection)
    page = open_order(client, order)
    assert totals_of(page) == [*changed, ("You pay", total)]
    assert step_of(page) == "To be handed over" and "Rest to be paid" not in page
