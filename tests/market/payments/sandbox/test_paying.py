from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from .running import Sandbox

INTENTS_EVENTS_OF_A_PAYMENT = [
    "payment_intent.created",
    "charge.succeeded",
    "payment_intent.succeeded",
    "checkout.session.completed",
]


def event_types(sandbox: Sandbox) -> list[str]:
    """Every event so far, oldest first."""
    return [event.type for event in sandbox.client.v1.events.list({"limit": 100}).data][::-1]


def test_a_good_card_pays_and_leads_back_to_the_shop(sandbox: Sandbox) -> None:
    session = sandbox.create_session(
        customer_email="mau@example.com", payment_intent_data={"metadata": {"order": "7"}, "description": "Order 7"}
    )
    answer = sandbox.pay(session.id, email="other@example.com")
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"http://localhost:8120/orders/abc/return?session={session.id}"

    paid = sandbox.client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent.latest_charge"]})
    intent = paid.payment_intent
    assert (paid.status, paid.payment_status, paid.url) == ("complete", "paid", None)
    assert paid.customer_details.email == "other@example.com"
    assert (intent.status, intent.amount, intent.amount_received) == ("succeeded", 120_000, 120_000)
    assert (intent.metadata["order"], intent.description) == ("7", "Order 7")
    charge = intent.latest_charge
    assert (charge.paid, charge.captured, charge.amount_captured, charge.status) == (True, True, 120_000, "succeeded")
    assert charge.payment_method_details.card.last4 == "4242"
    assert event_types(sandbox) == INTENTS_EVENTS_OF_A_PAYMENT


@pytest.mark.parametrize(
    ("number", "code", "reason"),
    [
        ("4000000000000002", "card_declined", "generic_decline"),
        ("4000000000009995", "card_declined", "insufficient_funds"),
        ("4000000000000069", "expired_card", "expired_card"),
        ("4000000000000127", "incorrect_cvc", "incorrect_cvc"),
        ("4000000000000119", "processing_error", "processing_error"),
        ("4111111111111111", "card_declined", "test_mode_live_card"),
    ],
)
def test_a_declined_card_leaves_the_session_open(sandbox: Sandbox, number: str, code: str, reason: str) -> None:
    session = sandbox.create_session()
    answer = sandbox.pay(session.id, number)
    assert answer.status_code == 402
    assert 'role="alert"' in answer.text
    tried = sandbox.client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    assert (tried.status, tried.payment_status) == ("open", "unpaid")
    error = tried.payment_intent.last_payment_error
    assert (error.type, error.code, error.decline_code) == ("card_error", code, reason)
    assert (tried.payment_intent.status, tried.payment_intent.amount_received) == ("requires_payment_method", 0)
    charge = sandbox.client.v1.charges.retrieve(tried.payment_intent.latest_charge)
    assert (charge.paid, charge.status, charge.amount_captured) == (False, "failed", 0)
    assert event_types(sandbox) == ["payment_intent.created", "charge.failed", "payment_intent.payment_failed"]

    assert sandbox.pay(session.id).status_code == 303
    assert sandbox.client.v1.payment_intents.retrieve(tried.payment_intent.id).last_payment_error is None


def test_three_d_secure_completed_pays(sandbox: Sandbox) -> None:
    session = sandbox.create_session()
    answer = sandbox.pay(session.id, "4000002760003184")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/c/pay/{session.id}/authenticate")
    waiting = sandbox.client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    assert (waiting.status, waiting.payment_intent.status) == ("open", "requires_action")
    step = sandbox.browser.get(sandbox.url + answer.headers["Location"], timeout=10)
    assert "3184" in step.text
    done = sandbox.authenticate(session.id, "complete")
    assert done.headers["Location"].endswith(session.id)
    assert sandbox.client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"
    assert "payment_intent.requires_action" in event_types(sandbox)


def test_three_d_secure_refused_leaves_the_session_open(sandbox: Sandbox) -> None:
    session = sandbox.create_session()
    sandbox.pay(session.id, "4000002500003155")
    answer = sandbox.authenticate(session.id, "fail")
    assert answer.headers["Location"] == f"/c/pay/{session.id}"
    page = sandbox.browser.get(f"{sandbox.url}/c/pay/{session.id}", timeout=10)
    assert "could not confirm that it is you" in page.text
    tried = sandbox.client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    assert tried.payment_intent.last_payment_error.code == "payment_intent_authentication_failure"
    assert sandbox.authenticate(session.id, "complete").headers["Location"] == f"/c/pay/{session.id}"
    assert sandbox.client.v1.checkout.sessions.retrieve(session.id).payment_status == "unpaid"


