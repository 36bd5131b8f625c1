"""Nothing is skipped and nothing sent twice, on real connections that commit in any order."""

import json
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import select

from core.accounts import Actor
from core.db import atomic, db, utc_now
from core.outbox.relay import deliver_pending
from tests.traceability.farm import make_farm
from tests.traceability.subscriptions.receiver import DEST
from traceability.journal.models import EpcisEvent
from traceability.journal.parties import party_of
from traceability.journal.usecases import capture_event
from traceability.subscriptions.arrivals import last_number, number_events
from traceability.subscriptions.delivering import Answer, Claim, claim_delivery, settle_delivery
from traceability.subscriptions.models import EpcisArrival
from traceability.subscriptions.usecases import create_query, subscribe_to_query


@dataclass(frozen=True)
class Harvests:
    """Events of harvests, as some actor captures them."""

    actor: Actor
    gtin: str

    def capture(self, lot_number: str) -> None:
        """Capture one in the current transaction."""
        lot = {"epcClass": f"https://id.gs1.org/01/{self.gtin}/10/{lot_number}", "quantity": 5}
        event = {
            "type": "ObjectEvent",
            "eventTime": "2026-07-01T06:00:00.000Z",
            "eventTimeZoneOffset": "+07:00",
            "action": "ADD",
            "bizStep": "commissioning",
            "quantityList": [lot],
        }
        capture_event(actor=self.actor, event=event)


@pytest.fixture
def stream(own_app: Flask, names: dict[str, list[str]]) -> tuple[Harvests, uuid.UUID]:
    """A farm whose harvests are streamed, committed; and the id of the subscription."""
    with own_app.app_context():
        farm = make_farm()
        party = party_of(farm.actor)
        create_query(party=party, name="q", query={"EQ_bizStep": ["commissioning"]})
        subscription = subscribe_to_query(
            party=party,
            query_name="q",
            controls={"dest": DEST, "stream": True},
            epc_format="Never_Translates",
            now=utc_now(),
        )
        subscription_id = subscription.id
        harvests = Harvests(farm.actor, farm.product.gtin)
        db.session.commit()
    return harvests, subscription_id


def take(own_app: Flask, subscription_id: uuid.UUID) -> list[str]:
    """Deliver the news, then take one report as a subscriber that says 200; the lot numbers in it."""
    with own_app.app_context():
        deliver_pending()
        with atomic():
            claim = claim_delivery(subscription_id=subscription_id, now=utc_now())
        if claim is None:
            return []
        with atomic():
            settle_delivery(claim=claim, answer=Answer(200), now=utc_now(), chance=0)
        return lots_of(claim)


def lots_of(claim: Claim) -> list[str]:
    """The lot numbers of a report."""
    events = json.loads(claim.body)["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
    return [event["quantityList"][0]["epcClass"].rsplit("/", 1)[1] for event in events]


def test_an_event_that_was_written_first_and_committed_last_is_not_skipped(
    own_app: Flask, stream: tuple[Harvests, uuid.UUID]
) -> None:
    harvests, subscription_id = stream
    with own_app.app_context():
        slow = db.session()
        harvests.capture("SLOW")
        slow.flush()
        slow_time = slow.scalars(select(EpcisEvent.record_time).order_by(EpcisEvent.id.desc())).first()
        with own_app.app_context():
            harvests.capture("QUICK")
            quick_time = db.session.scalars(select(EpcisEvent.record_time).order_by(EpcisEvent.id.desc())).first()
            db.session.commit()
        assert slow_time is not None and quick_time is not None and slow_time < quick_time
        assert take(own_app, subscription_id) == ["QUICK"]
        assert take(own_app, subscription_id) == []
        slow.commit()
    assert take(own_app, subscription_id) == ["SLOW"]
    assert take(own_app, subscription_id) == []


def test_ranges_of_ids_that_overlap_give_each_event_one_number(
    own_app: Flask, stream: tuple[Harvests, uuid.UUID]
) -> None:
    harvests, subscription_id = stream
    with own_app.app_context():
        for number in range(4):
            harvests.capture(f"R{number}")
        db.session.commit()
        ids = list(db.session.scalars(select(EpcisEvent.id).order_by(EpcisEvent.id.desc()).limit(4)))[::-1]
        with atomic():
            number_events(first_id=ids[1], last_id=ids[3])
            number_events(first_id=ids[0], last_id=ids[2])
            number_events(first_id=ids[0], last_id=ids[3])
        numbered = db.session.scalars(
            select(EpcisArrival.event_id).where(EpcisArrival.event_id.in_(ids)).order_by(EpcisArrival.number)
        ).all()
        assert numbered == [ids[1], ids[2], ids[3], ids[0]]
    assert take(own_app, subscription_id) == ["R1", "R2", "R3", "R0"]
    assert take(own_app, subscription_id) == []


def test_numbers_become_visible_in_their_order(own_app: Flask, stream: tuple[Harvests, uuid.UUID]) -> None:
    harvests, subscription_id = stream
    with own_app.app_context():
        harvests.capture("N1")
        harvests.capture("N2")
        db.session.commit()
        second, first = db.session.scalars(select(EpcisEvent.id).order_by(EpcisEvent.id.desc()).limit(2)).all()
        before = last_number()
        db.session.rollback()
        done = threading.Event()

        def number_the_second() -> None:
            with own_app.app_context(), atomic():
                number_events(first_id=second, last_id=second)
            done.set()

        number_events(first_id=first, last_id=first)
        other = threading.Thread(target=number_the_second)
        other.start()
        assert not done.wait(0.5), "the second was numbered while the first was not visible yet"
        with own_app.app_context():
            assert last_number() == before
        db.session.commit()
        other.join(10)
        assert done.is_set()
        numbers = {
            arrival.event_id: arrival.number
            for arrival in db.session.scalars(select(EpcisArrival).where(EpcisArrival.number > before))
        }
        assert numbers[first] < numbers[second]
    assert take(own_app, subscription_id) == ["N1", "N2"]


def test_many_captures_at_once_are_each_reported_once(own_app: Flask, stream: tuple[Harvests, uuid.UUID]) -> None:
    harvests, subscription_id = stream
    lots = [f"M{number}" for number in range(24)]
    reported: list[str] = []
    finished = threading.Event()

    def capture(lot_number: str) -> None:
        with own_app.app_context():
            harvests.capture(lot_number)
            db.session.flush()
            time.sleep(int(lot_number[1:]) % 5 * 0.02)
            db.session.commit()

    def report() -> None:
        while True:
            last_round = finished.is_set()
            while found := take(own_app, subscription_id):
                reported.extend(found)
            if last_round:
                return

    with ThreadPoolExecutor(7) as pool:
        reporting = pool.submit(report)
        for capturing in [pool.submit(capture, lot) for lot in lots]:
            capturing.result()
        finished.set()
        reporting.result()
    assert sorted(reported) == sorted(lots)


def test_workers_that_come_at_once_get_one_delivery_between_them(
    own_app: Flask, stream: tuple[Harvests, uuid.UUID]
) -> None:
    harvests, subscription_id = stream
    with own_app.app_context():
        harvests.capture("ONE")
        db.session.commit()
        deliver_pending()
    barrier = threading.Barrier(6)

    def claim(_number: int) -> Claim | None:
        with own_app.app_context():
            barrier.wait()
            with atomic():
                return claim_delivery(subscription_id=subscription_id, now=utc_now())

    with ThreadPoolExecutor(6) as pool:
        claims = [found for found in pool.map(claim, range(6)) if found is not None]
    assert [lots_of(found) for found in claims] == [["ONE"]]
