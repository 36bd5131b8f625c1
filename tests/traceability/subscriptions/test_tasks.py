"""The worker's side: what is due is found and sent, by real tokens that may end."""

import uuid
from collections.abc import Callable

import pytest

from core.db import atomic, db
from core.outbox.relay import deliver_pending
from tests.traceability.farm import make_farm
from tests.traceability.subscriptions.conftest import Api, Subscribed
from tests.traceability.subscriptions.receiver import DEST, Receiver
from tests.traceability.subscriptions.test_delivery import lots_in
from traceability.subscriptions import tasks
from traceability.subscriptions.models import QuerySubscription
from traceability.tokens.queries import find_party
from traceability.tokens.usecases import revoke_token

Subscribing = Callable[..., Subscribed]


@pytest.fixture
def enqueued(monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, ...]]:
    """What was sent to workers."""
    found: list[tuple[object, ...]] = []
    monkeypatch.setattr(tasks, "enqueue", lambda task, *args: found.append((task.name, *args)))
    monkeypatch.setattr(tasks, "_last_nudge", 0.0)
    return found


def test_a_sweep_starts_one_task_for_each_subscription_that_is_due(
    subscribed: Subscribing, enqueued: list[tuple[object, ...]]
) -> None:
    first, second = subscribed(), subscribed({"EQ_bizStep": ["shipping"]})
    hourly = subscribed(schedule={"minute": "0"})
    first.capture()
    enqueued.clear()
    tasks.deliver_due()
    assert {args for _name, *args in map(list, enqueued) for args in args} == {str(first.id), str(second.id)}
    assert str(hourly.id) not in str(enqueued)


def test_new_events_wake_the_sweep_without_waiting_for_the_clock(
    subscribed: Subscribing, enqueued: list[tuple[object, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = subscribed()
    enqueued.clear()
    monkeypatch.setattr(tasks, "_last_nudge", 0.0)
    stream.capture()
    assert enqueued == [("traceability.subscriptions.deliver_due",)]


def test_a_task_sends_all_that_there_is(
    subscribed: Subscribing, receiver: Receiver, enqueued: list[tuple[object, ...]]
) -> None:
    stream = subscribed()
    stream.subscription.batch_limit = 1
    lots = stream.capture(3)
    tasks.deliver_subscription(str(stream.id))
    assert [lots_in(request.events) for request in receiver.received] == [[lot] for lot in lots]
    tasks.deliver_subscription(str(stream.id))
    tasks.deliver_subscription(str(uuid.uuid4()))
    assert len(receiver.received) == 3


def test_a_revoked_token_ends_its_reports(api: Callable[..., Api], receiver: Receiver) -> None:
    farm = make_farm()
    ask = api(farm)
    ask("POST", "", {"name": "q", "query": {"EQ_bizStep": ["commissioning"]}})
    made = ask("POST", "/q/subscriptions", {"dest": DEST, "stream": True})
    subscription = db.session.get_one(QuerySubscription, uuid.UUID(made.json["subscriptionID"]))
    token_id = subscription.token_id
    assert token_id is not None
    farm.harvest(lot_number="BEFORE")
    db.session.commit()
    deliver_pending()
    assert tasks.deliver_next(subscription.id)
    with atomic():
        revoke_token(actor=farm.actor, token_id=token_id)
    farm.harvest(lot_number="AFTER")
    db.session.commit()
    deliver_pending()
    assert not tasks.deliver_next(subscription.id)
    assert [lots_in(request.events) for request in receiver.received] == [["BEFORE"]]
    assert subscription.state == "suspended"
    assert find_party(ask.headers["Authorization"].removeprefix("Bearer ")) is None


def test_what_the_token_may_not_read_is_not_reported(api: Callable[..., Api], receiver: Receiver) -> None:
    """A token that may subscribe and not read gets what everybody may see, and nothing of its own farm's drafts."""
    farm = make_farm(status="draft")
    ask = api(farm)
    ask("POST", "", {"name": "q", "query": {"EQ_bizStep": ["commissioning"]}})
    made = api(farm, "subscribe")("POST", "/q/subscriptions", {"dest": DEST, "stream": True})
    farm.harvest(lot_number="DRAFT")
    make_farm().harvest(lot_number="PUBLIC")
    db.session.commit()
    deliver_pending()
    assert tasks.deliver_next(uuid.UUID(made.json["subscriptionID"]))
    assert lots_in(receiver.received[0].events) == ["PUBLIC"]
