import time
from collections.abc import Callable

import pytest

from market.payments.sandbox import background
from market.payments.sandbox.errors import SandboxMisconfigured
from market.payments.sandbox.server import check_test_key, create_from_environment
from market.payments.sandbox.webhooks import MOST_ATTEMPTS, check_loopback, pause_before

from .running import Sandbox, Shop

OF_A_PAYMENT = ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded", "checkout.session.completed"]


def deliveries(sandbox: Sandbox) -> list[int]:
    """`pending_webhooks` of every event."""
    return [event.pending_webhooks for event in sandbox.client.v1.events.list({"limit": 100}).data]


def test_events_arrive_signed_and_once(sandbox: Sandbox, shop: Shop) -> None:
    session = sandbox.paid_session()
    assert deliveries(sandbox) == [1, 1, 1, 1]
    assert sandbox.deliver() == 4
    assert sandbox.deliver() == 0
    assert shop.types() == OF_A_PAYMENT
    completed = shop.received[-1]
    assert (completed.data.object.id, completed.data.object.payment_status) == (session.id, "paid")
    assert deliveries(sandbox) == [0, 0, 0, 0]
    assert sandbox.client.v1.events.retrieve(completed.id).type == "checkout.session.completed"


def test_an_event_keeps_the_object_as_it_was(sandbox: Sandbox, shop: Shop) -> None:
    intent = sandbox.paid_session().payment_intent
    sandbox.client.v1.refunds.create({"payment_intent": intent, "amount": 10_000}, {"idempotency_key": "r1"})
    sandbox.deliver()
    amounts = {event.type: event.data.object.to_dict().get("amount_refunded") for event in shop.received}
    assert (amounts["charge.succeeded"], amounts["charge.refunded"]) == (0, 10_000)
    assert {event.request.idempotency_key for event in shop.received if "refund" in event.type} == {"r1"}


def test_a_receiver_that_fails_is_tried_again_later(sandbox: Sandbox, shop: Shop) -> None:
    sandbox.client.v1.checkout.sessions.expire(sandbox.create_session().id)
    shop.fail_next = 2
    assert sandbox.deliver() == 1
    assert sandbox.deliver() == 0, "the second attempt waits for its pause"
    sandbox.clock.ahead += 1.5
    assert sandbox.deliver() == 1
    sandbox.clock.ahead += 2.5
    assert sandbox.deliver() == 1
    assert shop.types() == ["checkout.session.expired"]


def test_a_receiver_that_never_answers_is_given_up(start_sandbox: Callable[..., Sandbox], shop: Shop) -> None:
    sandbox = start_sandbox()
    sandbox.client.v1.checkout.sessions.expire(sandbox.create_session().id)
    shop.fail_next = MOST_ATTEMPTS
    for _ in range(MOST_ATTEMPTS):
        assert sandbox.deliver() == 1
        sandbox.clock.ahead += 301
    assert sandbox.deliver() == 0
    assert sandbox.client.v1.events.list({"delivery_success": "false"}).data[0].pending_webhooks == 0


def test_what_was_not_delivered_survives_a_restart(start_sandbox: Callable[..., Sandbox], shop: Shop) -> None:
    start_sandbox().paid_session()
    assert start_sandbox().deliver() == 4
    assert shop.types() == OF_A_PAYMENT


def test_pauses_grow_to_five_minutes() -> None:
    assert [pause_before(attempt) for attempt in (2, 3, 4, 16)] == [1, 2, 4, 300]


def test_the_threads_deliver_and_expire_by_themselves(start_sandbox: Callable[..., Sandbox], shop: Shop) -> None:
    sandbox = start_sandbox(background=True)
    sandbox.paid_session()
    sandbox.create_session()
    sandbox.clock.ahead = 24 * 3600 + 60
    wait_for_types(shop, [*OF_A_PAYMENT, "checkout.session.expired"])


