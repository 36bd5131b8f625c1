"""Reports arrive: signed, complete, in order, and only what the subscriber may see."""

import hashlib
import hmac
from collections.abc import Callable
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from itertools import chain
from typing import Any

import pytest

from core.db import db, utc_now
from core.outbox.relay import deliver_pending
from tests.traceability.farm import make_farm
from tests.traceability.subscriptions.conftest import SECRET, Subscribed
from tests.traceability.subscriptions.receiver import Receiver
from traceability.journal.usecases import capture_event
from traceability.subscriptions.models import DeliveryState

Subscribing = Callable[..., Subscribed]


def lots_in(events: list[dict[str, Any]]) -> list[str]:
    """The lot numbers of events of harvests, in their order."""
    found = []
    for event in events:
        (quantity,) = event["quantityList"]
        found.append(str(quantity["epcClass"]).rsplit("/", 1)[1])
    return found


def test_new_events_are_reported_as_a_query_document(subscribed: Subscribing, receiver: Receiver) -> None:
    stream = subscribed()
    lots = stream.capture(3)
    assert stream.deliver()
    (request,) = receiver.received
    assert request.path == "/epcis"
    assert request.headers["content-type"] == "application/json"
    document = request.document
    assert document["type"] == "EPCISQueryDocument"
    assert document["schemaVersion"] == "2.0"
    results = document["epcisBody"]["queryResults"]
    assert results["subscriptionID"] == str(stream.id)
    assert results["queryName"] == "harvests"
    assert lots_in(request.events) == lots
    assert not stream.deliver()


def test_the_signature_is_the_subscribers_to_check(subscribed: Subscribing, receiver: Receiver) -> None:
    stream = subscribed()
    stream.capture()
    stream.deliver()
    (request,) = receiver.received
    parts = dict(part.split("=", 1) for part in request.headers["gs1-signature"].split(","))
    assert parts["id"] == request.delivery_id == str(stream.deliveries()[0].id)
    assert abs(int(parts["t"]) - utc_now().timestamp()) < 60
    signed = f"{parts['t']}.{parts['id']}.".encode() + request.body
    assert hmac.compare_digest(parts["v1"], hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest())


def test_without_a_secret_there_is_no_signature(subscribed: Subscribing, receiver: Receiver) -> None:
    stream = subscribed(signatureToken=None)
    stream.capture()
    stream.deliver()
    assert "gs1-signature" not in receiver.received[0].headers
    assert receiver.received[0].delivery_id


def test_only_what_matches_is_reported_and_the_rest_is_passed(subscribed: Subscribing, receiver: Receiver) -> None:
    stream = subscribed({"EQ_bizStep": ["shipping"]})
    stream.capture(2)
    assert not stream.deliver()
    assert receiver.received == []
    assert stream.subscription.position == stream.subscription.run_to > 0


def test_what_came_before_the_subscription_is_not_reported(subscribed: Subscribing, receiver: Receiver) -> None:
    farm = make_farm()
    farm.harvest()
    db.session.commit()  # its news is still in the outbox
    stream = subscribed()
    (lot,) = stream.capture()
    while stream.deliver():
        pass
    assert [lots_in(request.events) for request in receiver.received] == [[lot]]


def test_an_initial_record_time_in_the_past_brings_what_was_recorded_since(
    subscribed: Subscribing, receiver: Receiver
) -> None:
    first = subscribed()
    before = first.capture(2)
    middle = utc_now()
    since = first.capture(2)
    with_history = subscribed(initialRecordTime=middle.isoformat())
    with_history.deliver()
    assert lots_in(receiver.received[-1].events) == since
    everything = subscribed(initialRecordTime=(middle - timedelta(days=1)).isoformat())
    everything.deliver()
    assert set(before + since) <= set(lots_in(receiver.received[-1].events))


def test_an_initial_record_time_to_come_holds_reports_back(subscribed: Subscribing, receiver: Receiver) -> None:
    stream = subscribed(initialRecordTime=(utc_now() + timedelta(hours=1)).isoformat())
    stream.capture()
    assert not stream.deliver()


