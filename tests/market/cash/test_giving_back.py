"""Returns of orders paid at the door: asked, answered, given back by hand, missed by the buyer, paid by the site."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, scoped_session

from core.accounts import ANONYMOUS
from core.db import atomic, db, new_id, utc_now
from core.errors import Conflict, Invalid, NotFound
from core.outbox.relay import deliver_pending
from market.cash.errors import CashNotNoted, MoreThanWasReceived
from market.cash.giving_back import give_back_cash, give_back_owed
from market.cash.missing import say_missing, settle_missing
from market.cash.models import CashReturn
from market.cash.rules import GIVE_BACK_WITHIN
from market.cash.usecases import record_cash
from market.ledger.models import AccountKind
from market.ledger.queries import balance_of
from market.refunds.errors import MoreThanWasPaid
from market.refunds.pieces import RefundPart
from market.refunds.usecases import leave_out_of_cash_order
from market.returns.answering import Answer, AnswerKind, answer_return
from market.returns.deciding import Decision, act_on_silence, close_missing_money, decide_complaint, pay_missing_money
from market.returns.errors import NotNow
from market.returns.models import CostBearer, Return, ReturnReason, ReturnStatus, ReturnWish
from market.returns.usecases import ReturnValues, accept_offer, ask_for_return, escalate_return, miss_money
from tests.factories import make_user, sign_in
from tests.market.cash.conftest import Door, order_of, parcel_of
from tests.market.cash.test_cash import delivery_of, owed_to, sound
from tests.support.paying import mails_asked_for
from tests.support.refunding import actor_of, lines_of


@pytest.fixture
def paid(door: Door) -> uuid.UUID:
    """An order of three pieces for 100,000 dong each, paid at the door."""
    door.allow()
    order_id = door.order()
    parcel = door.ship(order_id)
    with atomic():
        record_cash(actor=door.farmer, parcel_id=parcel.id, received_vnd=order_of(order_id).total_vnd)
    return order_id


def ask(order_id: uuid.UUID, units: int = 1, **values: Any) -> Return:
    given = ReturnValues(
        quantities={lines_of(order_id)[0].id: units},
        reason=ReturnReason.SPOILED,
        wish=ReturnWish.REFUND,
        body="Một quả bị thối (mẫu).",
        request_key=str(new_id()),
    )
    with atomic():
        return ask_for_return(
            actor=ANONYMOUS,
            token=order_of(order_id).token,
            parcel_id=parcel_of(order_id).id,
            values=replace(given, **values),
        )


def answer(door: Door, found: Return, order_id: uuid.UUID, amount_vnd: int) -> None:
    with atomic():
        answer_return(
            actor=door.farmer,
            return_id=found.id,
            answer=Answer(AnswerKind.REFUND, "Xin lỗi chị (mẫu).", {lines_of(order_id)[0].id: amount_vnd}),
        )


def decide(door: Door, found: Return, order_id: uuid.UUID, amount_vnd: int, borne_by: CostBearer) -> None:
    with atomic():
        escalate_return(actor=ANONYMOUS, token=order_of(order_id).token, return_id=found.id, body="Ít quá (mẫu).")
        decide_complaint(
            actor=actor_of(door.administrator),
            return_id=found.id,
            decision=Decision(borne_by, "Ảnh rõ (mẫu).", {lines_of(order_id)[0].id: amount_vnd}),
        )


def only_cash_return() -> CashReturn:
    return db.session.scalars(select(CashReturn).execution_options(populate_existing=True)).one()


def let_time_pass() -> None:
    db.session.execute(update(CashReturn).values(due_at=utc_now() - timedelta(minutes=1)))
    db.session.commit()


def test_from_the_order_page_to_the_money_in_the_hand(door: Door, paid: uuid.UUID, client: FlaskClient) -> None:
    token, parcel, line = order_of(paid).token, parcel_of(paid), lines_of(paid)[0]
    path = f"/orders/{token}/parcels/{parcel.id}/return"
    assert path in client.get(f"/orders/{token}").text
    asked = {"request_key": str(new_id()), "reason": "spoiled", "wish": "refund", "body": "Hai quả bị thối (mẫu)."}
    sent = client.post(path, data={**asked, f"quantity_{line.id}": "2"}, content_type="multipart/form-data")
    own_page = sent.headers["Location"]
    found = db.session.scalars(select(Return)).one()
    sign_in(client, door.member)
    assert "seven days" in client.get(f"/farm/returns/{found.id}?lang=en").text
    agreed = {f"amount_{line.id}": "200.000", "kind": "refund", "body": "Xin lỗi chị (mẫu)."}
    assert client.post(f"/farm/returns/{found.id}", data=agreed).status_code == 303
    owed = only_cash_return()
    assert (owed.amount_vnd, owed.commission_vnd, owed.due_at) == (200_000, 6_000, owed.owed_at + GIVE_BACK_WITHIN)
    assert "200.000" in client.get(own_page).text
    assert "200.000" in client.get(f"/orders/{token}").text
    assert f"/farm/returns/{found.id}" in client.get("/farm/returns").text
    cash_page = f"/farm/orders/{parcel.id}/cash"
    assert cash_page in client.get(f"/farm/returns/{found.id}").text
    given = f"{cash_page}/owed/{owed.id}"
    assert given in client.get(cash_page).text
    assert balance_of(AccountKind.COMMISSION_INCOME) == -9_000
    assert client.post(given, data={f"owed-{owed.id}-note": " "}).status_code == 422
    for _ in range(2):
        assert client.post(given, data={f"owed-{owed.id}-note": "Chuyển khoản sáng nay"}).status_code == 303
    assert balance_of(AccountKind.COMMISSION_INCOME) == -3_000
    assert owed_to(door) == -3_000 - delivery_of(paid)
    assert given not in client.get(cash_page).text
    assert f"/farm/returns/{found.id}" not in client.get("/farm/returns").text
    assert "Chuyển khoản sáng nay" in client.get(own_page).text
    assert mails_asked_for().count("cash_given_back") == 1
    assert sound()


def test_money_is_agreed_upon_once_it_was_received(door: Door) -> None:
    door.allow()
    order_id = door.order()
    door.ship(order_id)
    found = ask(order_id)
    with pytest.raises(CashNotNoted):
        answer(door, found, order_id, 100_000)
    assert db.session.get_one(Return, found.id, populate_existing=True).status == ReturnStatus.OPEN
    with atomic():
        answer_return(actor=door.farmer, return_id=found.id, answer=Answer(AnswerKind.REJECT, "Không phải (mẫu)."))
    decide(door, found, order_id, 0, CostBearer.PRODUCER)
    assert db.session.scalar(select(func.count()).select_from(CashReturn)) == 0


def test_an_offer_is_taken_or_stands_after_silence(door: Door, paid: uuid.UUID) -> None:
    taken, silent = ask(paid), ask(paid)
    for found in (taken, silent):
        answer(door, found, paid, 40_000)
    assert db.session.scalar(select(func.count()).select_from(CashReturn)) == 0
    with atomic():
        accept_offer(actor=ANONYMOUS, token=order_of(paid).token, return_id=taken.id)
        act_on_silence(return_id=silent.id, now=utc_now() + timedelta(days=8))
    owed = db.session.scalars(select(CashReturn).order_by(CashReturn.id)).all()
    assert [returned.amount_vnd for returned in owed] == [40_000, 40_000]
    assert balance_of(AccountKind.COMMISSION_INCOME) == -9_000
    for returned in owed:
        with atomic():
            give_back_owed(actor=door.farmer, cash_return_id=returned.id, note="Đưa tận tay")
    assert balance_of(AccountKind.COMMISSION_INCOME) == -9_000 + 2_400
    assert sound()


@pytest.mark.parametrize(("borne_by", "cost"), [(CostBearer.PRODUCER, 0), (CostBearer.SITE, 97_000)])
def test_a_decision_says_who_bears_what_is_given_back_by_hand(
    door: Door, paid: uuid.UUID, borne_by: CostBearer, cost: int
) -> None:
    before = owed_to(door)
    found = ask(paid)
    answer(door, found, paid, 1_000)
    decide(door, found, paid, 100_000, borne_by)
    assert balance_of(AccountKind.RETURN_EXPENSE) == cost
    assert sound()
    with atomic():
        give_back_owed(actor=door.farmer, cash_return_id=only_cash_return().id, note="Đưa tận tay")
    # The producer gave 100,000 dong in cash, and has them back with the fee where the site bears it.
    assert owed_to(door) - before == 3_000 + cost
    assert balance_of(AccountKind.RETURN_EXPENSE) == cost
    assert sound()


def test_no_more_goes_back_than_was_paid_for_what_was_sent(door: Door) -> None:
    door.allow()
    order_id = door.order()
    line = lines_of(order_id)[0]
    with atomic():
        leave_out_of_cash_order(
            actor=door.farmer, order_id=order_id, parts=[RefundPart(line.id, 1)], request_key="short"
        )
    parcel = door.ship(order_id)
    with atomic():
        record_cash(actor=door.farmer, parcel_id=parcel.id, received_vnd=150_000, reason="Bớt cho khách")
    with pytest.raises(Invalid):
        ask(order_id, 3)
    found = ask(order_id, 2)
    with pytest.raises(MoreThanWasPaid):
        answer(door, found, order_id, 200_001)
    with pytest.raises(MoreThanWasReceived):
        answer(door, found, order_id, 200_000)
    answer(door, found, order_id, 120_000)
    with pytest.raises(NotNow), atomic():  # it is an offer yet
        miss_money(actor=ANONYMOUS, token=order_of(order_id).token, return_id=found.id, body="Chưa thấy (mẫu).")
    with atomic():
        accept_offer(actor=ANONYMOUS, token=order_of(order_id).token, return_id=found.id)
    with pytest.raises(MoreThanWasReceived):
        give(door, parcel.id, 30_001)
    give(door, parcel.id, 30_000)
    assert sound()


def give(door: Door, parcel_id: uuid.UUID, amount_vnd: int) -> None:
    with atomic():
        give_back_cash(
            actor=door.farmer, parcel_id=parcel_id, amount_vnd=amount_vnd, note="Hỏng", request_key=str(new_id())
        )


def test_money_that_does_not_come_is_paid_by_the_site(door: Door, paid: uuid.UUID, client: FlaskClient) -> None:
    token = order_of(paid).token
    found = ask(paid)
    answer(door, found, paid, 100_000)
    path = f"/orders/{token}/returns/{found.id}"
    assert f"{path}/missing" not in client.get(path).text
    with pytest.raises(Conflict), atomic():
        miss_money(actor=ANONYMOUS, token=token, return_id=found.id, body="Chưa thấy (mẫu).")
    sign_in(client, door.administrator)
    listed = "/complaints?state=money"
    assert f"/complaints/{found.id}" not in client.get(listed).text
    let_time_pass()
    assert f"/complaints/{found.id}" in client.get(listed).text
    assert f"{path}/missing" in client.get(path).text
    assert client.post(f"{path}/missing", data={"body": ""}).status_code == 422
    assert client.post(f"{path}/missing", data={"body": "Chưa thấy đồng nào (mẫu)."}).status_code == 303
    with pytest.raises(Conflict), atomic():
        miss_money(actor=ANONYMOUS, token=token, return_id=found.id, body="Chưa thấy (mẫu).")
    deliver_pending()
    assert mails_asked_for().count("return_changed") >= 2
    page = client.get(f"/complaints/{found.id}").text
    assert "Chưa thấy đồng nào (mẫu)." in page
    before = owed_to(door)
    money = f"/complaints/{found.id}/money"
    assert client.post(money, data={"body": "Đã chuyển khoản (mẫu)."}).status_code == 422
    came = client.post(money, data={"outcome": "came", "body": "Đã đến (mẫu)."})
    assert came.status_code == 422  # the producer has noted nothing
    done = {"outcome": "paid_by_site", "body": "Đã chuyển khoản (mẫu)."}
    assert client.post(money, data=done).status_code == 303
    assert client.post(money, data=done).status_code == 422
    assert balance_of(AccountKind.BANK_BALANCE) == -100_000
    assert owed_to(door) == before + 3_000 - 100_000
    assert f"/complaints/{found.id}" not in client.get(listed).text
    assert "Đã chuyển khoản (mẫu)." in client.get(path).text
    with atomic():
        give_back_owed(actor=door.farmer, cash_return_id=only_cash_return().id, note="Muộn")  # changes nothing
    assert owed_to(door) == before + 3_000 - 100_000
    assert sound()


def test_money_that_was_noted_as_given_may_be_missed_and_come_after_all(door: Door, paid: uuid.UUID) -> None:
    token, administrator = order_of(paid).token, actor_of(door.administrator)
    found = ask(paid)
    answer(door, found, paid, 100_000)
    with atomic():
        give_back_owed(actor=door.farmer, cash_return_id=only_cash_return().id, note="Đưa tận tay")
    with pytest.raises(Conflict), atomic():
        close_missing_money(actor=administrator, return_id=found.id, body="Đã đến (mẫu).")
    with atomic():
        miss_money(actor=ANONYMOUS, token=token, return_id=found.id, body="Chưa thấy (mẫu).")
    assert only_cash_return().is_missed
    for actor in (door.farmer, actor_of(make_user())):
        with pytest.raises(NotFound), atomic():
            close_missing_money(actor=actor, return_id=found.id, body="Đã đến (mẫu).")
        with pytest.raises(NotFound), atomic():
            pay_missing_money(actor=actor, return_id=found.id, body="Đã trả (mẫu).")
    with atomic():
        close_missing_money(actor=administrator, return_id=found.id, body="Đã đến (mẫu).")
    assert not only_cash_return().is_missed
    assert balance_of(AccountKind.BANK_BALANCE) == 0
    with pytest.raises(Conflict), atomic():
        miss_money(actor=ANONYMOUS, token=token, return_id=found.id, body="Chưa thấy (mẫu).")
    assert sound()


def test_others_may_not_note_what_was_given_back(door: Door, paid: uuid.UUID) -> None:
    answer(door, ask(paid), paid, 100_000)
    for actor in (actor_of(door.buyer), actor_of(make_user())):
        with pytest.raises(NotFound), atomic():
            give_back_owed(actor=actor, cash_return_id=only_cash_return().id, note="Đưa tận tay")


def test_the_list_of_money_that_is_late_takes_a_constant_number_of_queries(
    door: Door,
    paid: uuid.UUID,
    client: FlaskClient,
    session: scoped_session[Session],
    count_queries: Callable[..., Any],
) -> None:
    counts = []
    sign_in(client, door.administrator)
    for _ in range(2):
        found = ask(paid)
        answer(door, found, paid, 100_000)
        let_time_pass()
        session.expire_all()
        with count_queries() as statements:
            assert client.get("/complaints?state=money").text.count(order_of(paid).number) == len(counts) + 1
        counts.append(len(statements))
    assert counts[0] == counts[1]


def give_apart(door: Door, order_id: uuid.UUID, amount_vnd: int = 40_000) -> CashReturn:
    """What the producer notes as given back without a return."""
    with atomic():
        return give_back_cash(
            actor=door.farmer,
            parcel_id=parcel_of(order_id).id,
            amount_vnd=amount_vnd,
            note="Trả tiền mặt tại cửa (mẫu).",
            request_key=str(new_id()),
        )


def test_the_buyer_says_that_cash_given_back_without_a_return_did_not_come_and_the_site_pays(
    door: Door, paid: uuid.UUID, client: FlaskClient, deliver_outbox: Callable[[], int]
) -> None:
    given = give_apart(door, paid)
    assert mails_asked_for()[-1] == "cash_given_back", "the buyer is told, and can say that it did not come"
    owed = owed_to(door)
    path = f"/orders/{order_of(paid).token}/cash/{given.id}"
    assert path in client.get(f"/orders/{order_of(paid).token}").text
    assert client.post(path, data={"words": " "}).status_code == 422
    said = "Tôi chưa nhận được đồng nào (mẫu)."
    assert client.post(path, data={"words": said}).status_code == 303
    again = client.post(path, data={"words": "Nói lại (mẫu)."})
    assert (again.status_code, "Nói lại (mẫu)." in again.text) == (422, True)
    deliver_outbox()
    assert mails_asked_for().count("cash_missed") == 2, "to the producer and the administrator"
    settle = f"/cash/missing/{given.id}"
    assert client.get(settle).status_code == 303, "to sign in"
    sign_in(client, door.member)
    db.session.commit()
    assert said in client.get(f"/farm/orders/{parcel_of(paid).id}/cash").text
    assert client.get(settle).status_code in (403, 404)
    sign_in(client, door.administrator)
    db.session.commit()
    assert settle in client.get("/complaints?state=money").text
    assert said in client.get(settle).text
    assert client.post(settle, data={"words": "Đã chuyển khoản (mẫu)."}).status_code == 422
    decided = {"outcome": "paid_by_site", "words": "Chợ đã chuyển khoản (mẫu)."}
    assert client.post(settle, data=decided).status_code == 303
    assert client.post(settle, data=decided).status_code == 422
    assert settle not in client.get("/complaints?state=money").text
    assert decided["words"] in client.get(path).text
    assert owed_to(door) == owed - 40_000
    assert balance_of(AccountKind.BANK_BALANCE) == -40_000
    sound()


def test_cash_given_back_without_a_return_came_after_all(door: Door, paid: uuid.UUID) -> None:
    given = give_apart(door, paid)
    token = order_of(paid).token
    administrator = actor_of(door.administrator)
    with pytest.raises(Conflict), atomic():
        settle_missing(actor=administrator, cash_return_id=given.id, paid_by_site=True, words="Sớm quá (mẫu).")
    with atomic():
        say_missing(token=token, cash_return_id=given.id, words="Chưa thấy (mẫu).")
    with pytest.raises(NotFound), atomic():
        settle_missing(actor=door.farmer, cash_return_id=given.id, paid_by_site=False, words="Có rồi (mẫu).")
    with atomic():
        settle_missing(actor=administrator, cash_return_id=given.id, paid_by_site=False, words="Có rồi (mẫu).")
    with pytest.raises(Conflict), atomic():
        say_missing(token=token, cash_return_id=given.id, words="Vẫn chưa (mẫu).")
    assert balance_of(AccountKind.BANK_BALANCE) == 0
    sound()


def test_only_the_link_of_its_order_misses_what_was_given_back_and_no_return(door: Door, paid: uuid.UUID) -> None:
    other = door.order()
    given = give_apart(door, paid)
    with pytest.raises(NotFound), atomic():
        say_missing(token=order_of(other).token, cash_return_id=given.id, words="Chưa thấy (mẫu).")
    answer(door, ask(paid), paid, 100_000)
    agreed = db.session.scalars(select(CashReturn).where(CashReturn.due_at.is_not(None))).one()
    with pytest.raises(NotFound), atomic():
        say_missing(token=order_of(paid).token, cash_return_id=agreed.id, words="Chưa thấy (mẫu).")
