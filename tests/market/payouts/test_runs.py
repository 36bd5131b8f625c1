"""Runs through their use cases: what is payable, who approves, and that nothing is paid twice."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session, scoped_session

from core.accounts import ANONYMOUS, Actor, RoleName
from core.db import db, utc_now
from core.errors import Conflict, Invalid, NotFound
from market.ledger.audit import audit_ledger
from market.ledger.models import AccountKind
from market.ledger.queries import balance_of
from market.payouts.models import LineStatus, PayoutRun, RunStatus
from market.payouts.queries import get_run, get_terms, list_due, list_payables
from market.payouts.runs import (
    approve_run,
    cancel_run,
    draft_run,
    draft_scheduled_run,
    export_run,
    mark_failed,
    mark_paid,
)
from market.payouts.usecases import change_terms
from tests.factories import make_user
from tests.market.payouts.selling import (
    actor_of,
    give_account,
    give_back,
    make_payer,
    make_seller,
    sell,
    share_vnd,
)
from tests.support.paying import mails_asked_for


@pytest.fixture
def payers(session: scoped_session[Session]) -> tuple[Actor, Actor]:
    return make_payer(), make_payer()


def drafted(actor: Actor) -> PayoutRun:
    return get_run(draft_run(actor=actor, now=utc_now()).id)


def at_the_bank(payers: tuple[Actor, Actor]) -> PayoutRun:
    run = drafted(payers[0])
    approve_run(actor=payers[1], run_id=run.id, now=utc_now())
    return export_run(actor=payers[1], run_id=run.id, now=utc_now())


def owed_to(producer_id: object) -> int:
    return -balance_of(AccountKind.PRODUCER_PAYABLE, producer_id)


def test_a_run_goes_from_draft_to_paid_and_the_ledger_follows(payers: tuple[Actor, Actor]) -> None:
    producer, _member = make_seller()
    sell(producer)
    run = drafted(payers[0])
    assert [(line.producer_id, line.amount_vnd) for line in run.lines] == [(producer.id, share_vnd(10))]
    assert owed_to(producer.id) == share_vnd(10)

    approve_run(actor=payers[1], run_id=run.id, now=utc_now())
    assert owed_to(producer.id) == 0
    assert balance_of(AccountKind.PAYOUTS_IN_TRANSIT) == -share_vnd(10)

    export_run(actor=payers[1], run_id=run.id, now=utc_now())
    assert mark_paid(actor=payers[0], run_id=run.id, line_id=None, now=utc_now()) == 1
    assert balance_of(AccountKind.PAYOUTS_IN_TRANSIT) == 0
    assert balance_of(AccountKind.BANK_BALANCE) == -share_vnd(10)
    assert get_run(run.id).status == RunStatus.FINISHED
    assert mails_asked_for()[-1] == "payout_settled"
    assert audit_ledger().is_sound


def test_who_drafted_a_run_cannot_approve_it(payers: tuple[Actor, Actor]) -> None:
    producer, _member = make_seller()
    sell(producer)
    run = drafted(payers[0])
    with pytest.raises(Conflict):
        approve_run(actor=payers[0], run_id=run.id, now=utc_now())
    assert owed_to(producer.id) == share_vnd(10)


def test_what_is_not_shipped_long_enough_is_not_payable(payers: tuple[Actor, Actor]) -> None:
    producer, _member = make_seller()
    sell(producer, pieces=10, shipped_days_ago=None)
    sell(producer, pieces=20, shipped_days_ago=2)
    with pytest.raises(Conflict):
        draft_run(actor=payers[0], now=utc_now())
    sell(producer, pieces=30, shipped_days_ago=4)
    assert [line.amount_vnd for line in drafted(payers[0]).lines] == [share_vnd(30)]


def test_small_sums_and_producers_without_an_account_wait(payers: tuple[Actor, Actor]) -> None:
    small, _member = make_seller()
    sell(small, pieces=1)
    without, member = make_seller(with_account=False)
    sell(without)
    with pytest.raises(Conflict):
        draft_run(actor=payers[0], now=utc_now())
    give_account(without, member)
    assert [line.producer_id for line in drafted(payers[0]).lines] == [without.id]


def test_larger_balances_that_cannot_be_paid_take_nobodys_place(payers: tuple[Actor, Actor]) -> None:
    in_draft, _member = make_seller()
    sell(in_draft, pieces=50)
    drafted(payers[0])
    without, _member = make_seller(with_account=False)
    sell(without, pieces=40)
    not_due, _member = make_seller()
    sell(not_due, pieces=30, shipped_days_ago=1)
    smaller, _member = make_seller()
    sell(smaller, pieces=10)
    larger, _member = make_seller()
    sell(larger, pieces=20)
    for limit, expected in ((1, [larger.id]), (5, [larger.id, smaller.id])):
        due = list_due(hold_days=3, minimum_vnd=100_000, now=utc_now(), limit=limit)
        assert [payable.producer_id for payable in due] == expected
    assert {line.producer_id for line in drafted(payers[0]).lines} == {larger.id, smaller.id}


def test_what_stands_in_a_run_is_not_payable_again(payers: tuple[Actor, Actor]) -> None:
    producer, _member = make_seller()
    sell(producer)
    run = drafted(payers[0])
    with pytest.raises(Conflict):
        draft_run(actor=payers[1], now=utc_now())
    approve_run(actor=payers[1], run_id=run.id, now=utc_now())
    with pytest.raises(Conflict):
        draft_run(actor=payers[1], now=utc_now())
    sell(producer, pieces=5)
    assert [line.amount_vnd for line in drafted(payers[1]).lines] == [share_vnd(5)]


def test_a_cancelled_draft_sets_its_sums_free_and_cannot_be_approved(payers: tuple[Actor, Actor]) -> None:
    producer, _member = make_seller()
    sell(producer)
    run = drafted(payers[0])
    for _ in range(2):
        assert cancel_run(actor=payers[0], run_id=run.id, now=utc_now()).status == RunStatus.CANCELLED
    with pytest.raises(Conflict):
        approve_run(actor=payers[1], run_id=run.id, now=utc_now())
    assert len(drafted(payers[0]).lines) == 1


def test_an_approved_run_cannot_be_cancelled(payers: tuple[Actor, Actor]) -> None:
    producer, _member = make_seller()
    sell(producer)
    run = drafted(payers[0])
    approve_run(actor=payers[1], run_id=run.id, now=utc_now())
    with pytest.raises(Conflict):
        cancel_run(actor=payers[0], run_id=run.id, now=utc_now())


def test_every_step_done_twice_pays_once(payers: tuple[Actor, Actor]) -> None:
    producer, _member = make_seller()
    sell(producer)
    run = drafted(payers[0])
    for _ in range(2):
        approve_run(actor=payers[1], run_id=run.id, now=utc_now())
    for _ in range(2):
        export_run(actor=payers[1], run_id=run.id, now=utc_now())
    settled = [mark_paid(actor=payers[0], run_id=run.id, line_id=run.lines[0].id, now=utc_now()) for _ in range(2)]
    assert settled == [1, 0]
    assert balance_of(AccountKind.BANK_BALANCE) == -share_vnd(10)
    assert mails_asked_for().count("payout_settled") == 1
    with pytest.raises(Conflict):
        mark_failed(actor=payers[0], run_id=run.id, line_id=run.lines[0].id, reason="Sai số", now=utc_now())


def test_a_failed_line_goes_back_and_is_paid_by_the_next_run(payers: tuple[Actor, Actor]) -> None:
    sellers = [make_seller()[0] for _ in range(2)]
    for producer in sellers:
        sell(producer)
    run = at_the_bank(payers)
    line = run.lines[0]
    with pytest.raises(Invalid):
        mark_failed(actor=payers[0], run_id=run.id, line_id=line.id, reason=None, now=utc_now())
    assert mark_failed(actor=payers[0], run_id=run.id, line_id=line.id, reason="Sai số tài khoản", now=utc_now())
    assert not mark_failed(actor=payers[0], run_id=run.id, line_id=line.id, reason="Lần hai", now=utc_now())
    assert mark_paid(actor=payers[0], run_id=run.id, line_id=None, now=utc_now()) == 1
    assert get_run(run.id).status == RunStatus.FINISHED
    assert {found.status for found in get_run(run.id).lines} == {LineStatus.PAID, LineStatus.FAILED}
    assert owed_to(line.producer_id) == share_vnd(10)
    assert [found.producer_id for found in drafted(payers[0]).lines] == [line.producer_id]
    assert audit_ledger().is_sound


def test_nothing_is_settled_before_the_file_was_fetched(payers: tuple[Actor, Actor]) -> None:
    producer, _member = make_seller()
    sell(producer)
    run = drafted(payers[0])
    with pytest.raises(Conflict):
        export_run(actor=payers[0], run_id=run.id, now=utc_now())
    approve_run(actor=payers[1], run_id=run.id, now=utc_now())
    with pytest.raises(Conflict):
        mark_paid(actor=payers[0], run_id=run.id, line_id=None, now=utc_now())


@pytest.mark.parametrize("change", ["refund", "account"])
def test_a_draft_is_not_approved_when_balance_or_account_changed(payers: tuple[Actor, Actor], change: str) -> None:
    producer, member = make_seller()
    payment = sell(producer)
    run = drafted(payers[0])
    if change == "refund":
        give_back(payment)
    else:
        give_account(producer, member, "999988887777")
    with pytest.raises(Conflict, match=producer.name.split("(", maxsplit=1)[0].strip()):
        approve_run(actor=payers[1], run_id=run.id, now=utc_now())


def test_a_refund_after_the_payout_makes_the_balance_negative_and_the_next_sale_pays_it_off(
    payers: tuple[Actor, Actor],
) -> None:
    producer, _member = make_seller()
    payment = sell(producer)
    run = at_the_bank(payers)
    mark_paid(actor=payers[0], run_id=run.id, line_id=None, now=utc_now())
    give_back(payment)
    assert owed_to(producer.id) == -share_vnd(10)
    sell(producer, pieces=15)
    assert [line.amount_vnd for line in drafted(payers[0]).lines] == [share_vnd(15) - share_vnd(10)]


def test_the_clock_drafts_once_on_the_day_of_the_schedule(payers: tuple[Actor, Actor]) -> None:
    producer, _member = make_seller()
    sell(producer)
    now = utc_now()
    assert draft_scheduled_run(now=now) is None
    administrator = make_payer(RoleName.ADMINISTRATOR)
    weekday = (now + timedelta(hours=7)).weekday()
    change_terms(actor=administrator, weekday=weekday, hold_days=0, minimum_vnd=1_000)
    run = draft_scheduled_run(now=now)
    assert run is not None and run.drafted_by is None
    cancel_run(actor=payers[0], run_id=run.id, now=now)
    assert draft_scheduled_run(now=now) is None
    assert draft_scheduled_run(now=now + timedelta(days=1)) is None


def test_only_payers_pay_and_only_administrators_set_the_terms(payers: tuple[Actor, Actor]) -> None:
    producer, member = make_seller()
    sell(producer)
    run = drafted(payers[0])
    market_manager, consumer = (make_payer(role) for role in (RoleName.MARKET_MANAGER, RoleName.CONSUMER))
    for actor in (ANONYMOUS, member, market_manager, consumer):
        for step in (approve_run, cancel_run, export_run):
            with pytest.raises(NotFound):
                step(actor=actor, run_id=run.id, now=utc_now())
        with pytest.raises(NotFound):
            draft_run(actor=actor, now=utc_now())
        with pytest.raises(NotFound):
            mark_paid(actor=actor, run_id=run.id, line_id=None, now=utc_now())
    with pytest.raises(NotFound):
        change_terms(actor=payers[0], weekday=None, hold_days=1, minimum_vnd=1_000)
    assert get_terms().hold_days == 3


def test_what_is_payable_comes_in_one_query(payers: tuple[Actor, Actor], count_queries: object) -> None:
    for _ in range(3):
        sell(make_seller()[0])
    db.session.flush()
    with count_queries() as statements:
        found = list_payables(hold_days=3, now=utc_now())
    assert len(found) == 3
    assert len(statements) == 1
    with count_queries() as statements:
        assert len(list_due(hold_days=3, minimum_vnd=1, now=utc_now())) == 3
    assert len(statements) == 1


def test_a_member_of_two_roles_pays_as_an_officer(session: scoped_session[Session]) -> None:
    user = make_user(RoleName.PRODUCER_MEMBER, RoleName.PROVINCE_OFFICER)
    producer, _member = make_seller()
    sell(producer)
    assert drafted(actor_of(user)).drafted_by == user.id
