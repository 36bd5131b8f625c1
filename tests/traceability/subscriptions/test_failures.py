"""What happens when a report does not arrive: again with the same id, later and later, then put aside, never lost."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler

import pytest
from sqlalchemy import select

from core.db import atomic, db, utc_now
from core.errors import Conflict
from core.outbox.models import OutboxMessage
from tests.support.certificates import Authority
from tests.traceability.subscriptions.conftest import Subscribed, send_public_address_to
from tests.traceability.subscriptions.receiver import HOST, Receiver
from tests.traceability.subscriptions.test_delivery import lots_in
from traceability.subscriptions import delivering, sending
from traceability.subscriptions.models import DeliveryState, SubscriptionState
from traceability.subscriptions.rules import ATTEMPTS, FAILURES_BEFORE_SUSPENSION
from traceability.subscriptions.usecases import resume_subscription, retry_deliveries

Subscribing = Callable[..., Subscribed]


@contextmanager
def impatient() -> Iterator[None]:
    """Wait for answers half a second only."""
    patch = pytest.MonkeyPatch()
    patch.setattr(sending, "SECONDS", 0.5)
    try:
        yield
    finally:
        patch.undo()


def fail_until_given_up(stream: Subscribed, now: datetime) -> datetime:
    """Try the next delivery at each time it is due until it is put aside; the time then."""
    for _attempt in range(ATTEMPTS):
        assert stream.deliver(now)
        due = [delivery.next_attempt_at for delivery in stream.deliveries() if delivery.state == DeliveryState.PENDING]
        now = max([now, *due])
    return now


@pytest.mark.parametrize("answer", [301, 302, 307, 308, 400, 401, 404, 410, 413, 429, 500, 503])
def test_any_other_answer_is_a_failure_and_is_tried_again(
    subscribed: Subscribing, receiver: Receiver, answer: int
) -> None:
    stream = subscribed()
    (lot,) = stream.capture()
    receiver.answer = answer
    now = utc_now()
    assert stream.deliver(now)
    (delivery,) = stream.deliveries()
    assert (delivery.state, delivery.attempts, delivery.last_status) == (DeliveryState.PENDING, 1, answer)
    assert delivery.next_attempt_at == now + timedelta(minutes=1)
    assert not stream.deliver(now + timedelta(seconds=59))
    receiver.answer = 200
    assert stream.deliver(now + timedelta(minutes=1))
    first, second = receiver.received
    assert first.delivery_id == second.delivery_id
    assert first.body == second.body
    assert first.headers["gs1-signature"] != second.headers["gs1-signature"]
    assert (first.path, second.path) == ("/epcis", "/epcis")
    assert lots_in(second.events) == [lot]


def test_no_answer_in_time_is_a_failure(subscribed: Subscribing, receiver: Receiver) -> None:
    stream = subscribed()
    stream.capture()
    receiver.answer = lambda _handler: time.sleep(1.2)
    started = time.monotonic()
    with impatient():
        assert stream.deliver()
    assert time.monotonic() - started < 1.2
    assert stream.deliveries()[0].last_problem == "unreachable"


def test_an_answer_that_drips_is_left_in_time(subscribed: Subscribing, receiver: Receiver) -> None:
    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
        for _byte in range(30):
            handler.wfile.write(b"x")
            handler.wfile.flush()
            time.sleep(0.1)

    stream = subscribed()
    stream.capture()
    receiver.answer = drip
    started = time.monotonic()
    with impatient():
        assert stream.deliver()
    assert time.monotonic() - started < 2
    (delivery,) = stream.deliveries()
    assert (delivery.state, delivery.last_problem) == (DeliveryState.PENDING, "unreachable")


def test_a_name_that_leads_inside_by_now_is_not_opened(
    subscribed: Subscribing, receiver: Receiver, names: dict[str, list[str]]
) -> None:
    stream = subscribed()
    stream.capture()
    names[HOST] = ["10.0.0.8"]
    assert stream.deliver()
    assert receiver.received == []
    (delivery,) = stream.deliveries()
    assert (delivery.state, delivery.last_problem) == (DeliveryState.PENDING, "address_refused")


def test_a_name_that_is_gone_is_a_failure(
    subscribed: Subscribing, receiver: Receiver, names: dict[str, list[str]]
) -> None:
    stream = subscribed()
    stream.capture()
    del names[HOST]
    assert stream.deliver()
    assert stream.deliveries()[0].last_problem == "unreachable"


@pytest.mark.parametrize(
    ("host", "days", "problem"),
    [("other.example.com", 30, "certificate_refused"), (HOST, -1, "certificate_expired")],
)
def test_a_certificate_that_does_not_hold_gets_no_report(
    subscribed: Subscribing,
    receiver: Receiver,
    authority: Authority,
    monkeypatch: pytest.MonkeyPatch,
    host: str,
    days: int,
    problem: str,
) -> None:
    stream = subscribed()
    stream.capture()
    other = Receiver(authority, host=host, days=days)
    send_public_address_to(monkeypatch, other)
    try:
        assert stream.deliver()
    finally:
        other.close()
    assert other.received == receiver.received == []
    assert stream.deliveries()[0].last_problem == problem


def test_a_worker_that_dies_after_sending_sends_the_same_again(subscribed: Subscribing, receiver: Receiver) -> None:
    stream = subscribed()
    stream.capture(2)
    now = utc_now()
    with atomic():
        claim = delivering.claim_delivery(subscription_id=stream.id, now=now)
    assert claim is not None
    assert sending.send(claim, now=now).status == 200
    # It dies here: nobody notes that it was delivered. Others do not touch it while the lease holds.
    assert not stream.deliver(now + delivering.LEASE / 2)
    assert stream.deliver(now + delivering.LEASE)
    first, second = receiver.received
    assert first.delivery_id == second.delivery_id
    assert first.body == second.body
    (delivery,) = stream.deliveries()
    assert (delivery.state, delivery.attempts) == (DeliveryState.DELIVERED, 2)


def test_a_worker_that_comes_back_too_late_changes_nothing(subscribed: Subscribing, receiver: Receiver) -> None:
    stream = subscribed()
    stream.capture()
    now = utc_now()
    with atomic():
        claim = delivering.claim_delivery(subscription_id=stream.id, now=now)
    assert claim is not None
    assert stream.deliver(now + delivering.LEASE)
    with atomic():
        delivering.settle_delivery(claim=claim, answer=delivering.Answer(500), now=now + delivering.LEASE, chance=0)
    (delivery,) = stream.deliveries()
    assert (delivery.state, delivery.last_status) == (DeliveryState.DELIVERED, 200)


def test_newer_events_wait_for_the_report_that_fails(subscribed: Subscribing, receiver: Receiver) -> None:
    stream = subscribed()
    earlier = stream.capture()
    receiver.answer = 500
    now = utc_now()
    stream.deliver(now)
    later = stream.capture()
    assert not stream.deliver(now + timedelta(seconds=30))
    receiver.answer = 200
    stream.deliver(now + timedelta(minutes=2))
    stream.deliver(now + timedelta(minutes=2))
    assert [lots_in(request.events) for request in receiver.received] == [earlier, earlier, later]


def test_what_keeps_failing_is_put_aside_and_the_rest_goes_on(subscribed: Subscribing, receiver: Receiver) -> None:
    stream = subscribed()
    lost = stream.capture()
    receiver.answer = 500
    now = fail_until_given_up(stream, utc_now())
    (dead,) = stream.deliveries()
    assert (dead.state, dead.attempts) == (DeliveryState.DEAD, ATTEMPTS)
    receiver.answer = 200
    later = stream.capture()
    assert stream.deliver(now)
    assert lots_in(receiver.received[-1].events) == later
    with atomic():
        retry_deliveries(party=stream.party, subscription_id=stream.id, now=now)
    assert stream.deliver(now)
    assert receiver.received[-1].delivery_id == str(dead.id) == receiver.received[0].delivery_id
    assert lots_in(receiver.received[-1].events) == lost
    assert {delivery.state for delivery in stream.deliveries()} == {DeliveryState.DELIVERED}


def test_a_subscription_that_keeps_failing_rests_and_its_owner_is_told_once(
    subscribed: Subscribing, receiver: Receiver
) -> None:
    stream = subscribed()
    receiver.answer = 500
    now, lots = utc_now(), []
    for _delivery in range(FAILURES_BEFORE_SUSPENSION):
        lots.append(stream.capture())
        now = fail_until_given_up(stream, now)
    assert stream.subscription.state == SubscriptionState.SUSPENDED
    lots.append(stream.capture())
    assert not stream.deliver(now + timedelta(days=1))
    mails = db.session.scalars(select(OutboxMessage).where(OutboxMessage.name == "MailRequested")).all()
    assert [mail.payload["recipient"] for mail in mails] == [stream.farm.user.email]
    assert mails[0].payload["context"]["query_name"] == "harvests"
    with pytest.raises(Conflict):
        retry_deliveries(party=stream.party, subscription_id=stream.id, now=now)
    receiver.answer = 200
    receiver.received.clear()
    with atomic():
        resume_subscription(party=stream.party, subscription_id=stream.id, now=now)
    while stream.deliver(now):
        pass
    assert [lots_in(request.events) for request in receiver.received] == lots


def test_a_query_that_makes_no_sense_any_more_rests(subscribed: Subscribing, receiver: Receiver) -> None:
    stream = subscribed()
    stream.query.query = {"EQ_nonsense": ["x"]}
    stream.capture()
    assert not stream.deliver()
    assert stream.subscription.state == SubscriptionState.SUSPENDED
    assert receiver.received == []


def test_one_success_forgives_earlier_failures(subscribed: Subscribing, receiver: Receiver) -> None:
    stream = subscribed()
    now = utc_now()
    for _round in range(FAILURES_BEFORE_SUSPENSION):
        receiver.answer = 500
        stream.capture()
        now = fail_until_given_up(stream, now)
        receiver.answer = 200
        stream.capture()
        assert stream.deliver(now)
    assert stream.subscription.state == SubscriptionState.ACTIVE


def test_an_old_report_that_is_too_large_by_now_does_not_repeat_newer_ones(
    subscribed: Subscribing, receiver: Receiver
) -> None:
    stream = subscribed()
    lost = stream.capture(2)
    receiver.answer = 500
    now = fail_until_given_up(stream, utc_now())
    receiver.answer = 200
    later = stream.capture(2)
    stream.deliver(now)
    receiver.received.clear()

    def one_at_a_time(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(413 if len(receiver.received[-1].events) > 1 else 200)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    receiver.answer = one_at_a_time
    with atomic():
        retry_deliveries(party=stream.party, subscription_id=stream.id, now=now)
    while stream.deliver(now):
        pass
    assert [lots_in(request.events) for request in receiver.received] == [lost, [lost[0]], [lost[1]]]
    assert later
