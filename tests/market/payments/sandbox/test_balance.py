"""Disputes, payouts, slow and failing refunds, balance transactions: as objects, in lists, and on the page."""

import pytest
import stripe

from market.payments.sandbox.balance_objects import charge_fee

from .running import Sandbox

DISPUTED, INQUIRED, LATER, FAILING = "4000000000000259", "4000000000001976", "4000000000007726", "4000000000005126"

FEE = charge_fee(1_000_000)


def pay(sandbox: Sandbox, card: str, amount: int = 1_000_000) -> stripe.Charge:
    session = sandbox.create_session(amount)
    assert sandbox.pay(session.id, card).status_code == 303
    intent = sandbox.client.v1.checkout.sessions.retrieve(session.id).payment_intent
    return sandbox.client.v1.charges.list({"payment_intent": str(intent)}).data[0]


def held(sandbox: Sandbox) -> int:
    return sandbox.client.v1.balance.retrieve().available[0].amount


def press(sandbox: Sandbox, path: str, **form: str) -> int:
    return sandbox.browser.post(f"{sandbox.url}/sandbox/{path}", form, allow_redirects=False, timeout=10).status_code


def kinds(sandbox: Sandbox) -> list[str]:
    return [event.type for event in sandbox.client.v1.events.list({"limit": 100}).data][::-1]


@pytest.mark.parametrize(
    ("outcome", "status", "left"), [("win", "won", 625_000 - FEE), ("lose", "lost", -375_000 - FEE)]
)
def test_a_disputed_card_takes_the_money_back_until_the_bank_decides(
    sandbox: Sandbox, outcome: str, status: str, left: int
) -> None:
    charge = pay(sandbox, DISPUTED)
    assert charge.disputed
    dispute = sandbox.client.v1.disputes.list({"charge": charge.id}).data[0]
    assert (dispute.status, dispute.reason, dispute.amount) == ("needs_response", "fraudulent", 1_000_000)
    assert held(sandbox) == -375_000 - FEE
    with pytest.raises(stripe.InvalidRequestError) as refused:
        sandbox.client.v1.refunds.create({"charge": charge.id})
    assert refused.value.code == "charge_disputed"
    assert press(sandbox, f"disputes/{dispute.id}/{outcome}") == 303
    assert press(sandbox, f"disputes/{dispute.id}/{outcome}") == 400
    assert sandbox.client.v1.disputes.retrieve(dispute.id).status == status
    assert held(sandbox) == left
    assert kinds(sandbox)[-1] == "charge.dispute.closed"


def test_an_inquiry_takes_nothing_and_can_be_refunded(sandbox: Sandbox) -> None:
    charge = pay(sandbox, INQUIRED)
    dispute = sandbox.client.v1.disputes.list().data[0]
    assert dispute.status == "warning_needs_response"
    assert held(sandbox) == 1_000_000 - FEE
    assert sandbox.client.v1.refunds.create({"charge": charge.id, "amount": 10_000}).status == "succeeded"
    answered = sandbox.client.v1.disputes.update(dispute.id, {"evidence": {"uncategorized_text": "Đã giao"}})
    assert answered.status == "warning_under_review"
    assert sandbox.client.v1.disputes.close(dispute.id).status == "lost"
    assert "charge.dispute.funds_withdrawn" in kinds(sandbox)


def test_any_payment_can_be_disputed_from_the_page_once(sandbox: Sandbox) -> None:
    charge = pay(sandbox, "4242424242424242")
    assert press(sandbox, f"charges/{charge.id}/dispute") == 303
    assert press(sandbox, f"charges/{charge.id}/dispute") == 400
    assert press(sandbox, "charges/ch_unknown/dispute") == 404
    assert "needs_response" in sandbox.browser.get(sandbox.url, timeout=10).text


def test_a_refund_that_takes_a_while_ends_later(sandbox: Sandbox) -> None:
    charge = pay(sandbox, LATER)
    refund = sandbox.client.v1.refunds.create({"charge": charge.id, "amount": 10_000})
    assert refund.status == "pending"
    sandbox.sweep()
    assert sandbox.client.v1.refunds.retrieve(refund.id).status == "pending"
    sandbox.clock.ahead += 6
    sandbox.sweep()
    assert sandbox.client.v1.refunds.retrieve(refund.id).status == "succeeded"
    assert kinds(sandbox).count("refund.updated") == 1


