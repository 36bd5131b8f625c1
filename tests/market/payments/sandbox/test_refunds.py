from concurrent.futures import ThreadPoolExecutor

import pytest
import stripe
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .running import Sandbox


def test_partial_refunds_add_up_to_the_whole(sandbox: Sandbox) -> None:
    intent = sandbox.paid_session().payment_intent
    refunds = sandbox.client.v1.refunds
    first = refunds.create({"payment_intent": intent, "amount": 50_000, "metadata": {"line": "1"}})
    assert (first.status, first.amount, first.payment_intent) == ("succeeded", 50_000, intent)
    charge = sandbox.client.v1.charges.retrieve(first.charge)
    assert (charge.amount_refunded, charge.refunded) == (50_000, False)
    rest = refunds.create({"charge": charge.id, "reason": "requested_by_customer", "expand": ["charge"]})
    assert rest.amount == 70_000
    assert (rest.charge.amount_refunded, rest.charge.refunded) == (120_000, True)
    assert refunds.retrieve(first.id).metadata["line"] == "1"
    assert [refund.id for refund in refunds.list({"payment_intent": intent}).data] == [rest.id, first.id]


@pytest.mark.parametrize(
    ("before", "asked", "code"),
    [
        (0, 120_001, "amount_too_large"),
        (50_000, 70_001, "amount_too_large"),
        (120_000, 1, "charge_already_refunded"),
        (0, 0, "parameter_invalid_integer"),
        (0, -5, "parameter_invalid_integer"),
    ],
)
def test_more_than_was_paid_is_never_refunded(sandbox: Sandbox, before: int, asked: int, code: str) -> None:
    intent = sandbox.paid_session().payment_intent
    if before:
        sandbox.client.v1.refunds.create({"payment_intent": intent, "amount": before})
    with pytest.raises(stripe.InvalidRequestError) as refused:
        sandbox.client.v1.refunds.create({"payment_intent": intent, "amount": asked})
    assert refused.value.code == code
    charge = sandbox.client.v1.charges.list({"payment_intent": intent}).data[0]
    assert charge.amount_refunded == before


def test_a_refund_needs_a_charge_that_succeeded(sandbox: Sandbox) -> None:
    session = sandbox.create_session()
    sandbox.pay(session.id, "4000000000000002")
    tried = sandbox.client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]}).payment_intent
    for parameters in (
        {},
        {"charge": "ch_unknown"},
        {"payment_intent": "pi_unknown"},
        {"payment_intent": tried.id},
        {"charge": tried.latest_charge},
        {"charge": tried.latest_charge, "payment_intent": tried.id},
    ):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            sandbox.client.v1.refunds.create(parameters)
        assert refused.value.http_status == 400
    assert sandbox.client.v1.refunds.list().data == []


def test_refunds_at_once_never_exceed_the_charge(sandbox: Sandbox) -> None:
    intent = sandbox.paid_session(100_000).payment_intent

    def refund(_: int) -> int:
        try:
            return sandbox.client.v1.refunds.create({"payment_intent": intent, "amount": 30_000}).amount
        except stripe.InvalidRequestError as error:
            assert error.code == "amount_too_large"
            return 0

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(refund, range(8))) == 90_000


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(10_000, 99_999_999), st.lists(st.integers(1, 60_000_000), max_size=5))
def test_refunded_sums_agree_everywhere(sandbox: Sandbox, amount: int, asked: list[int]) -> None:
    intent = sandbox.paid_session(amount).payment_intent
    given_back = 0
    for part in asked:
        try:
            given_back += sandbox.client.v1.refunds.create({"payment_intent": intent, "amount": part}).amount
        except stripe.InvalidRequestError as refused:
            assert given_back + part > amount
            assert refused.code == ("charge_already_refunded" if given_back == amount else "amount_too_large")
    charge = sandbox.client.v1.charges.list({"payment_intent": intent}).data[0]
    listed = sandbox.client.v1.refunds.list({"charge": charge.id, "limit": 100}).data
    assert charge.amount_refunded == given_back == sum(refund.amount for refund in listed) <= amount
    assert charge.refunded == (given_back == amount)
