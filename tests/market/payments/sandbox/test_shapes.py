"""The objects have the fields that the official client and Stripe's own mock give them."""

from __future__ import annotations

import os
import typing
from typing import Any

import pytest
import stripe

from .running import Sandbox, make_client, session_parameters

STRIPE_MOCK_URL = os.environ.get("STRIPE_MOCK_URL")

# Fields of the mock's fixtures that real answers have only after a feature is used or an expansion asked for.
ONLY_SOMETIMES = {"charge": {"refunds"}}


def example_objects(sandbox: Sandbox) -> dict[str, Any]:
    """One object of each kind, after a payment and a refund."""
    open_session = sandbox.create_session(expand=["line_items"])
    client = sandbox.client.v1
    session = sandbox.paid_session()
    refund = client.refunds.create({"payment_intent": session.payment_intent, "amount": 10_000})
    payout = client.payouts.create({"amount": 10_000, "currency": "vnd"})
    sandbox.pay(sandbox.create_session().id, "4000000000000259")
    return {
        "open session": open_session,
        "line item": open_session.line_items.data[0],
        "price": open_session.line_items.data[0].price,
        "session": session,
        "payment intent": client.payment_intents.retrieve(session.payment_intent),
        "charge": client.charges.retrieve(refund.charge),
        "refund": refund,
        "dispute": client.disputes.list().data[0],
        "payout": payout,
        "balance transaction": client.balance_transactions.retrieve(payout.balance_transaction),
        "balance": client.balance.retrieve(),
        "webhook endpoint": client.webhook_endpoints.list().data[0],
        "event": client.events.list().data[0],
    }


def is_optional(annotation: object) -> bool:
    return type(None) in typing.get_args(annotation) or typing.get_origin(annotation) is typing.ClassVar


def test_the_client_knows_every_field_and_misses_none(sandbox: Sandbox) -> None:
    for name, shown in example_objects(sandbox).items():
        annotations = type(shown).__annotations__
        sent = set(shown.to_dict())
        assert sent - set(annotations) == set(), f"{name} has fields that Stripe's has not"
        needed = {field for field, kind in annotations.items() if not is_optional(kind)}
        missing = {field for field in needed if shown.to_dict().get(field) is None}
        assert missing == set(), f"{name} misses fields"


def test_plain_fields_have_the_annotated_type(sandbox: Sandbox) -> None:
    for name, shown in example_objects(sandbox).items():
        for field, annotation in type(shown).__annotations__.items():
            plain = {kind for kind in (typing.get_args(annotation) or (annotation,)) if kind in (int, str, bool)}
            value = shown.to_dict().get(field)
            literal_or_object = len(plain) != 1 or isinstance(value, dict | list)
            if value is not None and not literal_or_object:
                assert type(value) in plain, f"{name}.{field} is {value!r}"


@pytest.fixture
def mock() -> stripe.StripeClient:
    if STRIPE_MOCK_URL is None:
        pytest.skip("STRIPE_MOCK_URL is not set: Stripe's own mock is not running")
    return make_client(STRIPE_MOCK_URL)


@pytest.mark.stripe_mock
def test_stripes_mock_has_the_same_fields_of_the_same_types(sandbox: Sandbox, mock: stripe.StripeClient) -> None:
    ours = example_objects(sandbox)
    theirs = {
        "session": mock.v1.checkout.sessions.retrieve("cs_1"),
        "payment intent": mock.v1.payment_intents.retrieve("pi_1"),
        "charge": mock.v1.charges.retrieve("ch_1"),
        "refund": mock.v1.refunds.retrieve("re_1"),
        "event": mock.v1.events.retrieve("evt_1"),
        "dispute": mock.v1.disputes.retrieve("du_1"),
        "payout": mock.v1.payouts.retrieve("po_1"),
        "balance transaction": mock.v1.balance_transactions.retrieve("txn_1"),
        "webhook endpoint": mock.v1.webhook_endpoints.list().data[0],
    }
    for name, fixture in theirs.items():
        expected, shown = fixture.to_dict(), ours[name].to_dict()
        missing = set(expected) - set(shown) - ONLY_SOMETIMES.get(name, set())
        assert missing == set(), f"{name} misses fields of Stripe's document"
        for field, value in shown.items():
            other = expected.get(field)
            if value is not None and other is not None:
                assert type(value) is type(other), f"{name}.{field}: {value!r} here, {other!r} there"