def test_a_refund_that_fails_brings_the_money_back_once(sandbox: Sandbox) -> None:
    charge = pay(sandbox, FAILING)
    refund = sandbox.client.v1.refunds.create({"charge": charge.id, "amount": 10_000})
    assert (refund.status, held(sandbox)) == ("succeeded", 990_000 - FEE)
    sandbox.clock.ahead += 6
    for _ in range(2):
        sandbox.sweep()
    failed = sandbox.client.v1.refunds.retrieve(refund.id)
    assert (failed.status, failed.failure_reason, held(sandbox)) == ("failed", "lost_or_stolen_card", 1_000_000 - FEE)
    assert sandbox.client.v1.charges.retrieve(charge.id).amount_refunded == 0
    assert kinds(sandbox).count("refund.failed") == 1


def test_a_payout_takes_what_there_is_and_not_a_dong_more(sandbox: Sandbox) -> None:
    pay(sandbox, "4242424242424242", 100_000)
    left = 100_000 - charge_fee(100_000)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        sandbox.client.v1.payouts.create({"amount": left + 1, "currency": "vnd"})
    assert refused.value.code == "balance_insufficient"
    assert press(sandbox, "payouts") == 303
    assert held(sandbox) == 0
    assert press(sandbox, "payouts") == 400
    assert [payout.amount for payout in sandbox.client.v1.payouts.list().data] == [left]


def test_every_movement_of_the_balance_names_its_cause(sandbox: Sandbox) -> None:
    charge = pay(sandbox, DISPUTED)
    other = pay(sandbox, "4242424242424242")
    sandbox.client.v1.refunds.create({"charge": other.id, "amount": 10_000})
    sandbox.client.v1.payouts.create({"amount": 10_000, "currency": "vnd"})
    movements = sandbox.client.v1.balance_transactions.list({"limit": 100, "expand": ["data.source"]}).data
    assert [(movement.type, movement.source.object) for movement in movements] == [
        ("payout", "payout"),
        ("refund", "refund"),
        ("charge", "charge"),
        ("adjustment", "dispute"),
        ("charge", "charge"),
    ]
    assert sum(movement.net for movement in movements) == held(sandbox)
    assert sandbox.client.v1.balance_transactions.list({"source": charge.id}).data[0].amount == 1_000_000


@pytest.mark.parametrize("service", ["disputes", "payouts", "balance_transactions", "payment_intents", "charges"])
def test_lists_are_bounded_by_created_and_go_on_over_their_pages(sandbox: Sandbox, service: str) -> None:
    for _ in range(3):
        pay(sandbox, DISPUTED)
        pay(sandbox, "4242424242424242")
        sandbox.client.v1.payouts.create({"amount": 1_000, "currency": "vnd"})
        sandbox.clock.ahead += 100
    kind = getattr(sandbox.client.v1, service)
    everything = kind.list({"limit": 100}).data
    first = kind.list({"limit": 2})
    rest = kind.list({"limit": 100, "starting_after": first.data[-1].id})
    assert [item.id for item in [*first.data, *rest.data]] == [item.id for item in everything]
    assert first.has_more
    moment = everything[0].created
    assert {item.created for item in kind.list({"created": {"gte": moment}}).data} == {moment}
    assert moment not in {item.created for item in kind.list({"created": {"lt": moment}, "limit": 100}).data}


@pytest.mark.parametrize(
    ("card", "code"),
    [
        ("4000000000006975", "card_velocity_exceeded"),
        ("4100000000000019", "fraudulent"),
        ("4000000000000341", "generic_decline"),
        ("4000000000000101", "incorrect_cvc"),
    ],
)
def test_cards_that_are_refused_say_why(sandbox: Sandbox, card: str, code: str) -> None:
    session = sandbox.create_session()
    assert sandbox.pay(session.id, card).status_code == 402
    shown = sandbox.client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    error = shown.payment_intent.last_payment_error
    assert (error.get("decline_code") if hasattr(error, "get") else error.decline_code) == code
