"""Reports by schedule: at their time, with what came since the last one, empty only when asked for."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session, scoped_session

from core.db import atomic, utc_now
from tests.traceability.subscriptions.conftest import Subscribed
from tests.traceability.subscriptions.receiver import Receiver
from tests.traceability.subscriptions.test_delivery import lots_in
from traceability.subscriptions.delivering import forget_old_deliveries
from traceability.subscriptions.queries import due_subscriptions

Subscribing = Callable[..., Subscribed]
HOURLY = {"minute": "0", "second": "0"}
START = datetime(2026, 7, 1, 6, 30, tzinfo=UTC)
SEVEN, EIGHT = datetime(2026, 7, 1, 7, tzinfo=UTC), datetime(2026, 7, 1, 8, tzinfo=UTC)


def test_a_report_waits_for_its_time(subscribed: Subscribing, receiver: Receiver) -> None:
    hourly = subscribed(schedule=HOURLY, now=START)
    lots = hourly.capture(2)
    assert not hourly.deliver(SEVEN - timedelta(seconds=1))
    assert hourly.deliver(SEVEN)
    assert lots_in(receiver.received[0].events) == lots
    assert not hourly.deliver(SEVEN)
    more = hourly.capture()
    assert not hourly.deliver(EIGHT - timedelta(seconds=1))
    assert hourly.deliver(EIGHT + timedelta(seconds=3))
    assert lots_in(receiver.received[1].events) == more


def test_without_news_there_is_no_report(subscribed: Subscribing, receiver: Receiver) -> None:
    hourly = subscribed(schedule=HOURLY, now=START)
    assert not hourly.deliver(SEVEN)
    assert not hourly.deliver(EIGHT)
    assert receiver.received == []
    assert hourly.subscription.next_run_at == EIGHT + timedelta(hours=1)


def test_an_empty_report_comes_once_a_time_when_asked_for(subscribed: Subscribing, receiver: Receiver) -> None:
    hourly = subscribed(schedule=HOURLY, reportIfEmpty=True, now=START)
    assert not hourly.deliver(START + timedelta(minutes=1))
    for moment in (SEVEN, SEVEN, SEVEN + timedelta(minutes=20), EIGHT, EIGHT):
        hourly.deliver(moment)
    assert [request.events for request in receiver.received] == [[], []]
    lots = hourly.capture()
    hourly.deliver(EIGHT + timedelta(hours=1))
    assert not hourly.deliver(EIGHT + timedelta(hours=1))
    assert [lots_in(request.events) for request in receiver.received] == [[], [], lots]


def test_times_that_were_missed_make_one_report(subscribed: Subscribing, receiver: Receiver) -> None:
    hourly = subscribed(schedule=HOURLY, reportIfEmpty=True, now=START)
    lots = hourly.capture(2)
    later = SEVEN + timedelta(days=3, minutes=1)
    while hourly.deliver(later):
        pass
    assert [lots_in(request.events) for request in receiver.received] == [lots]
    assert hourly.subscription.next_run_at == SEVEN + timedelta(days=3, hours=1)


def test_a_run_of_several_batches_goes_on_until_it_is_through(subscribed: Subscribing, receiver: Receiver) -> None:
    hourly = subscribed(schedule=HOURLY, now=START)
    hourly.subscription.batch_limit = 2
    hourly.capture(5)
    assert [hourly.deliver(SEVEN) for _ in range(4)] == [True, True, True, False]
    assert [len(request.events) for request in receiver.received] == [2, 2, 1]


def test_only_what_has_something_to_do_is_due(
    subscribed: Subscribing, receiver: Receiver, session: scoped_session[Session]
) -> None:
    hourly, stream = subscribed(schedule=HOURLY, now=START), subscribed(now=START)

    def due(now: datetime) -> set[object]:
        session.flush()
        return set(due_subscriptions(now, limit=10)) & {hourly.id, stream.id}

    assert due(START) == set()
    stream.capture()
    assert due(START) == {stream.id}
    assert due(SEVEN) == {stream.id, hourly.id}
    receiver.answer = 500
    stream.deliver(START)
    assert due(START + timedelta(seconds=30)) == set()
    assert due(START + timedelta(seconds=60)) == {stream.id}
    receiver.answer = 200
    stream.deliver(START + timedelta(seconds=60))
    assert due(START + timedelta(hours=20)) == {hourly.id}
    hourly.deliver(START + timedelta(hours=20))
    assert due(START + timedelta(hours=20)) == set()


def test_old_records_of_what_was_delivered_are_forgotten(subscribed: Subscribing, receiver: Receiver) -> None:
    stream = subscribed()
    stream.capture()
    stream.deliver()
    receiver.answer = 500
    stream.capture()
    stream.deliver()
    with atomic():
        forget_old_deliveries(now=utc_now() + timedelta(days=29))
    assert len(stream.deliveries()) == 2
    with atomic():
        forget_old_deliveries(now=utc_now() + timedelta(days=31))
    assert [delivery.state for delivery in stream.deliveries()] == ["pending"]