def kinds_that_differ(ours: object, theirs: object, path: str) -> list[str]:
    """Where both sides have a value, at any depth, and not of the same type."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        pairs = [(ours[name], theirs[name], f"{path}.{name}") for name in ours if name in theirs]
    elif isinstance(ours, list) and isinstance(theirs, list):
        pairs = [(mine, other, f"{path}[]") for mine, other in zip(ours[:1], theirs[:1], strict=False)]
    elif ours is None or theirs is None or type(ours) is type(theirs):
        pairs = []
    else:
        return [f"{path}: {ours!r} here, {theirs!r} there"]
    return [difference for pair in pairs for difference in kinds_that_differ(*pair)]


def test_a_field_of_another_type_is_seen_at_any_depth() -> None:
    ours, theirs = {"a": [{"b": {"c": 1}}], "d": None}, {"a": [{"b": {"c": "1"}}], "d": 2, "e": 3}
    assert kinds_that_differ(ours, theirs, "x") == ["x.a[].b.c: 1 here, '1' there"]
    assert kinds_that_differ(theirs, theirs, "x") == []


@pytest.mark.stripe_mock
def test_all_that_the_gateway_reads_has_the_same_types_at_any_depth(
    sandbox: Sandbox, mock: stripe.StripeClient
) -> None:
    """Each call of `StripeGateway`, with what it expands."""
    shown = example_objects(sandbox)
    deep: Any = {"expand": ["payment_intent.latest_charge"]}
    with_source: Any = {"expand": ["data.source"], "limit": 1}

    def answers(client: stripe.StripeClient, session: str, refund: str, dispute: str) -> dict[str, Any]:
        found = client.v1
        return {
            "session": found.checkout.sessions.retrieve(session, deep),
            "sessions": found.checkout.sessions.list(),
            "payment intents": found.payment_intents.list(),
            "refund": found.refunds.retrieve(refund),
            "refunds": found.refunds.list(),
            "dispute": found.disputes.retrieve(dispute),
            "disputes": found.disputes.list(),
            "balance transactions": found.balance_transactions.list(with_source),
            "balance": found.balance.retrieve(),
            "webhook endpoints": found.webhook_endpoints.list(),
            "account": found.accounts.retrieve_current(),
        }

    ours = answers(sandbox.client, shown["session"].id, shown["refund"].id, shown["dispute"].id)
    theirs = answers(mock, "cs_1", "re_1", "du_1")
    differences = [
        difference
        for name in ours
        for difference in kinds_that_differ(ours[name].to_dict(), theirs[name].to_dict(), name)
    ]
    assert differences == []


@pytest.mark.stripe_mock
@pytest.mark.parametrize(
    "change",
    [
        {},
        {"locale": "vi", "client_reference_id": "order-1", "metadata": {"order": "1"}, "submit_type": "pay"},
        {"customer_email": "mau@example.com", "payment_method_types": ["card"], "ui_mode": "hosted_page"},
        {"payment_intent_data": {"metadata": {"order": "1"}, "description": "x", "transfer_group": "g"}},
        {"expires_at": "an hour less than a day"},
    ],
)
def test_what_the_sandbox_takes_stripes_mock_takes_too(
    sandbox: Sandbox, mock: stripe.StripeClient, change: dict[str, Any]
) -> None:
    if "expires_at" in change:
        change = {"expires_at": sandbox.create_session().expires_at - 3600}
    for client in (sandbox.client, mock):
        assert client.v1.checkout.sessions.create(session_parameters(**change)).mode == "payment"


@pytest.mark.stripe_mock
@pytest.mark.parametrize("change", [{"colour": "red"}, {"mode": "gift"}, {"line_items": [{"quantity": "many"}]}])
def test_what_stripes_mock_refuses_the_sandbox_refuses_too(
    sandbox: Sandbox, mock: stripe.StripeClient, change: dict[str, Any]
) -> None:
    for client in (sandbox.client, mock):
        with pytest.raises(stripe.InvalidRequestError):
            client.v1.checkout.sessions.create(session_parameters(**change))
