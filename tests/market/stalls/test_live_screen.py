"""The live screen against a real server: a real connection waits while sales are paid over other connections."""

import json
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
import requests
from flask import Flask
from sqlalchemy import text

from app import create_app
from core.accounts import RoleName
from core.config import Settings
from core.db import atomic, db
from market.stalls.models import Stall
from market.stalls.streams import LiveStreams, StreamTiming, start_position
from tests.factories import make_market, make_stall, make_user, sign_in
from tests.market.payments.sandbox.running import Serving
from tests.market.stalls.conftest import Place, make_sale
from tests.support.databases import TestDatabases

LIMIT = 3


@dataclass(frozen=True)
class LiveSite:
    """A site served on a port of loopback, with one stall and the cookie of its holder."""

    app: Flask
    url: str
    stall_id: uuid.UUID
    cookie: str

    def sell(self, amount_vnd: int) -> int:
        """Pay a sale over a connection of its own, as a webhook does; its place."""
        with self.app.app_context(), atomic():
            position = make_sale(db.session.get_one(Stall, self.stall_id), amount_vnd=amount_vnd).position
        assert position is not None
        return position

    @contextmanager
    def listen(self, last_seen: int | None = None) -> Iterator["Listener"]:
        """An open stream."""
        headers = {"Cookie": self.cookie} | ({} if last_seen is None else {"Last-Event-ID": str(last_seen)})
        address = f"{self.url}/stalls/{self.stall_id}/events"
        with requests.get(address, headers=headers, stream=True, timeout=10) as answer:
            yield Listener(answer)


class Listener:
    """Reads a stream as a browser does."""

    def __init__(self, answer: requests.Response) -> None:
        self.answer = answer
        self._lines = answer.iter_lines(chunk_size=1, decode_unicode=True)

    def next_event(self) -> tuple[str, int, dict[str, object]]:
        """The next event's name, id and data; signs of life and settings are passed over."""
        fields: dict[str, str] = {}
        for line in self._lines:
            if not line:
                if "id" in fields:
                    return fields["event"], int(fields["id"]), json.loads(fields["data"])
                fields = {}
            else:
                name, _, value = line.partition(": ")
                fields[name] = value
        raise EOFError


@pytest.fixture(scope="module")
def site(databases: TestDatabases, make_settings: Callable[..., Settings]) -> Iterator[LiveSite]:
    app = create_app(make_settings(databases.clone(), live_streams_limit=LIMIT))
    app.testing = True
    app.extensions["celery"].conf.update(broker_url="memory://", broker_transport_options={})
    with app.app_context():
        holder = make_user(RoleName.STALL_HOLDER)
        stall_id = make_stall(make_market(), holder).id
        db.session.commit()
        browser = app.test_client()
        sign_in(browser, holder)
    cookie = browser.get_cookie("session")
    assert cookie is not None
    app.extensions["live_streams"].timing = StreamTiming(heartbeat=0.2)
    serving = Serving.start(app)
    yield LiveSite(app, serving.url, stall_id, f"session={cookie.value}")
    serving.stop()
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(autouse=True)
def nobody_listens_yet(request: pytest.FixtureRequest) -> None:
    """Each test begins with all places free: a stream notices at its next sign of life that its browser has left."""
    if "site" in request.fixturenames:
        site: LiveSite = request.getfixturevalue("site")
        until(lambda: len(streams_of(site)) == 0)


def streams_of(site: LiveSite) -> LiveStreams:
    streams: LiveStreams = site.app.extensions["live_streams"]
    return streams


