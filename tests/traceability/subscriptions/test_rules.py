"""Signatures, pauses, and what answers mean."""

import hashlib
import hmac
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.subscriptions.rules import (
    ATTEMPTS,
    FIRST_WAIT,
    LONGEST_WAIT,
    Outcome,
    outcome_of,
    signature,
    wait_before_retry,
)


@given(st.integers(1, 500), st.floats(0, 1))
def test_pauses_stay_between_a_minute_and_six_hours(attempts: int, chance: float) -> None:
    assert FIRST_WAIT <= wait_before_retry(attempts, chance=chance) <= LONGEST_WAIT


def test_pauses_double_and_are_spread() -> None:
    waits = [wait_before_retry(attempts, chance=0) for attempts in range(1, ATTEMPTS)]
    assert waits[:4] == [timedelta(minutes=minutes) for minutes in (1, 2, 4, 8)]
    assert waits[-1] == LONGEST_WAIT
    assert wait_before_retry(6, chance=1) == timedelta(minutes=32) * 0.7
    assert timedelta(hours=18) < sum(waits, timedelta()) < timedelta(hours=24)


@pytest.mark.parametrize(
    ("status", "count", "outcome"),
    [
        (200, 1, Outcome.DELIVERED),
        (204, 1, Outcome.DELIVERED),
        (299, 1, Outcome.DELIVERED),
        (301, 1, Outcome.FAILED),
        (400, 1, Outcome.FAILED),
        (413, 2, Outcome.TOO_LARGE),
        (413, 1, Outcome.FAILED),
        (500, 5, Outcome.FAILED),
        (100, 1, Outcome.FAILED),
    ],
)
def test_what_an_answer_means(status: int, count: int, outcome: Outcome) -> None:
    assert outcome_of(status, event_count=count) is outcome


def test_a_signature_holds_the_time_the_delivery_and_the_body_together() -> None:
    delivery, sent_at = uuid.UUID("019ab000-0000-7000-8000-000000000001"), datetime(2026, 7, 1, tzinfo=UTC)
    found = signature("bí mật của tôi", delivery_id=delivery, sent_at=sent_at, body=b"{}")
    signed = f"{int(sent_at.timestamp())}.{delivery}.".encode() + b"{}"
    expected = hmac.new("bí mật của tôi".encode(), signed, hashlib.sha256).hexdigest()
    assert found == f"t=1782864000,id={delivery},v1={expected}"
    others = [
        signature("another secret", delivery_id=delivery, sent_at=sent_at, body=b"{}"),
        signature("bí mật của tôi", delivery_id=uuid.uuid4(), sent_at=sent_at, body=b"{}"),
        signature("bí mật của tôi", delivery_id=delivery, sent_at=sent_at + timedelta(seconds=1), body=b"{}"),
        signature("bí mật của tôi", delivery_id=delivery, sent_at=sent_at, body=b"{ }"),
    ]
    assert expected not in "".join(others)
