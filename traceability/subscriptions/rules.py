"""How a delivery is signed, when it is tried again, and what an answer means; queries with their namespaces."""

import hashlib
import hmac
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

FIRST_WAIT: Final = timedelta(minutes=1)
LONGEST_WAIT: Final = timedelta(hours=6)
ATTEMPTS: Final = 12
"""Tries before a delivery is given up: with the pauses between them about twenty hours."""

FAILURES_BEFORE_SUSPENSION: Final = 3
"""Deliveries given up in a row before the subscription rests."""

LARGEST_BATCH: Final = 200
"""Most events of one delivery; a subscriber that finds this too much answers 413 and gets fewer."""

_JITTER: Final = 0.3


class Outcome(StrEnum):
    """What the subscriber's answer means for the delivery."""

    DELIVERED = "delivered"
    TOO_LARGE = "too_large"
    FAILED = "failed"


def outcome_of(status: int, *, event_count: int) -> Outcome:
    """2xx is delivered; 413 asks for smaller batches (EPCIS 2.0 OpenAPI, callback); redirects are not followed."""
    if 200 <= status < 300:
        return Outcome.DELIVERED
    if status == 413 and event_count > 1:
        return Outcome.TOO_LARGE
    return Outcome.FAILED


def wait_before_retry(attempts: int, *, chance: float) -> timedelta:
    """How long to wait after `attempts` tries: doubling from one minute to six hours.

    `chance`, from 0 to 1, takes off up to three tenths, so that subscriptions that failed together do not come back
    together.
    """
    doubled: timedelta = FIRST_WAIT * 2 ** min(attempts - 1, 20)
    return max(FIRST_WAIT, min(doubled, LONGEST_WAIT) * (1 - _JITTER * chance))


def signature(token: str, *, delivery_id: uuid.UUID, sent_at: datetime, body: bytes) -> str:
    """The value of the `GS1-Signature` header: `t=<Unix seconds>,id=<delivery>,v1=<hex>`.

    `v1` is the HMAC-SHA256, under the subscriber's `signatureToken` in UTF-8, of `<t>.<id>.` and the body as sent.
    """
    seconds = int(sent_at.timestamp())
    signed = f"{seconds}.{delivery_id}.".encode() + body
    digest = hmac.new(token.encode(), signed, hashlib.sha256).hexdigest()
    return f"t={seconds},id={delivery_id},v1={digest}"


def with_extensions(query: Mapping[str, Any], extensions: Mapping[str, str]) -> dict[str, Any]:
    """`query` in its JSON form, with the namespaces by prefix of the header GS1-Extensions in its context.

    What the query itself declares comes last and counts.
    """
    if not extensions:
        return dict(query)
    own = query.get("@context", [])
    return {**query, "@context": [dict(extensions), *(own if isinstance(own, list) else [own])]}