def test_many_events_come_in_batches_without_gap_or_repetition(subscribed: Subscribing, receiver: Receiver) -> None:
    stream = subscribed()
    stream.subscription.batch_limit = 3
    lots = stream.capture(8)
    while stream.deliver():
        pass
    batches = [lots_in(request.events) for request in receiver.received]
    assert [len(batch) for batch in batches] == [3, 3, 2]
    assert list(chain(*batches)) == lots
    assert len({request.delivery_id for request in receiver.received}) == 3


def test_a_subscriber_that_finds_a_report_too_large_gets_smaller_ones(
    subscribed: Subscribing, receiver: Receiver
) -> None:
    stream = subscribed()
    lots = stream.capture(6)

    def at_most_two(handler: BaseHTTPRequestHandler) -> None:
        status = 413 if len(receiver.received[-1].events) > 2 else 200
        handler.send_response(status)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    receiver.answer = at_most_two
    while stream.deliver():
        pass
    taken = [lots_in(request.events) for request in receiver.received if len(request.events) <= 2]
    assert list(chain(*taken)) == lots
    later = stream.capture(2)
    while stream.deliver():
        pass
    taken = [lots_in(request.events) for request in receiver.received if len(request.events) <= 2]
    assert list(chain(*taken)) == lots + later
    states = [delivery.state for delivery in stream.deliveries()]
    assert DeliveryState.SPLIT in states
    assert DeliveryState.PENDING not in states


def test_events_of_others_that_are_not_public_stay_with_them(subscribed: Subscribing, receiver: Receiver) -> None:
    stream = subscribed()
    make_farm(status="draft").harvest(lot_number="HIDDEN-1")
    make_farm().harvest(lot_number="SHOWN-1")
    (own,) = stream.capture()
    stream.deliver()
    (request,) = receiver.received
    assert lots_in(request.events) == ["SHOWN-1", own]


def test_what_is_held_back_from_a_reader_is_not_found_by_asking_for_it(
    subscribed: Subscribing, receiver: Receiver
) -> None:
    order = "urn:epcglobal:cbv:bt:9521000000017:order-7"
    curious = subscribed({"EQ_bizTransaction_po": [order]})
    trading = make_farm()
    lot = trading.harvest(lot_number="SOLD-1")
    event = {
        "type": "ObjectEvent",
        "eventTime": "2026-07-01T06:00:00.000Z",
        "eventTimeZoneOffset": "+07:00",
        "action": "OBSERVE",
        "bizStep": "shipping",
        "quantityList": [
            {"epcClass": f"https://id.gs1.org/01/{trading.product.gtin}/10/{lot.lot_number}", "quantity": 5}
        ],
        "bizTransactionList": [{"type": "po", "bizTransaction": order}],
    }
    capture_event(actor=trading.actor, event=event)
    db.session.commit()
    deliver_pending()
    shipments = subscribed({"EQ_bizStep": ["shipping"]}, initialRecordTime=(utc_now() - timedelta(hours=1)).isoformat())
    assert not curious.deliver()
    assert shipments.deliver()
    (request,) = receiver.received
    assert "SOLD-1" in request.body.decode()
    assert "order-7" not in request.body.decode()


def test_what_a_subscription_reads_is_what_its_owner_may_read_now(subscribed: Subscribing, receiver: Receiver) -> None:
    stream = subscribed()
    stream.farm.user.active = False
    stream.capture()
    assert not stream.deliver()
    assert receiver.received == []
    assert stream.subscription.state == "suspended"
    assert stream.subscription.suspended_for == "access"


@pytest.mark.parametrize("answer", [200, 201, 202, 204])
def test_any_2xx_takes_the_report(subscribed: Subscribing, receiver: Receiver, answer: int) -> None:
    receiver.answer = answer
    stream = subscribed()
    stream.capture()
    stream.deliver()
    (delivery,) = stream.deliveries()
    assert delivery.state == DeliveryState.DELIVERED
    assert delivery.last_status == answer
    assert stream.subscription.last_notified_at == delivery.delivered_at