def test_each_event_of_a_payment_is_sent_without_waiting_for_the_next_round(
    start_sandbox: Callable[..., Sandbox], shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(background, "POLL_SECONDS", 1)
    monkeypatch.setattr(background.Background, "_deliver_rest_forever", lambda _self: None)
    sandbox = start_sandbox(background=True)
    sandbox.paid_session()
    wait_for_types(shop, OF_A_PAYMENT)


def test_what_was_delayed_is_sent_without_anybody_telling(
    start_sandbox: Callable[..., Sandbox], shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(background.Background, "_deliver_forever", lambda _self: None)
    sandbox = start_sandbox(background=True)
    sandbox.switch(delay=1)
    sandbox.paid_session()
    wait_for_types(shop, OF_A_PAYMENT)


def wait_for_types(shop: Shop, wanted: list[str]) -> None:
    """Until these came, in whatever order."""
    deadline = time.monotonic() + 20
    while sorted(shop.types()) != sorted(wanted) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert sorted(shop.types()) == sorted(wanted)


def test_switch_duplicate(sandbox: Sandbox, shop: Shop) -> None:
    sandbox.switch(duplicate=1)
    sandbox.paid_session()
    sandbox.deliver()
    assert len(shop.received) == 8
    assert len({event.id for event in shop.received}) == 4


def test_switch_delay(sandbox: Sandbox, shop: Shop) -> None:
    sandbox.switch(delay=60)
    sandbox.paid_session()
    assert sandbox.deliver() == 0
    sandbox.clock.ahead = 61
    assert sandbox.deliver() == 4


def test_switch_reorder(sandbox: Sandbox, shop: Shop) -> None:
    sandbox.switch(reorder=1)
    sandbox.paid_session()
    sandbox.clock.ahead = 2
    sandbox.deliver()
    assert shop.types() == OF_A_PAYMENT[::-1]


def test_switch_lose_and_send_again(sandbox: Sandbox, shop: Shop) -> None:
    sandbox.switch(lose=1)
    sandbox.paid_session()
    assert sandbox.deliver() == 0
    event = sandbox.client.v1.events.list({"type": "checkout.session.*"}).data[0]
    resend = f"{sandbox.url}/sandbox/events/{event.id}/resend"
    assert sandbox.browser.post(resend, allow_redirects=False, timeout=10).status_code == 303
    sandbox.deliver()
    assert shop.types() == ["checkout.session.completed"]
    missing = f"{sandbox.url}/sandbox/events/evt_unknown/resend"
    assert sandbox.browser.post(missing, timeout=10).status_code == 404


def test_switch_break_signature_is_repaired_by_the_retry(sandbox: Sandbox, shop: Shop) -> None:
    sandbox.switch(break_signature=1)
    sandbox.client.v1.checkout.sessions.expire(sandbox.create_session().id)
    sandbox.deliver()
    assert (shop.refused, shop.received) == (1, [])
    sandbox.switch()
    sandbox.clock.ahead = 2
    sandbox.deliver()
    assert shop.types() == ["checkout.session.expired"]


def test_switches_survive_a_restart(start_sandbox: Callable[..., Sandbox]) -> None:
    start_sandbox().switch(lose=1, delay=5)
    after = start_sandbox()
    assert after.browser.get(f"{after.url}/sandbox/switches", timeout=10).json() == {
        "break_signature": 0,
        "delay": 5,
        "duplicate": 0,
        "lose": 1,
        "reorder": 0,
    }


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/x", "http://localhost/x", "http://[::1]:5/x"])
def test_webhooks_go_to_loopback(url: str) -> None:
    check_loopback(url)


@pytest.mark.parametrize(
    "url", ["http://example.com/x", "http://10.0.0.1/x", "https://127.0.0.1/x", "http://localhost.example.com", "", "x"]
)
def test_webhooks_go_nowhere_else(url: str) -> None:
    with pytest.raises(SandboxMisconfigured):
        check_loopback(url)


@pytest.mark.parametrize("key", ["sk_live_x", "rk_live_x", "", "pk_test_x"])
def test_only_a_test_key_starts_the_sandbox(key: str) -> None:
    with pytest.raises(SandboxMisconfigured):
        check_test_key(key)


def test_a_shop_that_pays_through_stripe_has_no_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRIPE_API_KEY", "sk_live_x")
    monkeypatch.setenv("STRIPE_WEBHOOK_SECRET", "whsec_x")
    monkeypatch.setenv("SECRET_KEY", "k" * 32)
    with pytest.raises(SandboxMisconfigured, match="STRIPE_API_KEY"):
        create_from_environment()
