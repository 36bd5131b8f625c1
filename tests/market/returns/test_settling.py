"""What becomes of a return: money, goods, ledger, mails; and who may do what in which state."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session, scoped_session

from core.accounts import ANONYMOUS
from core.db import atomic, db, utc_now
from core.errors import Conflict, Invalid, NotFound
from core.i18n import local_today
from market.disputes.flow import sweep_disputes
from market.ledger.audit import audit_ledger
from market.ledger.models import AccountKind
from market.ledger.queries import balance_of
from market.offers.models import Offer, StockMovement, StockMovementKind
from market.orders.models import Order, Parcel
from market.orders.record_models import ReplacementLine
from market.payments.purposes import RefundReason
from market.payments.refunds import fail_refund
from market.refunds.errors import MoreThanWasPaid, PaymentDisputed
from market.refunds.pieces import RefundPart
from market.refunds.resuming import Transfer, ask_again, note_transfer
from market.refunds.usecases import request_order_refund
from market.returns.answering import (
    Answer,
    AnswerKind,
    add_producer_statement,
    answer_return,
    receive_goods,
    send_replacement,
)
from market.returns.deciding import Decision, act_on_silence, add_site_statement, decide_complaint
from market.returns.errors import NothingAsked, NotNow
from market.returns.models import (
    CostBearer,
    Return,
    ReturnChange,
    ReturnReason,
    ReturnRefund,
    ReturnStatus,
    ReturnWish,
    Side,
)
from market.returns.queries import due_returns
from market.returns.usecases import (
    accept_offer,
    add_buyer_statement,
    confirm_replacement,
    escalate_return,
    withdraw_return,
)
from tests.factories import make_lot, make_user
from tests.support.paying import LiveSandbox, mails_asked_for
from tests.support.refunding import actor_of
from tests.support.returning import PRICE, Delivered, deliver, return_now
from traceability.journal.models import EpcisEvent
from traceability.lots.ledger import loose_amounts


@pytest.fixture
def delivered(session: scoped_session[Session], live_sandbox: LiveSandbox) -> Delivered:
    return deliver(live_sandbox)


def answer(delivered: Delivered, found: Return, kind: AnswerKind, amount: int = 0, **values: Any) -> Return:
    given = Answer(kind, "Nhà vườn xin lỗi (mẫu).", {delivered.line_id: amount} if amount else {}, **values)
    with atomic():
        return answer_return(actor=delivered.shop.farm.actor, return_id=found.id, answer=given)


def escalate(delivered: Delivered, found: Return) -> None:
    with atomic():
        escalate_return(actor=ANONYMOUS, token=delivered.token, return_id=found.id, body="Không đúng (mẫu).")


def decide(delivered: Delivered, found: Return, amount: int, bearer: CostBearer = CostBearer.PRODUCER) -> Return:
    decision = Decision(bearer, "Ảnh cho thấy rõ (mẫu).", {delivered.line_id: amount})
    with atomic():
        return decide_complaint(actor=delivered.administrator, return_id=found.id, decision=decision)


def test_what_the_producer_gives_in_full_goes_back_at_once(delivered: Delivered) -> None:
    found = delivered.ask(2)
    assert answer(delivered, found, AnswerKind.REFUND, 2 * PRICE).status == ReturnStatus.SETTLED
    assert delivered.given_back_vnd() == 2 * PRICE
    assert delivered.refunds()[0].reason == RefundReason.RETURNED
    assert audit_ledger().is_sound
    steps = db.session.execute(
        select(ReturnChange.to_status, ReturnChange.side, ReturnChange.actor_id).order_by(ReturnChange.id)
    ).all()
    assert [tuple(step) for step in steps] == [
        (ReturnStatus.OPEN, Side.BUYER, None),
        (ReturnStatus.SETTLED, Side.PRODUCER, delivered.shop.farm.user.id),
    ]


def test_less_is_an_offer_that_the_buyer_takes(delivered: Delivered) -> None:
    found = delivered.ask(2)
    assert answer(delivered, found, AnswerKind.REFUND, 20_000).status == ReturnStatus.OFFERED
    assert delivered.refunds() == []
    with atomic():
        accept_offer(actor=ANONYMOUS, token=delivered.token, return_id=found.id)
    assert delivered.given_back_vnd() == 20_000
    with pytest.raises(NotNow), atomic():
        accept_offer(actor=ANONYMOUS, token=delivered.token, return_id=found.id)
    assert len(delivered.refunds()) == 1


def test_the_part_that_the_buyer_wanted_is_enough(delivered: Delivered) -> None:
    found = delivered.ask(2, wish=ReturnWish.PART, wanted_vnd=10_000)
    assert answer(delivered, found, AnswerKind.REFUND, 10_000).status == ReturnStatus.SETTLED
    assert delivered.given_back_vnd() == 10_000


def test_a_replacement_is_confirmed_or_follows_from_silence(delivered: Delivered) -> None:
    found = delivered.ask(1, wish=ReturnWish.REPLACEMENT)
    assert answer(delivered, found, AnswerKind.REPLACE).status == ReturnStatus.REPLACING
    with atomic():
        confirm_replacement(actor=ANONYMOUS, token=delivered.token, return_id=found.id)
    assert return_now(found.id).status == ReturnStatus.SETTLED
    other = delivered.ask(1)
    with pytest.raises(Invalid):
        answer(delivered, other, AnswerKind.REPLACE)


def send(delivered: Delivered, found: Return, lot_id: uuid.UUID | None = None) -> Return:
    lots = {delivered.line_id: lot_id or delivered.shop.lot.id}
    with atomic():
        return send_replacement(actor=delivered.shop.farm.actor, return_id=found.id, lots=lots)


def test_goods_sent_again_are_taken_from_their_lot_and_stand_in_the_journal_without_their_buyer(
    delivered: Delivered, deliver_outbox: Callable[[], int]
) -> None:
    found = delivered.ask(2, wish=ReturnWish.REPLACEMENT)
    with pytest.raises(NotNow):
        send(delivered, found)
    answer(delivered, found, AnswerKind.REPLACE)
    first = db.session.get_one(Parcel, delivered.parcel_id).sscc
    known = set(db.session.scalars(select(EpcisEvent.id)))
    holder_id = delivered.shop.farm.producer.id
    before = loose_amounts([delivered.shop.lot.id], holder_id)[delivered.shop.lot.id]
    sent = send(delivered, found)
    assert sent.replacement_sscc not in (None, first)
    after = loose_amounts([delivered.shop.lot.id], holder_id)[delivered.shop.lot.id]
    assert after.units == before.units - 2 and after.grams < before.grams
    events = [
        event for event in db.session.scalars(select(EpcisEvent).order_by(EpcisEvent.id)) if event.id not in known
    ]
    assert [event.payload["bizStep"] for event in events] == ["packing", "shipping"]
    written = str([event.payload for event in events])
    order = db.session.get_one(Order, delivered.order_id)
    assert str(sent.replacement_sscc) in written
    assert not any(word in written for word in (order.buyer_name, order.buyer_phone, order.address))
    with pytest.raises(NotNow):
        send(delivered, found)
    deliver_outbox()
    assert mails_asked_for().count("return_changed") >= 3


def test_goods_are_sent_again_from_a_lot_that_has_enough_also_when_the_buyer_was_faster(delivered: Delivered) -> None:
    found = delivered.ask(1, wish=ReturnWish.REPLACEMENT)
    answer(delivered, found, AnswerKind.REPLACE)
    with atomic():
        confirm_replacement(actor=ANONYMOUS, token=delivered.token, return_id=found.id)
    foreign = make_lot(quantity=50)
    for lot in (foreign, make_lot(foreign.product, quantity=50)):
        with pytest.raises(Invalid) as refused:
            send(delivered, found, lot.id)
        assert refused.value.field == f"lot_{delivered.line_id}"
    other = delivered.shop.farm.harvest(50)
    assert send(delivered, found, other.id).replacement_sent_at is not None
    rows = db.session.scalars(select(ReplacementLine)).all()
    assert [(row.lot_id, row.quantity) for row in rows] == [(other.id, 1)]


def test_goods_that_come_back_are_on_the_stock_card(delivered: Delivered) -> None:
    offer_id = delivered.shop.offer.id
    before = db.session.get_one(Offer, offer_id, populate_existing=True).on_hand
    found = delivered.ask(3)
    with pytest.raises(NotNow), atomic():
        receive_goods(actor=delivered.shop.farm.actor, return_id=found.id, fit={})
    answer(delivered, found, AnswerKind.REFUND, 3 * PRICE, goods_back=True)
    with pytest.raises(Invalid), atomic():
        receive_goods(actor=delivered.shop.farm.actor, return_id=found.id, fit={delivered.line_id: 4})
    with atomic():
        receive_goods(actor=delivered.shop.farm.actor, return_id=found.id, fit={delivered.line_id: 2})
    assert db.session.get_one(Offer, offer_id, populate_existing=True).on_hand == before + 2
    lot = delivered.shop.lot
    assert loose_amounts([lot.id], lot.product.producer_id)[lot.id].units == lot.quantity - 1
    steps = db.session.scalars(select(EpcisEvent.biz_step).order_by(EpcisEvent.id.desc()).limit(4))
    assert steps.all() == ["destroying", "accepting", "unpacking", "receiving"]
    kinds = db.session.execute(
        select(StockMovement.kind, StockMovement.on_hand_change).order_by(StockMovement.number.desc()).limit(2)
    ).all()
    assert [tuple(row) for row in kinds] == [(StockMovementKind.SPOIL, -1), (StockMovementKind.RETURN, 3)]
    with pytest.raises(NotNow), atomic():
        receive_goods(actor=delivered.shop.farm.actor, return_id=found.id, fit={})


def test_what_was_asked_for_is_not_asked_for_again(delivered: Delivered) -> None:
    first = delivered.ask(2)
    with pytest.raises(Invalid) as refused:
        delivered.ask(2)
    assert refused.value.field == f"quantity_{delivered.line_id}"
    answer(delivered, first, AnswerKind.REJECT)
    with pytest.raises(Invalid):  # the site is asked then, not the producer again
        delivered.ask(2)
    escalate(delivered, first)
    decide(delivered, first, 2 * PRICE)
    with pytest.raises(Invalid):
        delivered.ask(2)
    withdrawn = delivered.ask(1)
    with atomic():
        withdraw_return(actor=ANONYMOUS, token=delivered.token, return_id=withdrawn.id)
    assert delivered.ask(1).status == ReturnStatus.OPEN


def test_what_was_given_back_otherwise_is_not_asked_for(delivered: Delivered) -> None:
    with atomic():
        request_order_refund(
            actor=delivered.administrator,
            order_id=delivered.order_id,
            parts=[RefundPart(delivered.line_id, 2)],
            reason=RefundReason.RETURNED,
            request_key="by-hand",
        )
    with pytest.raises(Invalid):
        delivered.ask(2)
    found = delivered.ask(1)
    with pytest.raises(MoreThanWasPaid):
        answer(delivered, found, AnswerKind.REFUND, PRICE + 1)


@pytest.mark.parametrize("units", [-1, 4, 1000])
def test_more_than_was_bought_is_refused(delivered: Delivered, units: int) -> None:
    with pytest.raises(Invalid):
        delivered.ask(units)


def test_nothing_too_much_and_what_is_of_another_order_is_refused(
    delivered: Delivered, live_sandbox: LiveSandbox
) -> None:
    with pytest.raises(NothingAsked):
        delivered.ask(0)
    with pytest.raises(MoreThanWasPaid):
        delivered.ask(1, wish=ReturnWish.PART, wanted_vnd=PRICE + 1)
    other = deliver(live_sandbox)
    with pytest.raises(NotFound):
        delivered.ask(quantities={other.line_id: 1})
    found = other.ask(1)
    with pytest.raises(NotFound):
        withdraw_return(actor=ANONYMOUS, token=delivered.token, return_id=found.id)
    with pytest.raises(NotFound):
        answer(delivered, found, AnswerKind.REJECT)
    stranger = actor_of(make_user())
    with pytest.raises(NotFound):
        decide_complaint(actor=stranger, return_id=found.id, decision=Decision(CostBearer.SITE, "Không (mẫu)."))


def test_the_same_form_sent_twice_is_one_return(delivered: Delivered) -> None:
    first = delivered.ask(1, request_key="the-same")
    assert delivered.ask(1, request_key="the-same").id == first.id


@pytest.mark.parametrize(
    ("category", "days", "reason", "in_time"),
    [
        ("fruit", 4, ReturnReason.SPOILED, True),
        ("fruit", 6, ReturnReason.SPOILED, False),
        ("fruit", 60, ReturnReason.RECALLED, True),
        ("honey", 13, ReturnReason.DAMAGED, True),
        ("honey", 15, ReturnReason.DAMAGED, False),
    ],
)
def test_there_is_a_time_for_asking(
    delivered: Delivered, category: str, days: int, reason: ReturnReason, in_time: bool
) -> None:
    delivered.shop.farm.product.category = category
    db.session.execute(update(Parcel).values(shipped_at=utc_now() - timedelta(days=days)))
    if in_time:
        assert delivered.ask(1, reason=reason).status == ReturnStatus.OPEN
    else:
        with pytest.raises(Conflict):
            delivered.ask(1, reason=reason)


def test_the_site_decides_what_both_sides_cannot_settle(delivered: Delivered) -> None:
    found = delivered.ask(2)
    answer(delivered, found, AnswerKind.REJECT)
    escalate(delivered, found)
    with pytest.raises(NotNow):
        escalate(delivered, found)
    with atomic():
        add_buyer_statement(actor=ANONYMOUS, token=delivered.token, return_id=found.id, body="Thêm ảnh (mẫu).")
        add_producer_statement(actor=delivered.shop.farm.actor, return_id=found.id, body="Đã lót rơm (mẫu).")
        add_site_statement(actor=delivered.administrator, return_id=found.id, body="Xin thêm ảnh hộp (mẫu).")
    decide(delivered, found, 50_000)
    assert delivered.given_back_vnd() == 50_000
    with pytest.raises(NotNow):
        decide(delivered, found, 50_000)
    with pytest.raises(NotNow), atomic():
        add_buyer_statement(actor=ANONYMOUS, token=delivered.token, return_id=found.id, body="Quá muộn (mẫu).")
    assert audit_ledger().is_sound


def test_nothing_is_a_decision_too(delivered: Delivered) -> None:
    found = delivered.ask(1)
    answer(delivered, found, AnswerKind.REJECT)
    escalate(delivered, found)
    assert decide(delivered, found, 0).status == ReturnStatus.DECIDED
    assert delivered.refunds() == []


def test_what_the_site_pays_for_costs_the_producer_nothing(delivered: Delivered) -> None:
    producer_id = delivered.shop.farm.producer.id
    before = balance_of(AccountKind.PRODUCER_PAYABLE, producer_id)
    found = delivered.ask(2)
    answer(delivered, found, AnswerKind.REJECT)
    escalate(delivered, found)
    decide(delivered, found, 2 * PRICE, CostBearer.SITE)
    assert delivered.given_back_vnd() == 2 * PRICE
    assert balance_of(AccountKind.PRODUCER_PAYABLE, producer_id) == before
    assert balance_of(AccountKind.RETURN_EXPENSE) > 0
    assert audit_ledger().is_sound


def test_a_refund_that_fails_costs_the_site_nothing(
    session: scoped_session[Session], live_sandbox: LiveSandbox, deliver_outbox: Callable[[], int]
) -> None:
    delivered = deliver(live_sandbox)
    found = delivered.ask(1)
    answer(delivered, found, AnswerKind.REJECT)
    escalate(delivered, found)
    decide(delivered, found, PRICE, CostBearer.SITE)
    with atomic():
        fail_refund(refund_id=delivered.refunds()[0].id, reason="no such card")
    deliver_outbox()
    assert balance_of(AccountKind.RETURN_EXPENSE) == 0
    assert audit_ledger().is_sound


def test_what_the_site_bears_follows_a_refund_that_is_tried_again_and_then_paid_by_transfer(
    delivered: Delivered, deliver_outbox: Callable[[], int]
) -> None:
    found = delivered.ask(1)
    answer(delivered, found, AnswerKind.REJECT)
    escalate(delivered, found)
    decide(delivered, found, PRICE, CostBearer.SITE)
    cost = balance_of(AccountKind.RETURN_EXPENSE)
    assert cost > 0
    first = delivered.refunds()[0].id
    with atomic():
        fail_refund(refund_id=first, reason="no such card")
    with atomic():  # before the news of the failure is out
        again = ask_again(actor=delivered.administrator, refund_id=first, refundable_vnd=1_000_000).id
    deliver_outbox()
    links = db.session.scalars(select(ReturnRefund.refund_id).where(ReturnRefund.return_id == found.id))
    assert links.all() == [again]
    assert balance_of(AccountKind.RETURN_EXPENSE) == cost
    with atomic():
        fail_refund(refund_id=again, reason="no such card")
    deliver_outbox()
    assert balance_of(AccountKind.RETURN_EXPENSE) == 0
    transfer = Transfer(local_today(utc_now()), "FT1")
    with atomic():
        note_transfer(actor=delivered.administrator, refund_id=again, transfer=transfer)
    deliver_outbox()
    assert balance_of(AccountKind.RETURN_EXPENSE) == cost
    assert balance_of(AccountKind.BANK_BALANCE) == -PRICE
    assert audit_ledger().is_sound


@pytest.mark.parametrize(
    ("kind", "amount", "days", "becomes"),
    [
        (None, 0, 0, ReturnStatus.OPEN),
        (None, 0, 30, ReturnStatus.ESCALATED),
        (AnswerKind.REFUND, 20_000, 6, ReturnStatus.OFFERED),
        (AnswerKind.REFUND, 20_000, 8, ReturnStatus.SETTLED),
        (AnswerKind.REPLACE, 0, 15, ReturnStatus.SETTLED),
        (AnswerKind.REJECT, 0, 30, ReturnStatus.REJECTED),
    ],
)
def test_silence_has_an_end(
    delivered: Delivered, kind: AnswerKind | None, amount: int, days: int, becomes: ReturnStatus
) -> None:
    found = delivered.ask(1, wish=ReturnWish.REPLACEMENT)
    if kind is not None:
        answer(delivered, found, kind, amount)
    later = utc_now() + timedelta(days=days)
    for return_id in due_returns(later, limit=10):
        with atomic():
            act_on_silence(return_id=return_id, now=later)
    assert return_now(found.id).status == becomes
    assert delivered.given_back_vnd() == (20_000 if becomes == ReturnStatus.SETTLED and amount else 0)


def test_a_rejection_stands_after_two_weeks(delivered: Delivered) -> None:
    found = delivered.ask(1)
    answer(delivered, found, AnswerKind.REJECT)
    db.session.execute(update(Return).values(due_at=utc_now() - timedelta(minutes=1)))
    with pytest.raises(NotNow):
        escalate(delivered, found)


def test_what_a_bank_has_taken_is_not_given_back_as_well(
    session: scoped_session[Session], live_sandbox: LiveSandbox
) -> None:
    delivered = deliver(live_sandbox, card="4000000000000259")
    found = delivered.ask(1)
    answer(delivered, found, AnswerKind.REFUND, 20_000)
    assert sweep_disputes(live_sandbox.gateway, utc_now() - timedelta(days=1)) == 1
    with pytest.raises(PaymentDisputed), atomic():
        accept_offer(actor=ANONYMOUS, token=delivered.token, return_id=found.id)
    with atomic():
        act_on_silence(return_id=found.id, now=utc_now() + timedelta(days=8))
    assert return_now(found.id).status == ReturnStatus.ESCALATED
    assert delivered.refunds() == []


def test_each_side_is_told_what_the_other_did(delivered: Delivered, deliver_outbox: Callable[[], int]) -> None:
    deliver_outbox()
    found = delivered.ask(1)
    deliver_outbox()
    assert mails_asked_for().count("return_changed") == 1  # the producer
    answer(delivered, found, AnswerKind.REJECT)
    deliver_outbox()
    assert mails_asked_for().count("return_changed") == 2  # the buyer
    escalate(delivered, found)
    deliver_outbox()
    assert mails_asked_for().count("return_changed") == 4  # the producer, the administrator
    decide(delivered, found, PRICE)
    deliver_outbox()
    assert mails_asked_for().count("return_changed") == 6  # both sides