def test_a_bank_may_refuse_after_three_d_secure(sandbox: Sandbox) -> None:
    session = sandbox.create_session()
    sandbox.pay(session.id, "4000008260003178")
    sandbox.authenticate(session.id, "complete")
    page = sandbox.browser.get(f"{sandbox.url}/c/pay/{session.id}", timeout=10)
    assert "not enough money" in page.text


def test_a_session_sent_twenty_times_at_once_is_paid_once(sandbox: Sandbox) -> None:
    session = sandbox.create_session()
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: sandbox.pay(session.id), range(20)))
    assert {answer.status_code for answer in answers} == {303}
    assert event_types(sandbox) == INTENTS_EVENTS_OF_A_PAYMENT
    assert len(sandbox.client.v1.charges.list().data) == 1


def test_an_expired_session_takes_no_money_and_says_so(sandbox: Sandbox) -> None:
    session = sandbox.create_session()
    sandbox.pay(session.id, "4000000000000002")
    sandbox.clock.ahead = 24 * 3600 + 60
    answer = sandbox.pay(session.id)
    assert answer.status_code == 410
    assert "The time for this payment is over" in answer.text
    assert sandbox.browser.get(f"{sandbox.url}/c/pay/{session.id}", timeout=10).status_code == 410
    expired = sandbox.client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    assert (expired.status, expired.payment_status) == ("expired", "unpaid")
    assert (expired.payment_intent.status, expired.payment_intent.amount_received) == ("canceled", 0)
    assert event_types(sandbox)[-2:] == ["payment_intent.canceled", "checkout.session.expired"]


def test_time_alone_expires_a_session(sandbox: Sandbox) -> None:
    sandbox.create_session()
    sandbox.clock.ahead = 24 * 3600 + 60
    sandbox.sweep()
    sandbox.sweep()
    assert event_types(sandbox) == ["checkout.session.expired"]


def test_a_session_expired_by_the_shop_while_the_buyer_pays_is_one_or_the_other(sandbox: Sandbox) -> None:
    sessions = [sandbox.create_session().id for _ in range(6)]
    expire = sandbox.client.v1.checkout.sessions.expire

    def race(attempt: Callable[[], object]) -> None:
        try:
            attempt()
        except Exception as error:  # the loser of the race is told so by the API
            assert "can be expired" in str(error)

    for session_id in sessions:
        with ThreadPoolExecutor(2) as pool:
            tries = [lambda s=session_id: sandbox.pay(s), lambda s=session_id: expire(s)]
            list(pool.map(race, tries))
        ended = sandbox.client.v1.checkout.sessions.retrieve(session_id)
        assert (ended.status, ended.payment_status) in {("complete", "paid"), ("expired", "unpaid")}
    charges = [charge for charge in sandbox.client.v1.charges.list().data if charge.paid]
    assert event_types(sandbox).count("checkout.session.completed") == len(charges)


def test_what_happened_survives_a_restart(start_sandbox: Callable[..., Sandbox]) -> None:
    before = start_sandbox()
    paid, still_open = before.paid_session(), before.create_session()
    after = start_sandbox()
    assert after.client.v1.checkout.sessions.retrieve(paid.id).payment_status == "paid"
    assert after.pay(still_open.id).status_code == 303


@pytest.mark.parametrize(
    ("number", "brand", "funding", "country"),
    [
        ("2223003122003222", "mastercard", "credit", "US"),
        ("5105105105105100", "mastercard", "prepaid", "US"),
        ("6011111111111117", "discover", "credit", "US"),
        ("36227206271667", "diners", "credit", "US"),
        ("6205500000000000004", "unionpay", "credit", "US"),
        ("4000057640000008", "visa", "debit", "TH"),
        ("4000000000003055", "visa", "credit", "US"),
    ],
)
def test_cards_of_every_brand_and_country_pay(
    sandbox: Sandbox, number: str, brand: str, funding: str, country: str
) -> None:
    session = sandbox.create_session()
    assert sandbox.pay(session.id, number).status_code == 303
    paid = sandbox.client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent.latest_charge"]})
    card = paid.payment_intent.latest_charge.payment_method_details.card
    assert (card.brand, card.funding, card.country, card.last4) == (brand, funding, country, number[-4:])


@pytest.mark.parametrize(("number", "level"), [("4000000000004954", "highest"), ("4000000000009235", "elevated")])
def test_risky_cards_pay_and_say_so(sandbox: Sandbox, number: str, level: str) -> None:
    session = sandbox.create_session()
    sandbox.pay(session.id, number)
    paid = sandbox.client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent.latest_charge"]})
    assert paid.payment_intent.latest_charge.outcome.risk_level == level


def test_a_card_whose_authentication_cannot_be_looked_up_is_refused(sandbox: Sandbox) -> None:
    session = sandbox.create_session()
    assert sandbox.pay(session.id, "4000008400001280").status_code == 402
    assert sandbox.client.v1.checkout.sessions.retrieve(session.id).payment_status == "unpaid"
