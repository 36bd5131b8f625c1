"""The outbox: in the caller's transaction, to every subscriber once, tried again after a failure."""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from core.db import atomic, new_id, utc_now
from core.outbox import publish, registry, subscribe
from core.outbox.models import OutboxMessage


@dataclass(frozen=True)
class SomethingHappened:
    """News for these tests."""

    thing_id: uuid.UUID
    note: str


class Listener:
    """Keeps what it hears; fails as often as told."""

    def __init__(self, failures: int = 0) -> None:
        self.heard: list[SomethingHappened] = []
        self.failures = failures

    def handler(self, name: str) -> Callable[[SomethingHappened], None]:
        def handle(event: SomethingHappened) -> None:
            if self.failures:
                self.failures -= 1
                raise RuntimeError("not yet")
            self.heard.append(event)

        handle.__qualname__ = name
        return handle


@pytest.fixture
def listener() -> Iterator[Listener]:
    yield Listener()
    registry._subscribers.pop("SomethingHappened", None)


def test_news_arrives_as_it_was_published(
    session: scoped_session[Session], listener: Listener, deliver_outbox: Callable[[], int]
) -> None:
    subscribe(SomethingHappened, listener.handler("a"))
    event = SomethingHappened(new_id(), "bưởi")
    with atomic():
        publish(event)
    deliver_outbox()
    deliver_outbox()
    assert listener.heard == [event]


def test_what_is_rolled_back_is_no_news(
    session: scoped_session[Session], listener: Listener, deliver_outbox: Callable[[], int]
) -> None:
    subscribe(SomethingHappened, listener.handler("a"))
    with pytest.raises(ValueError), atomic():
        publish(SomethingHappened(new_id(), ""))
        raise ValueError
    deliver_outbox()
    assert listener.heard == []


def test_one_subscriber_s_failure_holds_up_nobody_and_is_tried_again(
    session: scoped_session[Session], deliver_outbox: Callable[[], int], listener: Listener
) -> None:
    failing = Listener(failures=1)
    subscribe(SomethingHappened, failing.handler("failing"))
    subscribe(SomethingHappened, listener.handler("good"))
    with atomic():
        publish(SomethingHappened(new_id(), ""))
    deliver_outbox()
    assert (len(failing.heard), len(listener.heard)) == (0, 1)
    message = session.scalars(select(OutboxMessage).where(OutboxMessage.name == "SomethingHappened")).one()
    assert message.attempts == 1
    assert "not yet" in (message.last_error or "")
    assert message.next_attempt_at > utc_now()
    message.next_attempt_at = utc_now()
    session.commit()
    deliver_outbox()
    assert (len(failing.heard), len(listener.heard)) == (1, 1)
    session.refresh(message)
    assert message.processed_at is not None