def until(condition: Callable[[], bool], seconds: float = 15) -> None:
    """Wait for `condition`, which something else brings about; fail when it does not come."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.05)


def test_a_paid_sale_appears_within_two_seconds(site: LiveSite) -> None:
    with site.listen() as listener:
        assert listener.answer.headers["Content-Type"].startswith("text/event-stream")
        assert listener.next_event()[0] == "state"
        for amount in (200_000, 15_000, 1_015_000):
            began = time.monotonic()
            position = site.sell(amount)
            name, event_id, facts = listener.next_event()
            assert time.monotonic() - began < 2
            assert (name, event_id, facts["position"]) == ("sale", position, position)
            assert facts["fresh"] is True
    assert facts["words"] == "một triệu không trăm mười lăm nghìn đồng"
    assert facts["spoken"] == "Đã nhận một triệu không trăm mười lăm nghìn đồng"
    assert str(facts["amount"]).startswith("1.015.000")
    assert facts["count"] == 3


def test_what_was_paid_while_the_line_was_broken_comes_after_it(site: LiveSite) -> None:
    with site.listen() as listener:
        seen = listener.next_event()[1]
    missed = [site.sell(amount) for amount in (20_000, 30_000)]
    with site.listen(last_seen=seen) as listener:
        assert listener.next_event()[:2] == ("state", seen)
        assert [listener.next_event()[1] for _ in missed] == missed


def test_sales_that_are_paid_at_the_same_time_all_arrive_once_and_in_order(site: LiveSite) -> None:
    with site.listen() as listener:
        seen = listener.next_event()[1]
        with ThreadPoolExecutor(8) as pool:
            positions = list(pool.map(site.sell, [10_000 + 1_000 * number for number in range(16)]))
        arrived = [listener.next_event()[1] for _ in positions]
    assert arrived == sorted(positions) == list(range(seen + 1, seen + 17))


def test_one_more_screen_than_the_process_serves_is_sent_away_and_comes_in_later(site: LiveSite) -> None:
    slots = [streams_of(site).take_slot() for _ in range(LIMIT)]
    with site.listen() as listener:
        assert listener.answer.status_code == 503
        assert int(listener.answer.headers["Retry-After"]) > 0
    for slot in slots:
        assert slot is not None
        streams_of(site).release(slot)
    with site.listen() as listener:
        assert listener.next_event()[0] == "state"


def test_a_browser_that_leaves_gives_its_place_back(site: LiveSite) -> None:
    with site.listen() as listener:
        listener.next_event()
        assert len(streams_of(site)) == 1
    until(lambda: len(streams_of(site)) == 0)


def test_an_open_stream_holds_no_connection_to_the_database(site: LiveSite) -> None:
    def in_transaction() -> int:
        with site.app.app_context():
            count = db.session.scalar(
                text(
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                    "AND pid <> pg_backend_pid() AND state LIKE 'idle in transaction%'"
                )
            )
        return int(count or 0)

    def after_a_while() -> int:
        time.sleep(0.1)
        return in_transaction()

    # Three looks take place meanwhile. One that is caught at it shows in one sample or two, however loaded the machine
    # is; a stream that kept its connection between two looks would show in all but a few.
    with site.listen() as listener:
        listener.next_event()
        assert [after_a_while() for _ in range(20)].count(0) >= 14


def test_a_stream_ends_by_itself_and_shows_signs_of_life(site: LiveSite) -> None:
    streams = streams_of(site)
    usual, streams.timing = streams.timing, StreamTiming(look=0.02, heartbeat=0.1, lifetime=0.5)
    try:
        with site.listen() as listener:
            lines = list(listener.answer.iter_lines(decode_unicode=True))
    finally:
        streams.timing = usual
    assert lines.count("event: alive") >= 2


def test_places_of_streams_that_vanished_are_taken_back() -> None:
    streams = LiveStreams(Flask("test"), 1, StreamTiming(lifetime=0.0, heartbeat=0.0))
    assert streams.take_slot() is not None
    until(lambda: streams.take_slot() is not None, seconds=2)


@pytest.mark.parametrize(("seen", "start"), [(None, 3), ("1", 1), ("3", 3), ("99", 3), ("-1", 3), ("x", 3), ("², ", 3)])
def test_where_a_stream_goes_on(place: Place, seen: str | None, start: int) -> None:
    for _ in range(3):
        make_sale(place.stall)
    assert start_position(place.stall.id, seen) == start
